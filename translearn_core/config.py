"""What a person can choose: an experiment and every other job as immutable, hashable JSON.

Each kind of choice has one registry here (a `StrEnum`); select boxes, command-line help and tests read it.
"""

import hashlib
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from translearn_core.errors import ConfigError

BUNDLED = "all-MiniLM-L6-v2"
"""The backbone that ships with the project and works with no network."""

FORMAT = 1
"""Version of what jobs write; part of every job's identity, so an old result is never read as a new one."""


class Split(StrEnum):
    """Which part of the data a row serves: learn, choose, report."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Fix(StrEnum):
    """A decision about rows that a finding asks for; off unless the person takes it."""

    DROP_RARE = "drop rare classes"
    MERGE_RARE = "merge rare classes into 'other'"
    DROP_DUPLICATES = "drop repeated texts"
    DROP_CONFLICTS = "drop texts with two labels"


class Pooling(StrEnum):
    """How a text's token states become one vector."""

    MEAN = "mean"
    CLS = "cls"
    MAX = "max"
    LAST = "last"


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
    """How the learning rate falls after warm-up."""

    LINEAR = "linear"
    COSINE = "cosine"
    CONSTANT = "constant"


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


class JobKind(StrEnum):
    """What a worker can be asked to do."""

    READ = "read"
    DIAGNOSE = "diagnose"
    SIZE = "size"
    ANATOMY = "anatomy"
    CALIBRATE = "calibrate"
    TRAIN = "train"
    PROBE = "probe"
    PROJECT = "project"
    PREDICT = "predict"
    PREDICT_FILE = "predict_file"


class Slot(StrEnum):
    """Which worker does it: a question never waits behind a training."""

    TRAIN = "TRAIN"
    ASK = "ASK"


