"""Ways to transfer that have a name: each a set of settings for a backbone of any depth, open to change."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from translearn_core.config.choices import HeadKind, Layers, Schedule, Tuning
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import BackboneConfig, FreezePlan, HeadConfig, Stage, TuningConfig
from translearn_core.config.training import DistilConfig, TrainingConfig
from translearn_core.errors import ConfigError

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
    all), and returns the settings; whatever they do not name stays as it was.
    """

    name: RecipeName
    family: Family
    title: str
    does: str
    when: str
    cost: str
    source: str
    shape: Callable[[int, int], Settings]
    depth: int | None = None
    teacher: bool = False

    def plan_of(self, n_blocks: int) -> FreezePlan:
        """Return what trains under it, on a backbone of so many blocks."""
        plan: FreezePlan = self.shape(n_blocks, min(self._depth(n_blocks, None), n_blocks))["plan"]
        return plan

    def apply(
        self, base: ExperimentConfig, n_blocks: int, *, depth: int | None = None, teacher: str | None = None
    ) -> ExperimentConfig:
        """Return `base` done this way: data, backbone, token limit, pooling, seed and machine stay.

        Raises
        ------
        ConfigError
            If the depth is more than there are blocks, or it needs a teacher and none is given.
        """
        chosen = self._depth(n_blocks, depth)
        if not 0 <= chosen <= n_blocks:
            raise ConfigError("depth", chosen, f"0 to {n_blocks} blocks")
        settings = self.shape(n_blocks, chosen)
        plan = settings["plan"]
        kept = {name: getattr(base.training, name) for name in ("seed", "batch_size", "precision", "device")}
        kept["class_weights"] = base.training.class_weights
        training = TrainingConfig.suited(plan).model_copy(update=kept | settings.get("training", {}))
        if self.teacher and teacher is None:
            teacher = base.distil.teacher if base.distil else None
            if teacher is None:
                raise ConfigError("distil.teacher", None, "a finished run that teaches")
        features = base.features.model_copy(
            update={"layers": settings.get("layers", Layers.LAST), "layer": None}
        )
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
            augment=base.augment,
            distil=DistilConfig(teacher=teacher) if self.teacher and teacher else None,
        )

    def _depth(self, n_blocks: int, depth: int | None) -> int:
        if depth is not None:
            return depth
        return n_blocks if self.depth is None else min(self.depth, n_blocks)


def _frozen(layers: Layers = Layers.LAST, **parts: Any) -> Callable[[int, int], Settings]:
    return lambda _n, _k: {"plan": FreezePlan(), "layers": layers, **parts}


def _top(**parts: Any) -> Callable[[int, int], Settings]:
    return lambda n, k: {"plan": FreezePlan.last(k, n), **parts}


def _whole(**parts: Any) -> Callable[[int, int], Settings]:
    """All blocks with the embeddings, or the top ones where a depth is given."""
    return lambda n, k: {"plan": FreezePlan.everything(n) if k == n else FreezePlan.last(k, n), **parts}


HEAD_FIRST = Stage(plan=FreezePlan(), epochs=3)
"""The head learns before anything below it moves: three passes, which cost next to nothing."""


def _gradual(n: int, k: int) -> Settings:
    stages = [HEAD_FIRST, *(Stage(plan=FreezePlan.last(top, n)) for top in range(1, k))]
    training = {"epochs": 1, "lr": 3e-4, "decay": 0.8, "schedule": Schedule.SLANTED}
    return {"plan": FreezePlan.last(k, n), "stages": tuple(stages) if k else (), "training": training}


def _bottom_up(n: int, k: int) -> Settings:
    alone = [Stage(plan=FreezePlan(blocks=(block,))) for block in range(n - k, n)]
    stages = (HEAD_FIRST, *alone) if k else ()
    return {"plan": FreezePlan.last(k, n), "stages": stages, "training": {"epochs": 1, "lr": 1e-4}}


def _lp_ft(n: int, k: int) -> Settings:
    plan = FreezePlan.everything(n) if k == n else FreezePlan.last(k, n)
    stages = (Stage(plan=FreezePlan(), epochs=20, patience=3),) if k else ()
    return {"plan": plan, "stages": stages, "training": {"epochs": 3, "lr": 1e-4, "head_lr": 1e-3}}


