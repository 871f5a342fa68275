"""Enumerations of the choices in configurations."""

from enum import StrEnum


class Split(StrEnum):
    """Part of the data a row belongs to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class TableKind(StrEnum):
    """File format of a table; the value is its suffix."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"

    @property
    def delimiter(self) -> str | None:
        """Field separator; None for formats that have none."""
        return {TableKind.CSV: ",", TableKind.TSV: "\t"}.get(self)


class ProblemType(StrEnum):
    """Shape of a target; values as in transformers."""

    SINGLE_LABEL = "single_label_classification"
    MULTI_LABEL = "multi_label_classification"
    REGRESSION = "regression"
    TOKENS = "token_classification"

    @property
    def row_noun(self) -> str:
        """Name of a row for people: text, or word where each row is a word of a sentence."""
        return _ROW_NOUNS.get(self, "text")

    @property
    def text_noun(self) -> str:
        """Name for people of what the model reads at once: text, or sentence where each row is a word."""
        return "sentence" if self is ProblemType.TOKENS else "text"

    @property
    def prediction(self) -> str:
        """What is predicted, for people: one class per row."""
        return _PREDICTIONS[self]


_ROW_NOUNS = {ProblemType.TOKENS: "word"}
_PREDICTIONS = {
    ProblemType.SINGLE_LABEL: "one class per row",
    ProblemType.MULTI_LABEL: "several labels per row",
    ProblemType.REGRESSION: "a number",
    ProblemType.TOKENS: "a tag per word",
}


class TaskWord(StrEnum):
    """Problem type on the command line; auto: guessed from the cells of the label column."""

    AUTO = "auto"
    SINGLE = "single"
    MULTI_LABEL = "multi-label"
    REGRESSION = "regression"
    TOKENS = "tokens"

    @property
    def problem(self) -> ProblemType | None:
        """Problem type, None for auto."""
        return None if self is TaskWord.AUTO else ProblemType[self.name.replace("SINGLE", "SINGLE_LABEL")]

    @classmethod
    def of(cls, problem: ProblemType) -> "TaskWord":
        """Return the word of a problem type."""
        return next(word for word in cls if word.problem is problem)


class CleaningRule(StrEnum):
    """Optional cleaning step that a finding suggests."""

    DROP_RARE = "drop rare classes"
    MERGE_RARE = "merge rare classes into 'other'"
    DROP_DUPLICATES = "drop repeated texts"
    DROP_CONFLICTS = "drop texts with two labels"
    MERGE_SPELLINGS = "merge labels that differ in case, blanks or accents only"


class Pooling(StrEnum):
    """Pooling of a text's token states into one vector."""

    MEAN = "mean"
    CLS = "cls"
    MAX = "max"
    LAST = "last"


class PairEncoding(StrEnum):
    """Encoding of a pair of texts: both in one sequence, or each alone (arXiv:1908.10084)."""

    JOINT = "joint"
    SIAMESE = "siamese"

    @property
    def vectors(self) -> int:
        """Vectors joined into that of a row: siamese ones are u, v, |u − v| and u · v."""
        return 4 if self is PairEncoding.SIAMESE else 1

    @property
    def sentence(self) -> str:
        """What a row is to the model, for people."""
        if self is PairEncoding.SIAMESE:
            return "A row is a pair, whose texts are read each alone: u, v, |u − v| and u · v side by side."
        return "A row is a pair, whose texts are read in one sequence."


class LayerCombination(StrEnum):
    """Layers combined into a frozen backbone's features (BERT, table 7, arXiv:1810.04805; ELMo's mix)."""

    LAST = "last"
    SECOND_LAST = "second-last"
    SUM_4 = "sum-4"
    CONCAT_4 = "concat-4"
    MIX = "mix"
    ONE = "one"


class Tuning(StrEnum):
    """Trainable tensors of a trained block: all, biases (BitFit), norms, LoRA, or bottleneck adapters."""

    ALL = "all"
    BIASES = "biases"
    NORMS = "norms"
    LORA = "lora"
    ADAPTERS = "adapters"

    @property
    def adds_parameters(self) -> bool:
        """Whether new tensors train beside frozen matrices; the embeddings then stay frozen."""
        return self in (Tuning.LORA, Tuning.ADAPTERS)


class HeadKind(StrEnum):
    """Classifier on top of the pooled vector; `PROBE` is linear, fitted at once (`LinearProbe`)."""

    LINEAR = "linear"
    MLP = "mlp"
    PROBE = "probe"


class Activation(StrEnum):
    """Nonlinearity of an MLP head."""

    RELU = "relu"
    GELU = "gelu"
    TANH = "tanh"


class Schedule(StrEnum):
    """Learning-rate schedule after the warm-up."""

    LINEAR = "linear"
    COSINE = "cosine"
    CONSTANT = "constant"
    SLANTED = "slanted"
    ONE_CYCLE = "1cycle"


class Optimizer(StrEnum):
    """Optimizer of the training loop."""

    ADAMW = "adamw"
    ADAM = "adam"
    SGD = "sgd"
    RMSPROP = "rmsprop"
    ADAFACTOR = "adafactor"


class ClassWeights(StrEnum):
    """Weights of the classes in the loss."""

    NONE = "none"
    BALANCED = "balanced"


class RegressionLoss(StrEnum):
    """Loss of a predicted number: squared error, or Huber's, which is linear for large errors."""

    MSE = "mse"
    HUBER = "huber"


class TaskWeighting(StrEnum):
    """Weights of the losses of several targets: given, or learned as uncertainties (arXiv:1705.07115)."""

    BY_HAND = "by hand"
    UNCERTAINTY = "uncertainty"


class TaskOrder(StrEnum):
    """Order in which several targets train: all in every epoch, or one after the other."""

    JOINT = "joint"
    SEQUENTIAL = "sequential"


class KeepEpoch(StrEnum):
    """Epoch whose weights a run keeps: the best on validation, or the last."""

    BEST = "best"
    LAST = "last"


class Precision(StrEnum):
    """Arithmetic of the backbone; `AUTO` is bf16 where the device supports it natively."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BF16 = "bf16"


class Device(StrEnum):
    """Compute device; `AUTO` prefers CUDA, then MPS, then the CPU."""

    AUTO = "auto"
    CUDA = "cuda"
    MPS = "mps"
    CPU = "cpu"


class Method(StrEnum):
    """Method of a 2-D projection."""

    PCA = "pca"
    UMAP = "umap"


class WordWeights(StrEnum):
    """Weight of each word in the mean of a text's word vectors."""

    UNIFORM = "uniform"
    IDF = "idf"
    SIF = "sif"