class Frozen(BaseModel):
    """Base of every configuration: immutable, hashable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SplitConfig(Frozen):
    """How rows are dealt to train, validation and test when the files do not say."""

    column: str | None = Field(None, description="column that names each row's split; none: draw by seed")
    validation: float = Field(0.15, ge=0.0, lt=0.9, description="share held out to choose on")
    test: float = Field(0.15, ge=0.0, lt=0.9, description="share held out to report on")
    seed: int = Field(0, ge=0, description="seed of the stratified draw")

    @model_validator(mode="after")
    def _leaves_rows_to_train(self) -> Self:
        if self.validation + self.test >= 0.9:
            raise ValueError(
                "validation and test together must leave at least a tenth of the rows for training"
            )
        return self


class DataConfig(Frozen):
    """Which table, what its columns mean, and how rows are used."""

    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    label: str = Field(description="column that holds the classes")
    split: SplitConfig = SplitConfig()
    fixes: tuple[Fix, ...] = Field((), description="decisions taken on findings")
    rare_below: int = Field(5, ge=2, description="a class with fewer rows than this is rare")

    @field_validator("fixes")
    @classmethod
    def _canonical(cls, fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
        return tuple(sorted(set(fixes)))

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        if self.text == self.label:
            raise ValueError("text and label must be two different columns")
        return self


class BackboneConfig(Frozen):
    """Which pretrained model, or its random-init twin."""

    id: str = Field(BUNDLED, min_length=1, description="bundled name, Hub id (owner/name) or local folder")
    revision: str | None = Field(None, description="branch, tag or commit on the Hub")
    random_init: bool = Field(False, description="same architecture, fresh weights: the no-transfer control")
    init_seed: int = Field(0, ge=0, description="seed of the fresh weights")

    @property
    def label(self) -> str:
        """Name for people: the id, and whether it is the random-init twin."""
        return f"{self.id} (random init)" if self.random_init else self.id


class FreezePlan(Frozen):
    """What trains: the embeddings or not, and which blocks. The head is new and always trains.

    Blocks count from the input, block 0 first. Parts after the last block (a final norm) follow the last
    block.
    """

    embeddings: bool = Field(False, description="train the embeddings")
    blocks: tuple[int, ...] = Field((), description="blocks that train, from 0 at the input")

    @field_validator("blocks")
    @classmethod
    def _canonical(cls, blocks: tuple[int, ...]) -> tuple[int, ...]:
        if negative := [b for b in blocks if b < 0]:
            raise ValueError(f"block {negative[0]} does not exist: blocks count from 0")
        return tuple(sorted(set(blocks)))

    @classmethod
    def last(cls, k: int, n_blocks: int) -> Self:
        """Return the plan that trains the top `k` of `n_blocks` blocks."""
        if not 0 <= k <= n_blocks:
            raise ConfigError("train_blocks", f"last:{k}", f"last:0 to last:{n_blocks}")
        return cls(blocks=tuple(range(n_blocks - k, n_blocks)))

    @classmethod
    def everything(cls, n_blocks: int, *, embeddings: bool = True) -> Self:
        """Return the plan that trains all blocks, and the embeddings unless told otherwise."""
        return cls(embeddings=embeddings, blocks=tuple(range(n_blocks)))

    @classmethod
    def parse(cls, text: str, n_blocks: int) -> Self:
        """Read the command line's form: ``none``, ``all``, ``last:K`` or ``0,2,5``."""
        word = text.strip().lower()
        if word == "none":
            return cls()
        if word == "all":
            return cls.everything(n_blocks)
        if word.startswith("last:") and word[5:].isdecimal():
            return cls.last(int(word[5:]), n_blocks)
        parts = [p.strip() for p in word.split(",")]
        if not all(p.isdecimal() for p in parts):
            raise ConfigError("train_blocks", text, "none, all, last:K or block numbers such as 0,2,5")
        plan = cls(blocks=tuple(int(p) for p in parts))
        plan.check(n_blocks)
        return plan

    def check(self, n_blocks: int) -> None:
        """Raise `ConfigError` if a block is named that a backbone of `n_blocks` does not have."""
        if self.blocks and self.blocks[-1] >= n_blocks:
            raise ConfigError("train_blocks", self.blocks[-1], f"blocks from 0 to {n_blocks - 1}")

    def boundary(self, n_blocks: int) -> int:
        """Lowest trainable block: -1 if the embeddings train, `n_blocks` if only the head does.

        Nothing below it changes, so the hidden states entering it can be computed once and kept.
        """
        if self.embeddings:
            return -1
        return self.blocks[0] if self.blocks else n_blocks

    @property
    def label(self) -> str:
        """Name for people, short enough for a table."""
        if not self.blocks and not self.embeddings:
            return "head only"
        span = self.blocks == tuple(range(self.blocks[0], self.blocks[-1] + 1)) if self.blocks else False
        if span and len(self.blocks) > 2:
            blocks = f"blocks {self.blocks[0]}–{self.blocks[-1]}"
        else:
            blocks = (
                f"block{'s' * (len(self.blocks) > 1)} {', '.join(map(str, self.blocks))}"
                if self.blocks
                else ""
            )
        return " + ".join(filter(None, ["embeddings" if self.embeddings else "", blocks]))


class FeatureConfig(Frozen):
    """How a text becomes the vector the head sees."""

    pooling: Pooling = Field(Pooling.MEAN, description="CLS, mean or max; the last token for causal models")
    token_limit: Annotated[int, Field(ge=8, le=8192)] = Field(128, description="longer texts are cut here")


class HeadConfig(Frozen):
    """The classifier that is trained from nothing."""

    kind: HeadKind = HeadKind.LINEAR
    width: int = Field(256, ge=1, le=8192, description="hidden units of an MLP head")
    activation: Activation = Activation.RELU
    dropout: float = Field(0.1, ge=0.0, lt=1.0, description="on the head's input")


class TrainingConfig(Frozen):
    """The loop: how long, how fast, how careful."""

    epochs: int = Field(3, ge=1, le=1000, description="passes over the training rows")
    lr: float = Field(5e-5, gt=0, le=1.0, description="peak learning rate of the backbone's trainable blocks")
    head_lr: float = Field(1e-3, gt=0, le=10.0, description="peak learning rate of the head")
    batch_size: int = Field(32, ge=1, le=4096, description="texts per step")
    weight_decay: float = Field(0.01, ge=0, le=1.0, description="AdamW, on matrices only")
    warmup: float = Field(0.1, ge=0, lt=1.0, description="share of the steps in which the rate rises")
    schedule: Schedule = Schedule.LINEAR
    clip: float = Field(1.0, gt=0, description="largest gradient norm")
    class_weights: ClassWeights = ClassWeights.NONE
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a better validation macro-F1"
    )
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: int = Field(0, ge=0, description="seed of head, batch order and dropout")

    @classmethod
    def suited(cls, plan: FreezePlan, n_blocks: int) -> Self:
        """Return defaults for a plan, chosen on the validation rows of SST-2.

        A head alone is cheap and learns long; the top blocks bear a higher rate than a whole backbone.
        """
        boundary = plan.boundary(n_blocks)
        if boundary == n_blocks:
            return cls(epochs=20)
        return cls(lr=3e-4 if boundary > 0 else 1e-4)


