"""Arms of a study that differ by domain: ways from a source to a target, or sources of a transfer matrix."""

from dataclasses import dataclass

from translearn_core.config.adaptation import Way
from translearn_core.config.data import DataConfig
from translearn_core.config.domains import source_name
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.studies.study import StudyConfig


@dataclass(frozen=True)
class DomainVariant:
    """All rows, whatever their domain."""

    @property
    def factor(self) -> dict[str, str]:
        """Factor of the arm, if the study varies domains."""
        return {}

    @property
    def names(self) -> list[str]:
        """Part of the arm's name, if the study varies domains."""
        return list(self.factor.values())

    @property
    def learns_elsewhere(self) -> bool:
        """Whether it learns from more rows than the study's sizes count."""
        return False

    @property
    def needs_backbone(self) -> bool:
        """Whether TF-IDF has no such arm."""
        return False

    def data(self, study: StudyConfig, size: int | None) -> DataConfig | None:
        """Return the data for a size; None where there is no such arm."""
        if size is None:  # without a subset its options are reset, so that studies share such runs
            return study.data.model_copy(update={"subset_seed": None, "balanced_subset": False})
        return study.data.model_copy(update={"train_rows": size})

    def adapt(self, config: ExperimentConfig) -> ExperimentConfig:
        """Return the experiment with its adaptation."""
        return config


@dataclass(frozen=True)
class WayVariant(DomainVariant):
    """Way from the source to the target domain; sizes are labelled rows of the target."""

    way: Way

    @property
    def factor(self) -> dict[str, str]:
        """Name of the way."""
        return {"way": str(self.way)}

    @property
    def learns_elsewhere(self) -> bool:
        """Whether it learns from the source, or texts of the target, as well."""
        return self.way is not Way.TARGET

    @property
    def needs_backbone(self) -> bool:
        """Whether the way is one of a network's training."""
        return self.way in (Way.SELF_TRAINING, Way.PRETRAIN_TARGET)

    def data(self, study: StudyConfig, size: int | None) -> DataConfig | None:
        """Return the data with `size` labels of the target; None where the way takes no such number."""
        assert study.data.domains is not None
        domains = self.way.domains(study.data.domains, size)
        return None if domains is None else study.data.model_copy(update={"domains": domains})

    def adapt(self, config: ExperimentConfig) -> ExperimentConfig:
        """Return the experiment with the way's adaptation."""
        parts = {"adaptation": self.way.adaptation, "self_training": self.way.self_training}
        return config.model_copy(update=parts)


@dataclass(frozen=True)
class SourceVariant(DomainVariant):
    """Domains to learn from; `domains` are all that the study learns from."""

    source: tuple[str, ...]
    domains: tuple[str, ...]

    @property
    def factor(self) -> dict[str, str]:
        """Name of the source."""
        return {"source": source_name(self.source, self.domains)}

    @property
    def names(self) -> list[str]:
        """Part of the arm's name."""
        return [f"from {name}" for name in self.factor.values()]

    def data(self, study: StudyConfig, size: int | None) -> DataConfig | None:
        """Return the data that learn from the source."""
        data = super().data(study, size)
        assert data is not None
        assert data.domains is not None
        return data.model_copy(update={"domains": data.domains.model_copy(update={"source": self.source})})


def domain_variants(study: StudyConfig) -> tuple[DomainVariant, ...]:
    """Return the ways or the sources of a study, or the one variant of others."""
    if study.ways:
        return tuple(WayVariant(way) for way in study.ways)
    if study.sources:
        domains = tuple(dict.fromkeys(name for source in study.sources for name in source))
        return tuple(SourceVariant(source, domains) for source in study.sources)
    return (DomainVariant(),)
