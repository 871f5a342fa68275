"""Label-efficiency curve of an experiment: the study of its runs, and the job that evaluates them."""

from collections.abc import Collection, Sequence

from pydantic import JsonValue

from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    ExperimentConfig,
    FeatureConfig,
    ProblemType,
    RecipeName,
    StudyConfig,
    custom_overrides,
    expand_grid,
    job_id,
    match_recipe,
)
from translearn_core.config.studies.grid import CUSTOM_LINE
from translearn_core.config.studies.min_steps import with_min_steps
from translearn_core.jobs import LabelEfficiencyArm, LabelEfficiencyConfig
from translearn_core.results import Workload
from translearn_core.results.diagnostics.baselines import SCRATCH
from translearn_core.runs.studies.records import Study

MIN_LABELS = 8
"""Smallest number of labels of a curve."""

FEWEST_STEPS = 60
"""Least number of steps of a run."""

REFERENCE_SIZE = 64
"""Default number of labels of the summary sentence."""

FURTHER_RECIPES = tuple(
    name for name in RecipeName if name is not RecipeName.SCRATCH and not RECIPES[name].teacher
)
"""Recipes that a curve can have lines of besides the experiment's own settings."""

STEP_COST = 3
"""Cost of a training step in passes without gradients."""


def suggested_sizes(rows: int, counts: Sequence[int] = ()) -> tuple[int, ...]:
    """Return the numbers of labels of a curve, doubling up to all `rows`.

    Parameters
    ----------
    rows : int
        Number of training rows.
    counts : sequence of int
        Training rows of each class, for balanced subsets only: sizes are limited by the rarest class.
    """
    classes, per_class = (len(counts), min(counts)) if counts else (1, rows)
    sizes = (classes * 2**k for k in range(per_class.bit_length()))
    return (*(size for size in sizes if MIN_LABELS <= size < rows), rows)


def nearest_size(sizes: Sequence[int], target: int = REFERENCE_SIZE) -> int:
    """Return the size nearest to `target` by ratio; of two, the smaller."""
    return min(sizes, key=lambda size: (max(size, target) / min(size, target), size))


def arm_of(experiment: ExperimentConfig, n_blocks: int) -> str:
    """Return the name of an experiment's arm on a curve: its recipe, or its freeze plan."""
    if experiment.backbone.random_init:
        return SCRATCH
    name = match_recipe(experiment, n_blocks)
    return f"recipe {name}" if name else f"own settings, {experiment.method_name()}"


def label_efficiency_study(
    experiment: ExperimentConfig,
    rows: int,
    sizes: Sequence[int],
    seeds: Sequence[int],
    *,
    balanced: bool,
    words_per_text: float | None = None,
    recipes: Sequence[RecipeName] = (),
) -> StudyConfig:
    """Return the study that trains an experiment, the same from scratch, and `recipes`, on `sizes` labels.

    Each seed draws its own nested subsets. Epochs are added up to `FEWEST_STEPS` steps. With all `rows` and
    enough steps the run is the experiment itself. `words_per_text`: rows of a sentence, if they are words.
    """
    data = experiment.data.model_copy(
        update={"train_rows": None, "subset_seed": None, "balanced_subset": balanced}
    )
    training = experiment.training.model_copy(update={"seed": 0})
    backbone = experiment.backbone.model_copy(
        update={"init_seed": 0}
    )  # set by the study's seeds, as in training
    parts = {"data": data, "backbone": backbone, "training": training, "resume_from": None}
    parts["joint_run"] = None
    plain = experiment.model_copy(update=parts)
    scratch = backbone.random_init
    words = words_per_text if experiment.data.problem is ProblemType.TOKENS else None
    enough = with_min_steps(experiment, rows, FEWEST_STEPS, words) == experiment
    return StudyConfig(
        data=data,
        backbones=(_pretrained(experiment.backbone),),
        custom_recipe=plain,
        recipes=(*(() if scratch else (RecipeName.SCRATCH,)), *recipes),
        seeds=tuple(seeds),
        sizes=tuple(None if size == rows and enough else size for size in sizes),
        resample=True,
        min_steps=FEWEST_STEPS,
        words_per_text=words,
        settings=custom_overrides(plain, recipes=True) | _augment_settings(plain),
    )


