"""What a recipe is, and what doing an experiment that way makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from translearn_core.config.data import AugmentConfig
from translearn_core.config.enums import LayerCombination
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import BackboneConfig, FeatureConfig, FreezePlan, HeadConfig, TuningConfig
from translearn_core.config.training import DistilConfig, TrainingConfig
from translearn_core.errors import ConfigError

KEPT = {
    "features": ("pooling", "token_limit"),
    "training": ("batch_size", "class_weights", "precision", "device"),
}
"""Settings that stay a person's own under a recipe, by the part they belong to."""

LOOSE = ("training", "head", "augment")
"""Parts in which an experiment can differ from a recipe and still take after it."""

Settings = dict[str, Any]
"""Parts of an experiment by name; those of training, head, features, tuning and backbone one by one."""


class RecipeName(StrEnum):
    """The recipes, from the cheapest to the dearest."""

    LINEAR = "linear"
    DENSE = "dense"
    SECOND_LAST = "second-last"
    SUM_4 = "sum-4"
    CONCAT_4 = "concat-4"
    MIX = "mix"
    LAST_K = "last-k"
    BITFIT = "bitfit"
    NORMS = "norms"
    LORA = "lora"
    DISTIL = "distil"
    FULL = "full"
    DISCRIMINATIVE = "discriminative"
    LP_FT = "lp-ft"
    GRADUAL = "gradual"
    BOTTOM_UP = "bottom-up"
    SCRATCH = "scratch"


class Family(StrEnum):
    """What kinds of recipes there are."""

    FROZEN = "The backbone stays"
    PART = "A part changes"
    WHOLE = "Everything changes"
    STEPS = "Step by step"
    CONTROL = "Control"


@dataclass(frozen=True)
class Recipe:
    """One way to transfer.

    `shape` takes the number of blocks and how many at the top are to train (`depth` if nobody says, None for
    all), and returns the settings; whatever they do not name is as usual.
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
        """Return what trains under it, on a backbone of so many blocks."""
        plan: FreezePlan = self.shape(n_blocks, min(self._depth(n_blocks, None), n_blocks))["plan"]
        return plan

    def trains_blocks(self, n_blocks: int) -> bool:
        """Whether it trains more than a head."""
        return bool(self.shape(n_blocks, 1)["plan"].blocks)

    def apply(
        self, base: ExperimentConfig, n_blocks: int, *, depth: int | None = None, teacher: str | None = None
    ) -> ExperimentConfig:
        """Return `base` done this way: data, backbone and seed stay, and the settings in `KEPT`.

        Raises
        ------
        ConfigError
            If the depth is more than there are blocks, or none where it trains some, or it needs a teacher
            and none is given.
        """
        chosen = self._depth(n_blocks, depth)
        if not 0 <= chosen <= n_blocks:
            raise ConfigError("depth", chosen, f"0 to {n_blocks} blocks")
        if chosen == 0 and self.trains_blocks(n_blocks):
            raise ConfigError("depth", 0, f"a block to train, which {self.name} needs")
        settings = self.shape(n_blocks, chosen)
        plan = settings["plan"]
        kept = {name: getattr(base.training, name) for name in ("seed", *KEPT["training"])}
        training = TrainingConfig.defaults_for(plan).model_copy(update=kept | settings.get("training", {}))
        if self.teacher and teacher is None:
            teacher = base.distil.teacher if base.distil else None
            if teacher is None:
                raise ConfigError("distil.teacher", None, "a finished run that teaches")
        read = {name: getattr(base.features, name) for name in KEPT["features"]}
        features = FeatureConfig(layers=settings.get("layers", LayerCombination.LAST), **read)
        backbone: BackboneConfig = base.backbone.model_copy(
            update={"random_init": False, "blocks": None, "fresh_top": 0} | settings.get("backbone", {})
        )
        return ExperimentConfig(
            data=base.data,
            backbone=backbone,
            plan=plan,
            stages=settings.get("stages", ()),
            tuning=settings.get("tuning", TuningConfig()),
            features=features,
            head=settings.get("head", HeadConfig()),
            training=training,
            augment=settings.get("augment", AugmentConfig()),
            distil=DistilConfig(teacher=teacher) if self.teacher and teacher else None,
        )

    def matches(self, config: ExperimentConfig, n_blocks: int, *, loosely: bool = False) -> bool:
        """Whether `config` is just this recipe at some depth; `loosely`: but for loop, head and copies."""
        teacher = config.distil.teacher if config.distil else None
        if self.teacher is not (teacher is not None):
            return False
        for depth in dict.fromkeys((None, *range(n_blocks + 1))):
            if depth == 0 and self.trains_blocks(n_blocks):
                continue
            made = self.apply(config, n_blocks, depth=depth, teacher=teacher)
            if loosely:
                made = made.model_copy(update={part: getattr(config, part) for part in LOOSE})
            if made == config:
                return True
        return False

    def _depth(self, n_blocks: int, depth: int | None) -> int:
        if depth is not None:
            return depth
        return n_blocks if self.depth is None else min(self.depth, n_blocks)
