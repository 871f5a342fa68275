"""Recipe: a named transfer strategy that can be applied to an experiment."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from translearn_core.config.adaptation import AdaptationConfig
from translearn_core.config.enums import HeadKind, LayerCombination, ProblemType
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.few_labels.self_training import SelfTrainingConfig, SelfTrainingMethod
from translearn_core.config.model import BackboneConfig, FeatureConfig, FreezePlan, HeadConfig, TuningConfig
from translearn_core.config.training import AugmentConfig, DistilConfig, TrainingConfig
from translearn_core.errors import ConfigError

UNCHANGED_SETTINGS = {
    "features": ("pooling", "token_limit"),
    "training": (
        *("batch_size", "class_weights", "regression_loss", "optimizer", "momentum"),
        *("precision", "device"),
    ),
}
"""Settings that a recipe leaves unchanged, by part."""

JOINT_SETTINGS = ("task_weighting", "task_order")
"""Settings of the training of several targets, which a recipe leaves unchanged too."""

LOOSE = ("training", "head", "augment")
"""Parts in which an experiment may differ from a recipe and still match it loosely."""

Settings = dict[str, Any]
"""Parts of an experiment by name; `training` and `backbone` are dictionaries of single settings."""


class RecipeName(StrEnum):
    """Names of the recipes, in the order of the catalog."""

    LINEAR = "linear"
    PROBE = "probe"
    DENSE = "dense"
    SECOND_LAST = "second-last"
    SUM_4 = "sum-4"
    CONCAT_4 = "concat-4"
    MIX = "mix"
    LAST_K = "last-k"
    BITFIT = "bitfit"
    NORMS = "norms"
    LORA = "lora"
    ADAPTERS = "adapters"
    DISTIL = "distil"
    FULL = "full"
    DISCRIMINATIVE = "discriminative"
    LP_FT = "lp-ft"
    CONTRASTIVE = "contrastive"
    GRADUAL = "gradual"
    BOTTOM_UP = "bottom-up"
    SCRATCH = "scratch"


class Family(StrEnum):
    """Family of recipes."""

    FROZEN = "The backbone stays"
    PART = "A part changes"
    WHOLE = "Everything changes"
    STEPS = "Step by step"
    CONTROL = "Control"


@dataclass(frozen=True)
class Recipe:
    """Transfer strategy.

    `shape` maps the number of blocks and of top blocks to train (default: `depth`, None: all) to settings;
    all others take their defaults.
    """

    name: RecipeName
    family: Family
    title: str
    summary: str
    use_when: str
    cost: str
    source: str
    shape: Callable[[int, int], Settings]
    depth: int | None = None
    teacher: bool = False

    def plan_of(self, n_blocks: int) -> FreezePlan:
        """Return its freeze plan on a backbone of `n_blocks` blocks."""
        plan: FreezePlan = self.shape(n_blocks, min(self._depth(n_blocks, None), n_blocks))["freeze"]
        return plan

    def trains_blocks(self, n_blocks: int) -> bool:
        """Whether it trains more than the head."""
        return bool(self.shape(n_blocks, 1)["freeze"].blocks)

    def fits(self, base: ExperimentConfig, n_blocks: int) -> bool:
        """Whether it can train the targets of `base`: several need heads that train in steps, no teacher.

        Targets one after the other leave no room for its own stages; pairs of texts need one class a row.
        """
        settings = self.shape(n_blocks, n_blocks)
        if settings.get("contrastive") is not None and base.data.problem is not ProblemType.SINGLE_LABEL:
            return False
        if not base.data.several_targets:
            return True
        probe = settings.get("head", HeadConfig()).kind is HeadKind.PROBE
        return not (probe or self.teacher or (base.sequential and settings.get("stages")))

    def apply(
        self, base: ExperimentConfig, n_blocks: int, *, depth: int | None = None, teacher: str | None = None
    ) -> ExperimentConfig:
        """Return `base` under this recipe; data, pair encoding, backbone, seed, `UNCHANGED_SETTINGS` stay.

        Raises
        ------
        ConfigError
            If the depth is out of range, or a teacher is needed and missing.
        """
        k = self._depth(n_blocks, depth)
        if not 0 <= k <= n_blocks:
            raise ConfigError("depth", k, f"0 to {n_blocks} blocks")
        if k == 0 and self.trains_blocks(n_blocks):
            raise ConfigError("depth", 0, f"a block to train, which {self.name} needs")
        settings = self.shape(n_blocks, k)
        plan = settings["freeze"]
        names_unchanged = ("seed", *UNCHANGED_SETTINGS["training"], *JOINT_SETTINGS)
        unchanged = {name: getattr(base.training, name) for name in names_unchanged}
        training = TrainingConfig.defaults_for(plan, base.data.problem).model_copy(
            update=settings.get("training", {})
        )
        training = training.with_optimizer(base.training.optimizer).model_copy(update=unchanged)
        if self.teacher and teacher is None:
            teacher = base.distil.teacher if base.distil else None
            if teacher is None:
                raise ConfigError("distil.teacher", None, "a finished run that teaches")
        read = {name: getattr(base.features, name) for name in UNCHANGED_SETTINGS["features"]}
        features = FeatureConfig(
            layer_combination=settings.get("layer_combination", LayerCombination.LAST),
            pair_encoding=base.features.pair_encoding,
            **read,
        )
        backbone: BackboneConfig = base.backbone.model_copy(
            update={"random_init": False, "keep_blocks": None, "reinit_top_layers": 0}
            | settings.get("backbone", {})
        )
        return ExperimentConfig(
            data=base.data,
            backbone=backbone,
            freeze=plan,
            stages=settings.get("stages", ()),
            tuning=settings.get("tuning", TuningConfig()),
            features=features,
            head=settings.get("head", HeadConfig()),
            training=training,
            augment=settings.get("augment", AugmentConfig()),
            distil=DistilConfig(teacher=teacher) if self.teacher and teacher else None,
            adaptation=self._adaptation(base, settings),
            self_training=self._self_training(base, settings),
            contrastive=settings.get("contrastive"),
        )

    def _adaptation(self, base: ExperimentConfig, settings: Settings) -> AdaptationConfig | None:
        """Return the adaptation of `base` if it can be done with the recipe."""
        adaptation, plan = base.adaptation, settings["freeze"]
        probe = settings.get("head", HeadConfig()).kind is HeadKind.PROBE
        if adaptation is None or probe:
            return None
        own_stages = base.source_first and settings.get("stages")
        still = adaptation.method.aligns and not (plan.blocks or plan.embeddings)
        return None if own_stages or still else adaptation

    def _self_training(self, base: ExperimentConfig, settings: Settings) -> SelfTrainingConfig | None:
        """Return the self-training of `base` if it can be done with the recipe."""
        chosen = base.self_training
        probe = settings.get("head", HeadConfig()).kind is HeadKind.PROBE
        if chosen is None or self.teacher or settings.get("stages") or settings.get("contrastive"):
            return None
        copies = settings.get("augment", AugmentConfig()).copies
        steps = chosen.method is SelfTrainingMethod.CONSISTENCY
        return None if probe and (steps or copies) else chosen

    def matches(self, config: ExperimentConfig, n_blocks: int, *, loosely: bool = False) -> bool:
        """Whether `config` is this recipe at some depth; `loosely` ignores training, head, augmentation."""
        teacher = config.distil.teacher if config.distil else None
        if self.teacher is not (teacher is not None) or not self.fits(config, n_blocks):
            return False
        for depth in dict.fromkeys((None, *range(n_blocks + 1))):
            if depth == 0 and self.trains_blocks(n_blocks):
                continue
            candidate = self.apply(config, n_blocks, depth=depth, teacher=teacher)
            if loosely:
                candidate = candidate.model_copy(update={part: getattr(config, part) for part in LOOSE})
            if candidate == config:
                return True
        return False

    def _depth(self, n_blocks: int, depth: int | None) -> int:
        if depth is not None:
            return depth
        return n_blocks if self.depth is None else min(self.depth, n_blocks)