def _augment_settings(experiment: ExperimentConfig) -> dict[str, JsonValue]:
    """Return the augmentation settings, which both arms share."""
    overrides = custom_overrides(experiment, recipes=False)
    return {name: value for name, value in overrides.items() if name.startswith("augment.")}


def belongs(study: Study, experiment: ExperimentConfig, *, balanced: bool) -> bool:
    """Whether a study is an experiment's label-efficiency study, perhaps with further recipes."""
    expected = label_efficiency_study(experiment, 2, (2,), (0,), balanced=balanced)
    fields = ("data", "custom_recipe", "resample", "min_steps", "settings")
    same = all(getattr(study.config, name) == getattr(expected, name) for name in fields)
    return same and set(expected.recipes) <= set(study.config.recipes)


def label_efficiency_config(
    experiment: ExperimentConfig,
    sizes: Sequence[int],
    seeds: Sequence[int],
    *,
    balanced: bool,
    reference_size: int | None = None,
    arms: Sequence[LabelEfficiencyArm] = (),
) -> LabelEfficiencyConfig:
    """Return the configuration of the curve; without `arms` it needs no trained runs.

    `reference_size` defaults to the size nearest to `REFERENCE_SIZE`.
    """
    return LabelEfficiencyConfig(
        data=experiment.data.model_copy(
            update={"train_rows": None, "subset_seed": None, "balanced_subset": balanced}
        ),
        backbone=_pretrained(experiment.backbone),
        features=FeatureConfig(
            pooling=experiment.features.pooling, token_limit=experiment.features.token_limit
        ),
        sizes=tuple(sorted(set(sizes))),
        seeds=tuple(seeds),
        arms=tuple(arms),
        reference_size=nearest_size(sizes) if reference_size is None else reference_size,
        precision=experiment.training.precision,
        device=experiment.training.device,
    )


def label_efficiency_arms(study: Study, done: Collection[str], rows: int) -> tuple[LabelEfficiencyArm, ...]:
    """Return the arms of a curve from the finished runs (`done`) of its study; `rows` is all rows."""
    own = study.config.custom_recipe
    if own is None:
        return ()
    own_arm = arm_of(own, own.backbone.keep_blocks or max(study.blocks.values()))
    jobs: dict[tuple[str, int], list[str]] = {}
    for run in expand_grid(study.config, study.blocks):
        if "boundary" in run.factors or (job := job_id(run.config)) not in done:
            continue
        recipe = run.factors["recipe"]
        arm = {CUSTOM_LINE: own_arm, str(RecipeName.SCRATCH): SCRATCH}.get(recipe, f"recipe {recipe}")
        if arm == own_arm and recipe != CUSTOM_LINE:  # the experiment's own settings, or nearly so
            continue
        jobs.setdefault((arm, min(run.config.data.train_rows or rows, rows)), []).append(job)
    ordered = sorted(jobs.items(), key=lambda item: (item[0][0] == SCRATCH, item[0][0] != own_arm, item[0]))
    return tuple(LabelEfficiencyArm(name=arm, rows=size, jobs=tuple(ids)) for (arm, size), ids in ordered)


def label_efficiency_sizes(study: Study, rows: int) -> tuple[int, ...]:
    """Return the numbers of labels of a curve's study."""
    return tuple(sorted({min(size or rows, rows) for size in study.config.sizes}))


def scaled_seconds(
    seconds: float, reference: ExperimentConfig, config: ExperimentConfig, task: Workload, n_blocks: int
) -> float:
    """Estimate the seconds of `config` from those of `reference`, without timed steps.

    Proportional to passes of texts through the backbone: a training step counts `STEP_COST`, frozen blocks
    are passed once.
    """
    return seconds * _passes(config, task, n_blocks) / _passes(reference, task, n_blocks)


def _passes(config: ExperimentConfig, task: Workload, n_blocks: int) -> float:
    train = min(config.data.train_rows or task.train, task.train)
    passes = float(train + task.validation + task.test)
    for stage in config.resolved_stages:
        share = 1 - max(0, stage.freeze.first_trainable_block(n_blocks)) / n_blocks
        drawn = train if config.contrastive is None else train * config.contrastive.draws
        passes += stage.epochs * share * (STEP_COST * drawn + task.validation)
    return passes


def _pretrained(backbone: BackboneConfig) -> BackboneConfig:
    return backbone.model_copy(update={"random_init": False, "init_seed": 0, "reinit_top_layers": 0})
