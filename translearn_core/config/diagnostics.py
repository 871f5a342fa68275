"""Configurations of diagnostics, advice, reports and exports."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from translearn_core.config.base import BaseConfig, Seed
from translearn_core.config.data import DataConfig
from translearn_core.config.enums import Device, Method, Precision
from translearn_core.config.model import BackboneConfig, FeatureConfig
from translearn_core.config.studies.study import StudyConfig

LENGTH = "(length of the text)"
"""Pseudo-column: quartile of the number of words of a text."""

Rows = Annotated[int, Field(ge=1)]


class BaselinesConfig(BaseConfig):
    """Baselines on the same test rows.

    Majority class, TF-IDF with logistic regression, a linear probe of the frozen backbone and, if it was
    trained, the same architecture from scratch.
    """

    job: str = Field(description="the training job")
    scratch: str | None = Field(None, description="the same task trained from fresh weights; none: left out")
    seed: Seed = 0


class ProbeConfig(BaseConfig):
    """Linear probes of every layer: pretrained, fine-tuned and randomly initialised."""

    job: str = Field(description="the training job")
    about: str | None = Field(
        None, description=f"another column of the table, or {LENGTH!r}; none: the label"
    )
    fresh: bool = Field(True, description="probe the same architecture with fresh weights too")
    controls: int = Field(
        1, ge=0, le=10, description="control tasks: random classes by the first word (arXiv:1909.03368)"
    )
    folds: int = Field(5, ge=2, le=20)
    seed: Seed = 0


class SimilarityConfig(BaseConfig):
    """Representation similarity of layers before and after training (debiased CKA, arXiv:1905.00414)."""

    job: str = Field(description="the training job")
    sibling: str | None = Field(None, description="the same run with another seed: what chance alone moves")
    rows: int = Field(2000, ge=50, le=20_000, description="texts at most; a stratified sample above")
    seed: Seed = 0


class ForgettingConfig(BaseConfig):
    """Catastrophic forgetting: earlier tasks, sentence similarity and masked-language modelling."""

    job: str = Field(description="the training job")
    earlier: tuple[str, ...] = Field((), max_length=20, description="earlier runs, on the same backbone")
    seed: Seed = 0


class ErrorAnalysisConfig(BaseConfig):
    """Calibration, selective prediction, slices and label issues of a run."""

    job: str = Field(description="the training job")
    columns: tuple[str, ...] = Field((), max_length=20, description="columns of the table to slice by")
    bins: int = Field(15, ge=2, le=50, description="bars of the reliability diagram")
    seed: Seed = 0


class ProjectConfig(BaseConfig):
    """2-D projection of one layer of a finished run, before and after training."""

    job: str = Field(description="the training job")
    layer: int = Field(description="0 = embeddings, k = after block k-1")
    method: Method = Method.PCA
    neighbours: int = Field(15, ge=2, le=200, description="UMAP: size of the local neighbourhood")
    min_dist: float = Field(0.1, ge=0, le=0.99, description="UMAP: how tightly points may pack")
    limit: int = Field(
        10_000,
        ge=10,
        le=50_000,
        description="texts the map is found from at most; the others take their places on it",
    )
    seed: Seed = 0


class NeighboursConfig(BaseConfig):
    """Nearest neighbours of one text in one layer of a finished run, before and after training."""

    job: str = Field(description="the training job")
    layer: int = Field(description="0 = embeddings, k = after block k-1")
    index: int = Field(ge=0, description="line of the text in the run's predictions")
    neighbours: int = Field(10, ge=1, le=50, description="texts to find")


class ProjectionAnimationConfig(BaseConfig):
    """2-D projections of every layer of a finished run, before and after training."""

    job: str = Field(description="the training job")
    limit: int = Field(1500, ge=10, le=5000, description="points at most; a stratified sample above")
    seed: Seed = 0


class LabelEfficiencyArm(BaseConfig):
    """Runs of one training method on `rows` labels, in the order of the curve's seeds."""

    name: str = Field(min_length=1, max_length=200)
    rows: Rows
    jobs: tuple[str, ...] = Field(min_length=1, max_length=200)


class LabelEfficiencyConfig(BaseConfig):
    """Label efficiency: score against number of labels, of TF-IDF, the frozen backbone and trained runs.

    `cells` are runs whose data differ only in `train_rows` and `rows_seed`. Howard & Ruder 2018,
    arXiv:1801.06146, figure 3.
    """

    data: DataConfig = Field(description="with all training rows")
    backbone: BackboneConfig = BackboneConfig()
    features: FeatureConfig = FeatureConfig()
    sizes: tuple[Rows, ...] = Field(min_length=1, max_length=50, description="numbers of labels")
    seeds: tuple[Seed, ...] = Field(
        (0, 1, 2), min_length=1, max_length=50, description="each draws its own labels"
    )
    cells: tuple[LabelEfficiencyArm, ...] = Field((), max_length=500)
    at: Rows = Field(64, description="number of labels the closing sentence is about")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        if list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError("sizes: numbers of labels that rise")
        if self.data.train_rows is not None:
            raise ValueError("data.train_rows is the curve's to set: give sizes instead")
        return self


class TransferabilityConfig(BaseConfig):
    """Transferability scores (LogME, H-score) of the layers of backbones, before training."""

    data: DataConfig
    backbones: tuple[BackboneConfig, ...] = Field((BackboneConfig(),), min_length=1, max_length=10)
    features: FeatureConfig = FeatureConfig()
    runs: tuple[str, ...] = Field(
        (), max_length=200, description="finished runs on the same task, to see how well the scores told them"
    )
    rows: int = Field(5000, ge=50, le=20_000, description="training rows at most")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0


class AdviseConfig(BaseConfig):
    """Recommend a recipe by published rules applied to measurements of the data."""

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    features: FeatureConfig = FeatureConfig()
    seconds: float | None = Field(None, gt=0, description="time at hand for one training; none: no limit")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0


class ReportConfig(BaseConfig):
    """HTML report of a run or a study from the results so far."""

    job: str | None = Field(None, description="the training job; none: a study")
    parts: tuple[str, ...] = Field((), max_length=100, description="jobs whose answers belong in it")
    name: str = Field("", max_length=200, description="what it is called")
    question: str = Field("", max_length=2000, description="what was asked, in the reader's words")
    command: str = Field("", max_length=20_000, description="command line that does it again")
    study: StudyConfig | None = Field(None, description="the study that it is about")
    blocks: dict[str, int] = Field({}, description="blocks of each backbone of the study, by its label")
    data: str = Field("", max_length=200, description="what the study's table is called")

    @model_validator(mode="after")
    def _check_subject(self) -> Self:
        if self.job is None and not self.parts:
            raise ValueError("a report is about a run or about the comparison of a study: give one")
        return self


class ExportConfig(BaseConfig):
    """Self-contained export: weights, tokenizer, labels, model card, ``predict.py``."""

    job: str = Field(description="the training job")
    onnx: bool = Field(False, description="an ONNX file too; needs the extra 'onnx'")
    name: str = Field("", max_length=200, description="what the run is called, for the model card")
    data: str = Field("", max_length=200, description="what the table is called, for the model card")
