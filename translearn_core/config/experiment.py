"""Configuration of an experiment: data, backbone, freeze plan, features, head, training."""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config.adaptation import AdaptationConfig, AdaptationMethod
from translearn_core.config.base import JobConfig
from translearn_core.config.data import DataConfig
from translearn_core.config.enums import HeadKind, TaskOrder, TaskWeighting
from translearn_core.config.experiment_checks import check_consistency
from translearn_core.config.few_labels.contrastive import ContrastiveConfig
from translearn_core.config.few_labels.self_training import SelfTrainingConfig
from translearn_core.config.model import (
    BackboneConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Stage,
    TuningConfig,
)
from translearn_core.config.training import AugmentConfig, DistilConfig, TrainingConfig
from translearn_core.errors import ConfigError


class ExperimentConfig(JobConfig):
    """Experiment: data → backbone → features → train → evaluate."""

    kind: ClassVar = "train"

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    freeze: FreezePlan = FreezePlan()
    stages: tuple[Stage, ...] = Field(
        (), max_length=64, description="what trains before the plan does, in this order"
    )
    tuning: TuningConfig = TuningConfig()
    features: FeatureConfig = FeatureConfig()
    head: HeadConfig = HeadConfig()
    training: TrainingConfig = TrainingConfig()
    augment: AugmentConfig = AugmentConfig()
    distil: DistilConfig | None = None
    adaptation: AdaptationConfig | None = Field(
        None, description="how texts of the target domain are drawn on; none: labelled rows train alone"
    )
    contrastive: ContrastiveConfig | None = Field(
        None, description="pairs of texts that train the backbone before the head is fitted; none: labels do"
    )
    self_training: SelfTrainingConfig | None = Field(
        None, description="how rows without a label are learned from; none: labelled rows train alone"
    )
    resume_from: str | None = Field(None, description="job whose last checkpoint this one goes on from")
    joint_run: str | None = Field(
        None, description="job that trained several targets; this run is one of them, and trains nothing"
    )

    def references(self) -> Iterable[str | None]:
        """Return the run it continues, its teacher, and the pretraining of its backbone."""
        teacher = self.distil.teacher if self.distil else None
        return self.joint_run, self.resume_from, teacher, self.backbone.pretraining_job

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.data.dataset

    def as_new_run(self) -> Self:
        """Return it as a run that continues no other, trains and predicts all rows."""
        values = {"epochs": max(1, self.training.epochs), "predict_train": True}
        return self.model_copy(
            update={
                "training": self.training.model_copy(update=values),
                "resume_from": None,
                "joint_run": None,
            }
        )

    @property
    def resolved_stages(self) -> tuple[Stage, ...]:
        """All stages; the plan itself is the last, of several targets one after the other for each.

        After contrastive fine-tuning the head is fitted, without an epoch, in a stage of its own.
        """
        last = Stage(freeze=self.freeze, epochs=self.training.epochs, patience=self.training.patience)
        if self.contrastive is not None:
            return (last, Stage(freeze=FreezePlan(), epochs=0))
        if self.source_first:
            assert self.adaptation is not None
            slow = last.model_copy(update={"backbone_rate": self.adaptation.target_rate})
            return (*self.stages, last, slow)
        repeats = len(self.data.targets) if self.sequential else self.trainings
        return (*self.stages, *(last,) * repeats)

    @property
    def sequential(self) -> bool:
        """Whether several targets train one after the other."""
        return self.data.several_targets and self.training.task_order is TaskOrder.SEQUENTIAL

    @property
    def source_first(self) -> bool:
        """Whether rows of the source domain train first, then labelled rows of the target."""
        return self.adaptation is not None and self.adaptation.method is AdaptationMethod.SEQUENTIAL

    @property
    def trainings(self) -> int:
        """Number of trainings from the same weights, each a stage; more than 1 in self-training."""
        return 1 if self.self_training is None else self.self_training.repeats

    @property
    def restarts(self) -> bool:
        """Whether optimizer and rates start anew in each stage."""
        staged = self.contrastive is not None or self.self_training is not None
        return self.sequential or self.source_first or staged

    def freeze_until(self, stage: int | None) -> FreezePlan:
        """Return all that trains up to a stage, numbered from 0; None: up to the last."""
        plans = [one.freeze for one in self.resolved_stages[: None if stage is None else stage + 1]]
        return FreezePlan(
            embeddings=any(plan.embeddings for plan in plans),
            blocks=tuple({block for plan in plans for block in plan.blocks}),
        )

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        check_consistency(self)
        return self

    def for_target(self, index: int) -> Self:
        """Return the run of one of several targets alone: same rows, split and settings."""
        own = {"task_weighting": TaskWeighting.BY_HAND, "task_order": TaskOrder.JOINT}
        update = {
            "data": self.data.for_target(index),
            "training": self.training.model_copy(update=own),
            "resume_from": None,
            "joint_run": None,
        }
        return self.model_copy(update=update)

    def target_runs(self, job: str) -> tuple[Self, ...]:
        """Return the run of every target as part of the training `job` of all of them."""
        runs = (self.for_target(index) for index in range(len(self.data.targets)))
        return tuple(run.model_copy(update={"joint_run": job}) for run in runs)

    @property
    def fitted_at_once(self) -> bool:
        """Whether all that trains is fitted by logistic regression, without steps and learning rate."""
        return self.head.kind is HeadKind.PROBE and self.contrastive is None

    def method_name(self, trained: FreezePlan | None = None) -> str:
        """Return what the model is, short enough for a table: TF-IDF, linear probe or what trains.

        How rows without a label were learned from stands before it.
        `trained` is what had trained in the weights that were kept; None: the whole plan.
        """
        if self.backbone.is_tfidf:
            return "TF-IDF"
        before = "" if self.self_training is None else f"{self.self_training.method.label}, "
        if self.fitted_at_once:
            return f"{before}linear probe"
        label = (self.freeze if trained is None else trained).label
        return f"{before}{label}" if self.contrastive is None else f"contrastive, {label}"

    def steps_per_epoch(self, texts: int) -> int:
        """Return the number of steps of an epoch of so many training texts, altered copies among them."""
        size = self.training.batch_size
        if self.contrastive is not None:
            return self.contrastive.steps_per_epoch(texts, size)
        return -(-texts // size)

    @property
    def trains_backbone(self) -> bool:
        """Whether any part below the head trains."""
        return bool(self.freeze.blocks) or self.freeze.embeddings

    def with_default_encoding(self, *, frozen: bool | None = None) -> Self:
        """Return it with the default encoding of its pairs, if it has any.

        `frozen`: whether the backbone is; None: as planned.
        """
        if self.data.text_pair is None or self.backbone.is_tfidf:
            return self
        frozen = not self.trains_backbone if frozen is None else frozen
        return self.model_copy(update={"features": self.features.with_default_encoding(frozen=frozen)})

    def check(self, n_blocks: int) -> None:
        """Raise `ConfigError` for a field that is invalid on a backbone of `n_blocks` blocks."""
        self.freeze.check(n_blocks)
        self.features.selected_layers(n_blocks)
        if self.training.lr_per_block and len(self.training.lr_per_block) != n_blocks:
            raise ConfigError(
                "training.lr_per_block", list(self.training.lr_per_block), f"{n_blocks} rates, one a block"
            )
        if self.backbone.reinit_top_layers > n_blocks:
            raise ConfigError(
                "backbone.reinit_top_layers",
                self.backbone.reinit_top_layers,
                f"at most {n_blocks}, which there are",
            )
        fresh = set(range(n_blocks - self.backbone.reinit_top_layers, n_blocks))
        if frozen := sorted(fresh - set(self.freeze.blocks)):
            raise ConfigError(
                "backbone.reinit_top_layers",
                self.backbone.reinit_top_layers,
                f"block {frozen[0]} to train, since it is fresh",
            )