class ExperimentConfig(Frozen):
    """One experiment: data → backbone → features → train → evaluate."""

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    plan: FreezePlan = FreezePlan()
    features: FeatureConfig = FeatureConfig()
    head: HeadConfig = HeadConfig()
    training: TrainingConfig = TrainingConfig()
    continues: str | None = Field(None, description="job whose last checkpoint this one goes on from")


class ReadConfig(Frozen):
    """Read a data set's files into one table."""

    dataset: str
    fewest_columns: int = Field(2, ge=1, le=2, description="1 for a file that is only to be classified")


class DiagnoseConfig(Frozen):
    """Look at a table as a task: findings, split, and what the backbone's tokenizer makes of it."""

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    token_limit: int = 128


class SizeConfig(Frozen):
    """Say how much of a backbone would have to be downloaded."""

    backbone: BackboneConfig


class AnatomyConfig(Frozen):
    """Find a backbone's parts; fetches it first if it is on the Hub."""

    backbone: BackboneConfig


class CalibrateConfig(Frozen):
    """Time a few real steps of a backbone on this device."""

    backbone: BackboneConfig
    features: FeatureConfig = FeatureConfig()
    training: TrainingConfig = TrainingConfig()


class ProbeConfig(Frozen):
    """A linear probe for every layer of a finished run, before and after."""

    job: str = Field(description="the training job")
    folds: int = Field(5, ge=2, le=20)
    seed: int = Field(0, ge=0)


class ProjectConfig(Frozen):
    """A plane picture of one layer of a finished run, before and after."""

    job: str = Field(description="the training job")
    layer: int = Field(description="0 = embeddings, k = after block k-1")
    method: Method = Method.PCA
    neighbours: int = Field(15, ge=2, le=200, description="UMAP: size of the local neighbourhood")
    min_dist: float = Field(0.1, ge=0, le=0.99, description="UMAP: how tightly points may pack")
    limit: int = Field(10_000, ge=10, le=50_000, description="points at most; a stratified sample above")
    seed: int = Field(0, ge=0)


class PredictConfig(Frozen):
    """Classify typed texts with a finished run."""

    job: str
    texts: tuple[str, ...] = Field(min_length=1, max_length=100)
    neighbours: int = Field(5, ge=0, le=50, description="nearest training texts to show")


class PredictFileConfig(Frozen):
    """Classify every row of a file with a finished run."""

    job: str
    dataset: str
    text: str


JobConfig = (
    ReadConfig
    | DiagnoseConfig
    | SizeConfig
    | AnatomyConfig
    | CalibrateConfig
    | ExperimentConfig
    | ProbeConfig
    | ProjectConfig
    | PredictConfig
    | PredictFileConfig
)

JOBS: dict[JobKind, tuple[type[Frozen], Slot]] = {
    JobKind.READ: (ReadConfig, Slot.ASK),
    JobKind.DIAGNOSE: (DiagnoseConfig, Slot.ASK),
    JobKind.SIZE: (SizeConfig, Slot.ASK),
    JobKind.ANATOMY: (AnatomyConfig, Slot.ASK),
    JobKind.CALIBRATE: (CalibrateConfig, Slot.ASK),
    JobKind.TRAIN: (ExperimentConfig, Slot.TRAIN),
    JobKind.PROBE: (ProbeConfig, Slot.ASK),
    JobKind.PROJECT: (ProjectConfig, Slot.ASK),
    JobKind.PREDICT: (PredictConfig, Slot.ASK),
    JobKind.PREDICT_FILE: (PredictFileConfig, Slot.ASK),
}
"""Every kind of job: its configuration and the worker that does it."""

KIND_OF: dict[type[Frozen], JobKind] = {config: kind for kind, (config, _) in JOBS.items()}
"""The kind of job a configuration asks for."""


def identity(config: Frozen) -> str:
    """Return the job's identity, 20 hexadecimal digits: the same question gets the same answer, once."""
    text = f"{FORMAT}:{KIND_OF[type(config)]}:{config.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]
