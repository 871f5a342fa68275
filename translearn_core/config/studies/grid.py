"""Expansion of a study into its runs, without duplicates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from pydantic import ValidationError

from translearn_core.config.adaptation import Way
from translearn_core.config.base import BaseConfig, job_id
from translearn_core.config.data import DataConfig, SplitConfig
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import BackboneConfig, FreezePlan
from translearn_core.config.model_names import TFIDF
from translearn_core.config.overrides import apply_overrides
from translearn_core.config.pretraining import PretrainConfig, pretrained_on_target
from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.recipes.recipe import Recipe, RecipeName
from translearn_core.config.search import tfidf_experiment
from translearn_core.config.studies.domain_variants import domain_variants
from translearn_core.config.studies.min_steps import with_min_steps
from translearn_core.config.studies.study import FULL_FINE_TUNING, StudyConfig
from translearn_core.config.training import TrainingConfig
from translearn_core.errors import ConfigError, TranslearnError
from translearn_core.errors.validation_errors import explain_validation_error

MAX_RUNS = 500
"""Most runs of a study; a larger grid is usually a mistake."""

PLAIN, HEAD_ONLY = "top blocks", "head only"
"""Lines of plans without a recipe: training from a boundary up, and the head alone."""

CUSTOM_LINE = "own settings"
"""Line of the study's custom experiment."""


@dataclass(frozen=True)
class PlannedRun:
    """Run of a study: factors and name of its arm, seed and experiment.

    `pretraining` is that of its backbone, if it is part of the study.
    """

    factors: dict[str, str]
    name: str
    seed: int
    config: ExperimentConfig
    pretraining: PretrainConfig | None = None


@dataclass(frozen=True)
class UnsuitableArm:
    """Arm of a study of ways that cannot run with its settings, and why."""

    way: str
    name: str
    error: TranslearnError

    def sentence(self) -> str:
        """Return that it is left out, and why."""
        return f"{self.name} is left out: {str(self.error)[:1].lower()}{str(self.error)[1:]}"


@dataclass(frozen=True)
class _Arm:
    """Transfer strategy on one backbone: name, line, boundary, and how it changes an experiment."""

    name: str
    line: str
    boundary: int | None
    apply: Callable[[ExperimentConfig], ExperimentConfig]


def expand_grid(study: StudyConfig, n_blocks: Mapping[str, int]) -> tuple[PlannedRun, ...]:
    """Return a study's runs, ordered by seed.

    Parameters
    ----------
    study : StudyConfig
    n_blocks : mapping of backbone label to its number of blocks

    Returns
    -------
    tuple of PlannedRun
        The seed sets head, batch order, dropout and random weights and, with `resample`, the training subset,
        but not the split, so that all runs have the same test rows; with `k_folds` every fold is the test
        split of one run each, of a partition for each seed with `redraw_folds`. Of equal experiments the
        first stays. Ways that cannot run with these settings are left out, see `unsuitable_arms`.

    Raises
    ------
    ConfigError
        If a setting is invalid for a backbone, or there is no run, or more than `MAX_RUNS` of them.
    TranslearnError
        If none of the ways can run.
    """
    expanded = list(_expand_arms(study, n_blocks))
    unsuitable = [arm for arm in expanded if isinstance(arm, UnsuitableArm)]
    arms = [arm for arm in expanded if not isinstance(arm, UnsuitableArm)]
    if unsuitable and not arms:
        raise unsuitable[0].error
    planned: dict[str, PlannedRun] = {}
    for (repeat, seed), fold in product(enumerate(study.seeds), range(study.k_folds or 1)):
        partition = repeat if study.redraw_folds else 0
        for factors, name, config in arms:
            folded = _with_fold(config, study.k_folds, fold, partition)
            experiment = _with_seed(folded, seed, resample=study.resample)
            pretraining = None
            if factors.get("way") == Way.PRETRAIN_TARGET:
                pretraining, experiment = pretrained_on_target(experiment)
            run = PlannedRun(factors, name, seed, experiment, pretraining)
            planned.setdefault(job_id(experiment), run)
            if len(planned) > MAX_RUNS:
                fewer = f"at most {MAX_RUNS}, by fewer recipes, boundaries, seeds or sizes"
                raise ConfigError("study", f"more than {MAX_RUNS} runs", fewer)
    if not planned:
        raise _no_run(study)
    return tuple(planned.values())


