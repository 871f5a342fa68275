"""The choices there are: one `StrEnum` for each kind, read by select boxes, command-line help and tests."""

from enum import StrEnum


class Split(StrEnum):
    """Which part of the data a row serves: learn, choose, report."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class TableKind(StrEnum):
    """A kind of file that holds a table; the value is the suffix of its files."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"

    @property
    def delimiter(self) -> str | None:
        """What separates the fields; None for kinds that are no plain text."""
        return {TableKind.CSV: ",", TableKind.TSV: "\t"}.get(self)


class CleaningRule(StrEnum):
    """A decision about rows that a finding asks for; off unless the person takes it."""

    DROP_RARE = "drop rare classes"
    MERGE_RARE = "merge rare classes into 'other'"
    DROP_DUPLICATES = "drop repeated texts"
    DROP_CONFLICTS = "drop texts with two labels"
    MERGE_SPELLINGS = "merge labels that differ in case, blanks or accents only"


class Pooling(StrEnum):
    """How a text's token states become one vector."""

    MEAN = "mean"
    CLS = "cls"
    MAX = "max"
    LAST = "last"


class LayerCombination(StrEnum):
    """Which layers make the vector a frozen backbone gives (BERT's table 7, arXiv:1810.04805; ELMo's mix)."""

    LAST = "last"
    SECOND_LAST = "second-last"
    SUM_4 = "sum-4"
    CONCAT_4 = "concat-4"
    MIX = "mix"
    ONE = "one"


class Tuning(StrEnum):
    """Which tensors of a trained block change: all, only biases (BitFit), only norms, or LoRA's additions."""

    ALL = "all"
    BIASES = "biases"
    NORMS = "norms"
    LORA = "lora"


class HeadKind(StrEnum):
    """The classifier on top of the pooled vector."""

    LINEAR = "linear"
    MLP = "mlp"


class Activation(StrEnum):
    """The nonlinearity inside an MLP head."""

    RELU = "relu"
    GELU = "gelu"
    TANH = "tanh"


class Schedule(StrEnum):
    """How the learning rate goes on after its linear rise."""

    LINEAR = "linear"
    COSINE = "cosine"
    CONSTANT = "constant"
    SLANTED = "slanted"
    ONE_CYCLE = "1cycle"


class ClassWeights(StrEnum):
    """How much each class counts in the loss."""

    NONE = "none"
    BALANCED = "balanced"


class Precision(StrEnum):
    """Arithmetic of the backbone; `AUTO` is bf16 where the device computes it natively."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BF16 = "bf16"


class Device(StrEnum):
    """Where the work runs; `AUTO` takes CUDA, then MPS, then the CPU."""

    AUTO = "auto"
    CUDA = "cuda"
    MPS = "mps"
    CPU = "cpu"


class Method(StrEnum):
    """How a projection brings vectors onto a plane."""

    PCA = "pca"
    UMAP = "umap"
