"""The experiment draft that the pages fill in."""

from dataclasses import dataclass, field, replace
from typing import Any

from translearn_core.config import (
    AdaptationConfig,
    AugmentConfig,
    BackboneConfig,
    CleaningRule,
    ContrastiveConfig,
    DataConfig,
    DistilConfig,
    DomainConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    LayerCombination,
    PairEncoding,
    ProblemType,
    SelfTrainingConfig,
    SelfTrainingMethod,
    SplitConfig,
    Stage,
    TargetConfig,
    TaskOrder,
    TaskWeighting,
    TrainingConfig,
    Tuning,
    TuningConfig,
)
from translearn_core.jobs import DiagnoseConfig

PARTS = (
    "backbone", "freeze", "features", "head", "training", "stages", "tuning", "augment", "distil",
    "adaptation", "contrastive", "self_training",
)  # fmt: skip
"""Fields that a draft shares with its experiment."""


@dataclass(frozen=True)
class Draft:
    """The experiment draft that the pages fill in."""

    dataset: str | None = None
    text: str | None = None
    label: str | None = None
    problem: ProblemType | None = None
    split: SplitConfig = field(default_factory=SplitConfig)
    cleaning: tuple[CleaningRule, ...] = ()
    rare_class_below: int = 5
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    freeze: FreezePlan = field(default_factory=FreezePlan)
    features: FeatureConfig = field(default_factory=FeatureConfig)
    head: HeadConfig = field(default_factory=HeadConfig)
    training: TrainingConfig = field(default_factory=lambda: TrainingConfig.defaults_for(FreezePlan()))
    stages: tuple[Stage, ...] = ()
    tuning: TuningConfig = field(default_factory=TuningConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    distil: DistilConfig | None = None
    adaptation: AdaptationConfig | None = None
    contrastive: ContrastiveConfig | None = None
    text_pair: str | None = None
    one_hot: tuple[str, ...] = ()
    more_targets: tuple[TargetConfig, ...] = ()
    other_targets: tuple[TargetConfig, ...] = ()
    loss_weight: float = 1.0
    sentence: str | None = None
    domains: DomainConfig | None = None
    self_training: SelfTrainingConfig | None = None
    label_key: str | None = None
    default_features: tuple[str, ...] = ()
    """Feature settings that get the backbone's defaults once it is known."""

    @property
    def lacks_labels(self) -> bool:
        """Whether its table has a column of texts and none of labels."""
        return self.dataset is not None and self.text is not None and self.label is None

    @property
    def target(self) -> TargetConfig | None:
        """Column or columns to predict."""
        if self.label is None:
            return None
        problem = self.problem or ProblemType.SINGLE_LABEL
        columns = self.one_hot if problem is ProblemType.MULTI_LABEL else ()
        target = TargetConfig.of(columns or (self.label,), problem)
        return target.model_copy(update={"loss_weight": self.loss_weight}) if self.predicts_more else target

    @property
    def default_training(self) -> TrainingConfig:
        """Default training settings for its freeze plan and problem type."""
        return TrainingConfig.defaults_for(self.freeze, self.problem or ProblemType.SINGLE_LABEL)

    @property
    def predicts_more(self) -> bool:
        """Whether it predicts further columns too, for which the model needs a backbone."""
        return bool(self.more_targets) and not self.backbone.is_tfidf

    @property
    def data(self) -> DataConfig | None:
        """The data part, None while a column is missing."""
        target = self.target
        if not (self.dataset and self.text and target) or self.text in target.table_columns:
            return None
        tokens = target.problem is ProblemType.TOKENS
        if tokens and self.sentence in (None, self.text, target.column):
            return None
        taken = (self.text, *target.table_columns)
        return DataConfig(
            dataset=self.dataset,
            text=self.text,
            text_pair=None if tokens or self.text_pair in taken else self.text_pair,
            sentence=self.sentence if tokens else None,
            targets=(target, *self._apart_from(target, self.more_targets if self.predicts_more else ())),
            other_targets=() if self.predicts_more else self._apart_from(target, self.other_targets),
            split=self.split,
            domains=None if self.domains is None or self.domains.column in taken else self.domains,
            label_key=None if self.label_key in taken else self.label_key,
            cleaning=self.cleaning,
            rare_class_below=self.rare_class_below,
        )

    def _apart_from(self, target: TargetConfig, others: tuple[TargetConfig, ...]) -> tuple[TargetConfig, ...]:
        """Return the other targets that fit `target`: of words as it, or of texts, and in other columns."""
        taken = {self.text, self.text_pair, target.column, *target.table_columns}
        words = target.problem is ProblemType.TOKENS
        return tuple(
            other
            for other in others
            if taken.isdisjoint((other.column, *other.table_columns))
            and words is (other.problem is ProblemType.TOKENS)
        )

    @property
    def adapts(self) -> bool:
        """Whether the adaptation fits the other settings: domains to go between, and blocks that train."""
        domains, moves = self.domains, bool(self.freeze.blocks or self.freeze.embeddings)
        named = domains is not None and bool(domains.source and domains.target)
        return named and moves and not self.predicts_more and not self.stages

    @property
    def can_self_train(self) -> bool:
        """Whether rows without a label can be learned from under the other settings."""
        one = self.problem in (None, ProblemType.SINGLE_LABEL) and not self.predicts_more
        others = self.stages or self.distil or self.adaptation or self.contrastive or self.backbone.is_tfidf
        return one and not others and bool(self.self_training_methods)

    @property
    def self_training_methods(self) -> tuple[SelfTrainingMethod, ...]:
        """Methods of self-training that fit the head: consistency needs one that trains in steps."""
        if self.head.kind is not HeadKind.PROBE:
            return tuple(SelfTrainingMethod)
        return () if self.augment.copies else (SelfTrainingMethod.SELF_TRAINING,)

    @property
    def contrasts(self) -> bool:
        """Whether pairs of texts can train with the other settings: blocks to train, one class a row."""
        moves = bool(self.freeze.blocks or self.freeze.embeddings)
        classes = self.problem in (None, ProblemType.SINGLE_LABEL) and not self.predicts_more
        return moves and classes and not (self.stages or self.distil or self.adaptation)

    @property
    def head_kinds(self) -> tuple[HeadKind, ...]:
        """Heads that fit the other settings; a probe needs features that stay as they are.

        After pairs of texts have trained it is the only one.
        """
        if self.backbone.is_tfidf or self.contrastive is not None:
            return (HeadKind.PROBE,)
        moves = self.freeze.blocks or self.freeze.embeddings or self.stages or self.distil
        moves = moves or self.predicts_more
        if moves or self.features.layer_combination is LayerCombination.MIX:
            return (HeadKind.LINEAR, HeadKind.MLP)
        return tuple(HeadKind)

    @property
    def diagnose(self) -> DiagnoseConfig | None:
        """The diagnosis config, None while the data part is missing."""
        data = self.data
        if data is None:
            return None
        return DiagnoseConfig(data=data, backbone=self.backbone, token_limit=self.features.token_limit)

    @property
    def experiment(self) -> ExperimentConfig | None:
        """The experiment config, None while the data part is missing."""
        data = self.data
        if data is None:
            return None
        parts = {name: getattr(self, name) for name in PARTS}
        if data.text_pair is None:
            parts["features"] = self.features.model_copy(update={"pair_encoding": PairEncoding.JOINT})
        return ExperimentConfig(data=data, **parts)

    def settled(self, before: "Draft") -> "Draft":
        """Return the draft without settings that are incompatible with a changed freeze plan or head."""
        after = self if self.freeze == before.freeze else self._with_plan(before)
        if after.tuning.kind is not Tuning.ALL and after.training.mixout:
            after = replace(after, training=after.training.model_copy(update={"mixout": 0.0}))
        if self.text_pair is not None and before.text_pair is None:
            moves = after.freeze.blocks or after.freeze.embeddings
            after = replace(after, features=after.features.with_default_encoding(frozen=not moves))
        if after.problem is ProblemType.TOKENS:
            after = replace(after, augment=AugmentConfig())
        if after.predicts_more:
            after = replace(after, distil=None)
            if after.training.task_order is TaskOrder.SEQUENTIAL:
                after = replace(after, stages=())
        else:
            own = {"task_weighting": TaskWeighting.BY_HAND, "task_order": TaskOrder.JOINT}
            after = replace(after, training=after.training.model_copy(update=own))
        if after.adaptation is not None and not after.adapts:
            after = replace(after, adaptation=None)
        if after.contrastive is not None and not after.contrasts:
            after = replace(after, contrastive=None)
        if after.contrastive is not None and after.training.patience is not None:
            after = replace(after, training=after.training.model_copy(update={"patience": None}))
        if after.head.kind not in after.head_kinds:
            after = replace(after, head=HeadConfig())
        chosen = after.self_training
        if chosen is not None and not (after.can_self_train and chosen.method in after.self_training_methods):
            after = replace(after, self_training=None)
        at_once = after.head.kind is HeadKind.PROBE
        if at_once is (before.head.kind is HeadKind.PROBE):
            return after
        epochs = 1 if at_once else after.default_training.epochs
        return replace(after, training=after.training.model_copy(update={"epochs": epochs}))

    def _with_plan(self, before: "Draft") -> "Draft":
        """Return the draft without settings that are incompatible with its freeze plan."""
        parts: dict[str, Any] = {}
        if self.stages == before.stages:
            parts["stages"] = ()
        if not self.freeze.blocks or (self.tuning.kind.adds_parameters and self.freeze.embeddings):
            parts["tuning"] = TuningConfig()
        if self.freeze.blocks or self.freeze.embeddings:
            parts["features"] = self.features.model_copy(
                update={"layer_combination": LayerCombination.LAST, "layer": None}
            )
        return replace(self, **parts)


def draft_of(config: ExperimentConfig) -> Draft:
    """Return the draft whose experiment is `config`."""
    data = config.data
    return Draft(
        data.dataset,
        data.text,
        data.targets[0].table_columns[0],
        data.problem,
        data.split,
        data.cleaning,
        data.rare_class_below,
        text_pair=data.text_pair,
        one_hot=data.targets[0].columns,
        more_targets=data.targets[1:],
        other_targets=data.other_targets,
        loss_weight=data.targets[0].loss_weight,
        sentence=data.sentence,
        domains=data.domains,
        label_key=data.label_key,
        **{name: getattr(config, name) for name in PARTS},
    )