def _no_run(study: StudyConfig) -> ConfigError:
    """Return the error of a study without runs: what its ways need."""
    reasons = [
        f"{way} {reason}" for way in study.ways for size in study.sizes if (reason := way.lacking(size))
    ]
    if not reasons:  # TF-IDF alone, and ways of a network
        return ConfigError("ways", ", ".join(study.ways), "a method that TF-IDF has too, or a backbone")
    sizes = ", ".join("all" if size is None else str(size) for size in study.sizes)
    needed = "; ".join(dict.fromkeys(reasons))
    return ConfigError("sizes", sizes, f"a number of target labels that fits a method: {needed}")


def unsuitable_arms(study: StudyConfig, n_blocks: Mapping[str, int]) -> tuple[UnsuitableArm, ...]:
    """Return the arms of a study of ways that cannot run with its settings, whatever the number of labels."""
    arms = [arm for arm in _expand_arms(study, n_blocks) if isinstance(arm, UnsuitableArm)]
    return tuple({arm.name: arm for arm in arms}.values())


def _expand_arms(
    study: StudyConfig, n_blocks: Mapping[str, int]
) -> Iterator[tuple[dict[str, str], str, ExperimentConfig] | UnsuitableArm]:
    for backbone in study.backbones:
        label = backbone.label
        if label not in n_blocks:
            raise ConfigError("n_blocks", sorted(n_blocks), f"the number of blocks of {label}")
        for arm, variant in product(_arms(study, label, n_blocks[label]), domain_variants(study)):
            for size in study.sizes:
                if backbone.is_tfidf and variant.needs_backbone:
                    continue
                if (data := variant.data(study, size)) is None:
                    continue
                rows = "all rows" if size is None else f"{size:,} rows"
                factors = {"recipe": arm.line, "backbone": label, "rows": rows}
                factors |= {} if arm.boundary is None else {"boundary": str(arm.boundary)}
                factors |= variant.factor
                names = [arm.name] * (not variant.factor or _strategies(study) > 1) + variant.names
                names += [label if len(label) <= 80 else f"…{label[-79:]}"] * (
                    len(study.backbones) > 1 and not backbone.is_tfidf
                )
                config = variant.adapt(arm.apply(_base(data, backbone)))
                if arm.line != CUSTOM_LINE:
                    config = config.with_default_encoding()
                try:
                    config = _with_settings(study, config, n_blocks[label])
                except TranslearnError as error:
                    if "way" not in variant.factor:
                        raise
                    yield UnsuitableArm(variant.factor["way"], ", ".join(names), error)
                    continue
                names += [rows] * (len(study.sizes) > 1)
                if size is not None and not variant.learns_elsewhere:
                    config = with_min_steps(config, size, study.min_steps, study.words_per_text)
                yield factors, ", ".join(names), config


def _base(data: DataConfig, backbone: BackboneConfig) -> ExperimentConfig:
    """Return the experiment that arms change."""
    base = ExperimentConfig(data=data)
    return tfidf_experiment(base) if backbone.is_tfidf else base.model_copy(update={"backbone": backbone})


def _strategies(study: StudyConfig) -> int:
    """Return the number of strategies that each way is tried with."""
    varied = len(study.recipes) * max(1, len(study.boundaries)) if study.recipes else len(study.boundaries)
    return varied + (study.custom_recipe is not None)