def _smaller(n: int, k: int) -> Settings:
    half = max(1, n // 2)
    return {
        "plan": FreezePlan.everything(half) if k == n else FreezePlan.last(min(k, half), half),
        "backbone": {"blocks": half},
        "training": {"epochs": 5, "lr": 1e-4},
    }


BERT_TABLE = "Devlin et al. 2018, arXiv:1810.04805, table 7"

RECIPES: dict[RecipeName, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            RecipeName.LINEAR,
            Family.FROZEN,
            "Feature extraction, linear",
            "The backbone stays as it is; one linear layer learns to read what it says.",
            "A first look, few labels, many classes to try; the yardstick for everything below.",
            "One pass over the texts, then moments.",
            "Alain & Bengio 2016, arXiv:1610.01644",
            _frozen(),
        ),
        Recipe(
            RecipeName.DENSE,
            Family.FROZEN,
            "Feature extraction, dense",
            "A hidden layer of 1,024 ReLU units on the frozen backbone, then softmax.",
            "When a straight line between the classes is not enough and there are some thousand labels.",
            "One pass over the texts, then seconds.",
            "Yosinski et al. 2014, arXiv:1411.1792",
            _frozen(head=HeadConfig(kind=HeadKind.MLP, width=1024, dropout=0.3)),
        ),
        Recipe(
            RecipeName.SECOND_LAST,
            Family.FROZEN,
            "Second-last layer",
            "A linear head reads the layer below the top one.",
            "When the last layer is bent to what the backbone was trained for.",
            "Nothing once the texts have been encoded.",
            BERT_TABLE,
            _frozen(Layers.SECOND_LAST),
        ),
        Recipe(
            RecipeName.SUM_4,
            Family.FROZEN,
            "Sum of the last four layers",
            "A linear head reads the sum of the last four layers.",
            "To use several layers without a longer vector.",
            "Nothing once the texts have been encoded.",
            BERT_TABLE,
            _frozen(Layers.SUM_4),
        ),
        Recipe(
            RecipeName.CONCAT_4,
            Family.FROZEN,
            "Last four layers side by side",
            "A linear head reads the last four layers, one after another in one long vector.",
            "The best frozen features in BERT's own comparison; wants some hundred labels.",
            "Nothing once the texts have been encoded; a head four times as wide.",
            BERT_TABLE,
            _frozen(Layers.CONCAT_4),
        ),
        Recipe(
            RecipeName.MIX,
            Family.FROZEN,
            "Learned mix of all layers",
            "A weight for every layer is learned with the head, and shows which layers the task reads.",
            "To see where the knowledge sits.",
            "Nothing once the texts have been encoded.",
            "ELMo: Peters et al. 2018, arXiv:1802.05365",
            _frozen(Layers.MIX),
        ),
        Recipe(
            RecipeName.LAST_K,
            Family.PART,
            "Last blocks",
            "The top blocks and the head train; what lies below is computed once and kept.",
            "The best value for money on most tables of a few thousand rows.",
            "A fraction of full fine-tuning: it grows with the number of blocks.",
            "Lee et al. 2019, arXiv:1911.03090",
            _top(),
            depth=2,
        ),
        Recipe(
            RecipeName.BITFIT,
            Family.PART,
            "Biases only (BitFit)",
            "Every block trains, but only its biases: less than one parameter in a thousand moves.",
            "When many tasks share one backbone and each may keep only a few kilobytes.",
            "Little less time than full fine-tuning, hardly any memory.",
            "Ben Zaken et al. 2021, arXiv:2106.10199",
            _top(tuning=TuningConfig(kind=Tuning.BIASES), training={"epochs": 5, "lr": 2e-3}),
        ),
        Recipe(
            RecipeName.NORMS,
            Family.PART,
            "Norms only",
            "Every block trains, but only the scales and shifts of its normalisation layers.",
            "As BitFit; also for backbones that have no biases.",
            "Little less time than full fine-tuning, hardly any memory.",
            "Qi et al. 2022, arXiv:2211.00635",
            _top(tuning=TuningConfig(kind=Tuning.NORMS), training={"epochs": 5, "lr": 2e-3}),
        ),
        Recipe(
            RecipeName.LORA,
            Family.PART,
            "LoRA",
            "Small pairs of matrices beside every linear layer learn what to add; the backbone itself stays.",
            "Large backbones, or many tasks on one backbone; close to full fine-tuning.",
            "Little less time than full fine-tuning, one or two parameters in a hundred.",
            "Hu et al. 2021, arXiv:2106.09685",
            _top(tuning=TuningConfig(kind=Tuning.LORA), training={"epochs": 3, "lr": 1e-3}),
        ),
        Recipe(
            RecipeName.DISTIL,
            Family.WHOLE,
            "Distillation",
            "The lower half of the backbone learns what a finished run says of every text, doubts included.",
            "When predicting must be fast or the model small; choose the run that teaches.",
            "Less than full fine-tuning of the whole backbone.",
            "Hinton et al. 2015, arXiv:1503.02531",
            _smaller,
            teacher=True,
        ),
        Recipe(
            RecipeName.FULL,
            Family.WHOLE,
            "Full fine-tuning",
            "Everything trains: embeddings, all blocks and the head.",
            "Thousands of labels and time at hand; usually the highest score, and the most forgotten.",
            "Every text through the whole backbone in every epoch.",
            BERT_TABLE,
            _whole(training={"epochs": 3}),
        ),
        Recipe(
            RecipeName.DISCRIMINATIVE,
            Family.WHOLE,
            "Discriminative rates",
            "Everything trains, each block at 0.7 of the rate of the block above: what came from the source "
            "moves slowly, what is new moves fast.",
            "As full fine-tuning where the source is close and ought to be kept.",
            "As full fine-tuning.",
            "ULMFiT: Howard & Ruder 2018, arXiv:1801.06146",
            _whole(training={"epochs": 3, "lr": 2e-4, "decay": 0.7}),
        ),
        Recipe(
            RecipeName.LP_FT,
            Family.STEPS,
            "Head first, then everything (LP-FT)",
            "The head learns on the frozen backbone until it gains no more; only then does everything train.",
            "When new texts will differ from the training ones: features are not bent by a raw head.",
            "As full fine-tuning; the first stage costs moments.",
            "Kumar et al. 2022, arXiv:2202.10054",
            _lp_ft,
        ),
        Recipe(
            RecipeName.GRADUAL,
            Family.STEPS,
            "Gradual unfreezing, top down",
            "The head first, then one more block in each stage, from the top down, at slanted rates.",
            "Few labels, or training that forgets: each block starts when those above have settled.",
            "Less than the same number of epochs of full fine-tuning: what is still frozen is kept.",
            "ULMFiT: Howard & Ruder 2018, arXiv:1801.06146",
            _gradual,
        ),
        Recipe(
            RecipeName.BOTTOM_UP,
            Family.STEPS,
            "Bottom up, one block at a time",
            "The head, then each block alone from the bottom up, then all together.",
            "Small noisy sets: each block finds its place while the others hold still.",
            "About one epoch of full fine-tuning for every two blocks.",
            "Chain-thaw: Felbo et al. 2017, arXiv:1708.00524",
            _bottom_up,
        ),
        Recipe(
            RecipeName.SCRATCH,
            Family.CONTROL,
            "From scratch",
            "The same architecture with fresh weights: what the task alone can teach, no transfer.",
            "The control: whatever scores below it did not help.",
            "More epochs than full fine-tuning, for less.",
            "Yosinski et al. 2014, arXiv:1411.1792",
            _whole(backbone={"random_init": True}, training={"epochs": 10, "lr": 3e-4}),
        ),
    )
}
"""Every recipe by name."""


