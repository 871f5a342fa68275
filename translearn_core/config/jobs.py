"""Every job a worker can be asked for, as immutable, hashable JSON, and the identity of a question."""

import hashlib
from enum import StrEnum

from pydantic import Field

from translearn_core.config.choices import Method
from translearn_core.config.experiment import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    Frozen,
    TrainingConfig,
)

FORMAT = 2
"""Version of what jobs write; part of every job's identity, so an old result is never read as a new one."""


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
