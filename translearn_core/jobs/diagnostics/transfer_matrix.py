"""Transfer between domains."""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config import BaseConfig, DataConfig, Device, FeatureConfig, Precision
from translearn_core.config.base import Seed
from translearn_core.config.domains import MAX_DOMAINS
from translearn_core.jobs.spec import JobSpec, Requirement, TaskJobConfig
from translearn_core.results.diagnostics.transfer_matrix import TransferMatrix


class MatrixRuns(BaseConfig):
    """Runs of one method, trained on one source with several seeds."""

    model: str = Field(min_length=1, max_length=200, description="name of the method")
    source: tuple[str, ...] = Field(max_length=MAX_DOMAINS, description="domains that it learned from")
    jobs: tuple[str, ...] = Field(min_length=1, max_length=200)


class TransferMatrixConfig(TaskJobConfig[TransferMatrix]):
    """Train on each domain, test on each: a frozen probe, TF-IDF, and `runs` whose data differ in source."""

    kind: ClassVar = "transfer_matrix"
    data: DataConfig = Field(description="with all domains")
    features: FeatureConfig = FeatureConfig()
    runs: tuple[MatrixRuns, ...] = Field((), max_length=500)
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0

    @model_validator(mode="after")
    def _check_domains(self) -> Self:
        if self.data.domains is None:
            raise ValueError("transfer is between domains: name the column that holds them")
        if self.data.domains.selects or self.data.train_rows is not None:
            raise ValueError("the matrix trains on each domain: leave source, target and train_rows out")
        return self

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone, and the runs."""
        return (*super().references(), *(job for run in self.runs for job in run.jobs))


TRANSFER_MATRIX = JobSpec(
    TransferMatrixConfig,
    TransferMatrix,
    "Transfer matrix",
    "diagnostics.domains.transfer_matrix:measure_transfer",
    question="What crosses from one domain to another?",
    section="diagnostics.transfer_matrix:section",
    description="A model is trained on one domain, such as a language or a kind of product, and tested on "
    "every other. All models of a column are tested on the same texts; on the diagonal is the model trained "
    "on that domain itself, and what the others score less is the loss.",
    action="Train on each, test on each",
    progress="Fitting probes for every domain",
    cost="The backbone stays frozen: each text passes it once, then a linear probe is fitted for every "
    "domain.",
    low_priority=True,
    requires=Requirement.LAYERS,
)