def _arms(study: StudyConfig, label: str, n: int) -> Iterator[_Arm]:
    if label == TFIDF:
        yield _Arm("TF-IDF", label, None, lambda base: base)
        return
    lowest = 0 if study.recipes else FULL_FINE_TUNING
    for boundary in study.boundaries:
        if not lowest <= boundary <= n:
            why = f"{label} has {n} blocks"
            why += ", and -1 is for studies without recipes" * (boundary == FULL_FINE_TUNING)
            raise ConfigError("boundaries", boundary, f"{lowest} to {n}: {why}")
    if (custom := study.custom_recipe) is not None:
        yield _Arm(CUSTOM_LINE, CUSTOM_LINE, None, lambda base: custom.model_copy(update={"data": base.data}))
    if not study.recipes:
        for boundary in study.boundaries:
            yield _plan_arm(boundary, n, PLAIN)
    for name in study.recipes:
        recipe = RECIPES[name]
        plan = recipe.plan_of(n)
        if recipe.teacher and study.teacher is None:
            raise ConfigError("teacher", None, f"the finished run that teaches, for the recipe {name}")
        if not study.boundaries or name is RecipeName.SCRATCH or not (plan.blocks or plan.embeddings):
            yield _Arm(str(name), str(name), None, _apply_recipe(recipe, n, None, study.teacher))
            continue
        for boundary in study.boundaries:
            if boundary == n:
                yield _plan_arm(boundary, n, HEAD_ONLY)
                continue
            apply = _apply_recipe(recipe, n, n - boundary, study.teacher)
            yield _Arm(f"{name} from block {boundary}", str(name), boundary, apply)


def _plan_arm(boundary: int, n: int, line: str) -> _Arm:
    plan = FreezePlan.full(n) if boundary == FULL_FINE_TUNING else FreezePlan.last_n(n - boundary, n)

    def apply(base: ExperimentConfig) -> ExperimentConfig:
        training = TrainingConfig.defaults_for(plan, base.data.problem)
        return base.model_copy(update={"freeze": plan, "training": training})

    return _Arm(plan.label, line, boundary, apply)


def _apply_recipe(
    recipe: Recipe, n: int, depth: int | None, teacher: str | None
) -> Callable[[ExperimentConfig], ExperimentConfig]:
    def apply(base: ExperimentConfig) -> ExperimentConfig:
        config = recipe.apply(base, n, depth=depth, teacher=teacher)
        # a recipe resets these fields; what it leaves at the default is the study's choice
        changes = {
            name: getattr(config.backbone, name)
            for name in ("random_init", "keep_blocks", "reinit_top_layers")
            if getattr(config.backbone, name) != BackboneConfig.model_fields[name].default
        }
        return config.model_copy(update={"backbone": base.backbone.model_copy(update=changes)})

    return apply


def _with_settings(study: StudyConfig, config: ExperimentConfig, n: int) -> ExperimentConfig:
    settings = dict(study.settings)
    if config.backbone.is_tfidf:  # the others are about layers and steps
        settings = {name: value for name, value in settings.items() if name == "training.class_weights"}
    try:
        config = apply_overrides(config, settings)
    except ConfigError as error:
        raise ConfigError("settings", error.value, error.expected) from None
    except ValidationError as error:
        raise explain_validation_error(error, "settings: {}".format) from None
    config.check(config.backbone.keep_blocks or n)
    return config


def _with_fold(config: ExperimentConfig, k_folds: int | None, fold: int, partition: int) -> ExperimentConfig:
    """Return the experiment tested on a fold of one of several partitions, which differ in the seed."""
    if k_folds is None:
        return config
    before = config.data.split
    changed = {"k_folds": k_folds, "fold": fold, "seed": before.seed + partition}
    split = SplitConfig.model_validate(before.model_dump() | changed)
    return config.model_copy(update={"data": config.data.model_copy(update={"split": split})})


def _with_seed(config: ExperimentConfig, seed: int, *, resample: bool) -> ExperimentConfig:
    parts: dict[str, BaseConfig] = {"training": config.training.model_copy(update={"seed": seed})}
    domains = config.data.domains
    draws = config.data.train_rows is not None or (domains is not None and bool(domains.target_labels))
    if resample and draws:
        parts["data"] = config.data.model_copy(update={"subset_seed": seed})
    if config.backbone.random_init or config.backbone.reinit_top_layers:
        parts["backbone"] = config.backbone.model_copy(update={"init_seed": seed})
    return config.model_copy(update=parts)