def recipe(name: str) -> Recipe:
    """Return a recipe by name; raises `ConfigError` if there is none of that name."""
    try:
        return RECIPES[RecipeName(name)]
    except ValueError:
        raise ConfigError("recipe", name, f"one of {', '.join(RecipeName)}") from None


def changed(config: ExperimentConfig, settings: dict[str, Any]) -> ExperimentConfig:
    """Return `config` with settings changed by their dotted names, such as ``training.epochs``.

    Raises
    ------
    ConfigError
        If there is no such field.
    pydantic.ValidationError
        If the value cannot be.
    """
    told = config.model_dump(mode="json")
    for path, value in settings.items():
        *above, last = path.split(".")
        place: Any = told
        for name in above:
            place = place.get(name) if isinstance(place, dict) else None
        if not isinstance(place, dict) or last not in place:
            fields = ", ".join(sorted(place)) if isinstance(place, dict) else ", ".join(sorted(told))
            raise ConfigError("set", path, f"a setting that there is: {fields}")
        place[last] = value
    return ExperimentConfig.model_validate(told)


def named(config: ExperimentConfig, n_blocks: int) -> RecipeName | None:
    """Return the recipe that gives just this, at some depth; None if something in it was changed."""
    for name, one in RECIPES.items():
        teacher = config.distil.teacher if config.distil else None
        if one.teacher is not (teacher is not None):
            continue
        for depth in dict.fromkeys((None, *range(n_blocks + 1))):
            if depth == 0 and one.shape(n_blocks, 1)["plan"].blocks:
                continue
            if one.apply(config, n_blocks, depth=depth, teacher=teacher) == config:
                return name
    return None
