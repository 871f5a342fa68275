"""Configuration of an experiment: data, backbone, freeze plan, features, head, training."""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config.base import JobConfig
from translearn_core.config.data import AugmentConfig, DataConfig
from translearn_core.config.enums import LayerCombination, Tuning
from translearn_core.config.model import (
    BackboneConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Stage,
    TuningConfig,
)
from translearn_core.config.training import DistilConfig, TrainingConfig
from translearn_core.errors import ConfigError


class ExperimentConfig(JobConfig):
    """Experiment: data → backbone → features → train → evaluate."""

    kind: ClassVar = "train"

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    plan: FreezePlan = FreezePlan()
    stages: tuple[Stage, ...] = Field(
        (), max_length=64, description="what trains before the plan does, in this order"
    )
    tuning: TuningConfig = TuningConfig()
    features: FeatureConfig = FeatureConfig()
    head: HeadConfig = HeadConfig()
    training: TrainingConfig = TrainingConfig()
    augment: AugmentConfig = AugmentConfig()
    distil: DistilConfig | None = None
    continues: str | None = Field(None, description="job whose last checkpoint this one goes on from")

    def references(self) -> Iterable[str | None]:
        """Return the run it continues, its teacher, and the pretraining of its backbone."""
        teacher = self.distil.teacher if self.distil else None
        return self.continues, teacher, self.backbone.pretraining_job

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.data.dataset

    @property
    def resolved_stages(self) -> tuple[Stage, ...]:
        """All stages; the plan itself is the last."""
        last = Stage(plan=self.plan, epochs=self.training.epochs, patience=self.training.patience)
        return (*self.stages, last)

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        for number, stage in enumerate(self.stages, 1):
            frozen = sorted(set(stage.plan.blocks) - set(self.plan.blocks))
            if frozen or (stage.plan.embeddings and not self.plan.embeddings):
                part = f"block {frozen[0]}" if frozen else "the embeddings"
                raise ValueError(f"stages: stage {number} trains {part}, which the plan leaves frozen")
        if self.features.layers is not LayerCombination.LAST and self.trains_backbone:
            raise ValueError(
                f"features.layers: {self.features.layers!s} needs a frozen backbone: train the head only, or "
                "read the last layer"
            )
        if self.tuning.kind is not Tuning.ALL and not self.plan.blocks:
            raise ValueError(f"plan: {self.tuning.kind!s} needs at least one block that trains")
        if self.tuning.kind is Tuning.LORA and self.plan.embeddings:
            raise ValueError("plan: with lora the embeddings stay frozen")
        return self

    @property
    def trains_backbone(self) -> bool:
        """Whether any part below the head trains."""
        return bool(self.plan.blocks) or self.plan.embeddings

    def check(self, n_blocks: int) -> None:
        """Raise `ConfigError` for a field that is invalid on a backbone of `n_blocks` blocks."""
        self.plan.check(n_blocks)
        self.features.selected_layers(n_blocks)
        if self.training.rates and len(self.training.rates) != n_blocks:
            raise ConfigError("training.rates", list(self.training.rates), f"{n_blocks} rates, one a block")
        if self.backbone.fresh_top > n_blocks:
            raise ConfigError(
                "backbone.fresh_top", self.backbone.fresh_top, f"at most {n_blocks}, which there are"
            )
        fresh = set(range(n_blocks - self.backbone.fresh_top, n_blocks))
        if frozen := sorted(fresh - set(self.plan.blocks)):
            raise ConfigError(
                "backbone.fresh_top",
                self.backbone.fresh_top,
                f"block {frozen[0]} to train, since it is fresh",
            )
