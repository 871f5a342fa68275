"""Configuration of an experiment: data, backbone, freeze plan, features, head, training."""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config.adaptation import AdaptationConfig, AdaptationMethod
from translearn_core.config.base import JobConfig
from translearn_core.config.contrastive import ContrastiveConfig, check_pairs
from translearn_core.config.data import DataConfig
from translearn_core.config.enums import (
    HeadKind,
    LayerCombination,
    PairEncoding,
    ProblemType,
    TaskOrder,
    TaskWeighting,
    Tuning,
)
from translearn_core.config.model import (
    BackboneConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Stage,
    TuningConfig,
)
from translearn_core.config.self_training import SelfTrainingConfig
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
        repeats = len(self.data.targets) if self.sequential else 2 if self.source_first else 1
        if self.self_training is not None:
            repeats = self.self_training.repeats
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
        if not self.training.epochs and self.resume_from is None:
            raise ValueError(
                "0 epochs train nothing: set training.epochs to at least 1, or continue a finished run"
            )
        if empty := [number for number, stage in enumerate(self.stages, 1) if not stage.epochs]:
            raise ValueError(f"stages: stage {empty[0]} has no epoch: give it at least 1, or leave it out")
        for number, stage in enumerate(self.stages, 1):
            frozen = sorted(set(stage.freeze.blocks) - set(self.freeze.blocks))
            if frozen or (stage.freeze.embeddings and not self.freeze.embeddings):
                part = f"block {frozen[0]}" if frozen else "the embeddings"
                raise ValueError(f"stages: stage {number} trains {part}, which the plan leaves frozen")
        if self.features.layer_combination is not LayerCombination.LAST and self.trains_backbone:
            raise ValueError(
                f"features.layer_combination: {self.features.layer_combination!s} needs a frozen backbone: "
                "train the head only, or read the last layer"
            )
        if self.features.pair_encoding is PairEncoding.SIAMESE and self.data.text_pair is None:
            raise ValueError(
                "features.pair_encoding: 'siamese' encodes the two texts of a pair each alone: name the "
                "column of the second texts in data.text_pair"
            )
        if self.augment.copies and self.data.problem is ProblemType.TOKENS:
            raise ValueError("augment.copies: words are labelled where they stand: set it to 0")
        self._check_probe()
        self._check_targets()
        self._check_adaptation()
        self._check_self_training()
        self._check_contrastive()
        if self.tuning.kind is not Tuning.ALL and not self.freeze.blocks:
            raise ValueError(f"freeze: {self.tuning.kind!s} needs at least one block that trains")
        if self.tuning.kind.adds_parameters and self.freeze.embeddings:
            raise ValueError(f"freeze: with {self.tuning.kind!s} the embeddings stay frozen")
        if self.training.mixout and self.tuning.kind is not Tuning.ALL:
            raise ValueError(
                f"training.mixout: with {self.tuning.kind!s} no matrix leaves its pretrained weights: set it "
                "to 0, or tuning.kind to 'all'"
            )
        return self

    def _check_probe(self) -> None:
        """Check that a head fitted at once has features that stay as they are, and only labels to fit."""
        if self.backbone.is_tfidf and self.head.kind is not HeadKind.PROBE:
            raise ValueError("head.kind: tf-idf takes a probe, and no other classifier: set it to 'probe'")
        if self.backbone.is_tfidf and self.augment.copies:
            raise ValueError("augment.copies: tf-idf has no tokenizer to alter texts with: set it to 0")
        if self.head.kind is not HeadKind.PROBE:
            return
        conflicts = {
            "freeze": self.trains_backbone and self.contrastive is None,
            "stages": bool(self.stages),
            "distil": self.distil is not None,
            "resume_from": self.resume_from is not None,
            "features.layer_combination": self.features.layer_combination is LayerCombination.MIX,
        }
        if conflicting := [name for name, conflict in conflicts.items() if conflict]:
            raise ValueError(
                f"{conflicting[0]}: a probe is fitted at once on fixed features: leave this at its default, "
                "or choose head.kind 'linear'"
            )

    def _check_targets(self) -> None:
        """Check that a run of several targets, or a target of one, has no setting for one target alone."""
        if not self.data.several_targets:
            return
        conflicts = {
            "head.kind": self.head.kind is HeadKind.PROBE,
            "distil": self.distil is not None,
            "joint_run": self.joint_run is not None,
            "data.other_targets": bool(self.data.other_targets),
        }
        if conflicting := [name for name, conflict in conflicts.items() if conflict]:
            raise ValueError(
                f"{conflicting[0]}: several targets need heads that train in steps, without a teacher: leave "
                "this at its default, or choose one column to predict"
            )
        if not self.training.predict_train:
            raise ValueError(
                "training.predict_train: a run of several targets predicts its training rows too, for each "
                "target's neighbours: set it to true"
            )
        if self.sequential and (self.stages or self.resume_from is not None):
            raise ValueError(
                "training.task_order: one target after the other is a run of its own without stages: leave "
                "out stages and resume_from, or train them together"
            )

    def _check_adaptation(self) -> None:
        """Check that there are a source and a target domain, and that what is to be aligned can move."""
        if self.adaptation is None:
            return
        method, domains = self.adaptation.method, self.data.domains
        if domains is None or not (domains.source and domains.target):
            raise ValueError(
                f"adaptation: {method!s} goes from a source to a target domain: name both in data.domains"
            )
        if self.data.several_targets:
            raise ValueError(f"adaptation: {method!s} is for one target: choose one column to predict")
        if self.fitted_at_once or (method.aligns and not self.trains_backbone):
            raise ValueError(
                f"adaptation: {method!s} changes how the backbone trains, and here it stays frozen: train a "
                "block at least, or leave adaptation out"
            )
        if self.source_first and domains.target_labels == 0:
            raise ValueError(
                f"adaptation: {method!s} ends with labelled rows of the target: set "
                "data.domains.target_labels"
            )
        if self.source_first and (self.stages or self.resume_from is not None):
            raise ValueError(
                f"adaptation: {method!s} has stages of its own: leave stages and resume_from out"
            )

    def _check_self_training(self) -> None:
        """Check that there are classes to be sure of, and no setting that needs labels of every row."""
        if (chosen := self.self_training) is not None:
            probe = self.fitted_at_once and (self.augment.copies or chosen.per_step)
            conflicts = {
                "stages": self.stages, "resume_from": self.resume_from, "distil": self.distil,
                "adaptation": self.adaptation, "contrastive": self.contrastive, "head.kind": probe,
                "backbone": self.backbone.is_tfidf,
            }  # fmt: skip
            chosen.check(self.data, [name for name, value in conflicts.items() if value])

    def _check_contrastive(self) -> None:
        if self.contrastive is not None:
            one_class = not self.data.several_targets and self.data.problem is ProblemType.SINGLE_LABEL
            check_pairs(
                one_class=one_class,
                trains_backbone=self.trains_backbone,
                fits_head=self.head.kind is HeadKind.PROBE,
                adapts=self.adaptation is not None,
                patience=self.training.patience is not None,
            )

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

        `trained` is what had trained in the weights that were kept; None: the whole plan.
        """
        if self.backbone.is_tfidf:
            return "TF-IDF"
        if self.fitted_at_once:
            return "linear probe"
        label = (self.freeze if trained is None else trained).label
        return label if self.contrastive is None else f"contrastive, {label}"

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
