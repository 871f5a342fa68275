"""Label efficiency of a task."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config import (
    BaseConfig,
    DataConfig,
    Device,
    FeatureConfig,
    Precision,
)
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import JobSpec, Requirement, TaskJobConfig
from translearn_core.results import LabelEfficiency

Rows = Annotated[int, Field(ge=1)]


class LabelEfficiencyArm(BaseConfig):
    """Runs of one training method on `rows` labels, in the order of the curve's seeds."""

    name: str = Field(min_length=1, max_length=200)
    rows: Rows
    jobs: tuple[str, ...] = Field(min_length=1, max_length=200)


class LabelEfficiencyConfig(TaskJobConfig[LabelEfficiency]):
    """Label efficiency: score against number of labels, of TF-IDF, frozen backbone and trained runs.

    `arms` are runs whose data differ only in `train_rows` and `subset_seed`. Howard & Ruder 2018,
    arXiv:1801.06146, figure 3.
    """

    kind: ClassVar = "label_efficiency"
    data: DataConfig = Field(description="with all training rows")
    features: FeatureConfig = FeatureConfig()
    sizes: tuple[Rows, ...] = Field(min_length=1, max_length=50, description="numbers of labels")
    seeds: tuple[Seed, ...] = Field(
        (0, 1, 2), min_length=1, max_length=50, description="each draws its own labels"
    )
    arms: tuple[LabelEfficiencyArm, ...] = Field((), max_length=500)
    reference_size: Rows = Field(64, description="number of labels the closing sentence is about")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        if list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError("sizes: numbers of labels that rise")
        if self.data.train_rows is not None:
            raise ValueError("data.train_rows is the curve's to set: give sizes instead")
        return self

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone, and the runs."""
        return (*super().references(), *(job for arm in self.arms for job in arm.jobs))


LABEL_EFFICIENCY = JobSpec(
    LabelEfficiencyConfig,
    LabelEfficiency,
    "Label efficiency",
    "diagnostics.few_labels.label_efficiency:measure_label_efficiency",
    question="What is a label worth?",
    section="diagnostics.label_efficiency:section",
    description="Labels cost somebody's time. Label efficiency is the score against the number of labels: "
    "the same test rows are scored after learning from 8 labels, from 16, from 32 and so on. "
    "Look how many fewer labels one line needs for the score of another: that is what transfer saves.",
    action="Draw the curve",
    progress="Learning from ever more labels",
    cost="This first part trains no backbone: TF-IDF counts words, the frozen probe is a linear classifier "
    "on the pretrained layers, prototypes are class means there, and zero-shot reads the names of the "
    "classes. Each text passes the backbone once at most; with an NLI model each test text passes once more "
    "for every class.",
    low_priority=True,
    requires=Requirement.LAYERS,
)
