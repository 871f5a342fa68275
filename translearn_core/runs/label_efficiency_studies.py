"""The label curve of an experiment: the study whose runs it is made of, and the question of what they say."""

from collections.abc import Collection, Sequence

from pydantic import JsonValue

from translearn_core.config import (
    BackboneConfig,
    ExperimentConfig,
    FeatureConfig,
    LabelEfficiencyArm,
    LabelEfficiencyConfig,
    RecipeName,
    StudyConfig,
    custom_overrides,
    expand_grid,
    job_id,
    match_recipe,
)
from translearn_core.config.min_steps import with_min_steps
from translearn_core.results import RunSummary, Workload
from translearn_core.results.diagnostics.baselines import SCRATCH
from translearn_core.runs.study_records import Study

FEWEST = 8
"""Labels that a curve begins with."""

FEWEST_STEPS = 60
"""Steps that a run takes at least, however few its labels are."""

AT = 64
"""Labels that the closing sentence is about where nobody says."""

BACKWARDS = 3
"""What a training step costs beside a pass without gradients."""


def suggested_sizes(rows: int, counts: Sequence[int] = ()) -> tuple[int, ...]:
    """Return the numbers of labels of a curve, each about twice the one before, all `rows` as the last.

    Parameters
    ----------
    rows : int
        Training rows there are.
    counts : sequence of int
        Training rows of each class, where all classes are to have equally many labels: then only sizes that
        the rarest class has rows for. None: the classes are as common as they are.
    """
    classes, most = (len(counts), min(counts)) if counts else (1, rows)
    doubled = (2**k for k in range(most.bit_length()) if 2**k <= most)
    return (*(each * classes for each in doubled if FEWEST <= each * classes < rows), rows)


def nearest_size(sizes: Sequence[int], wanted: int = AT) -> int:
    """Return the size nearest to the one wanted, as ratios go; the smaller of two."""
    return min(sizes, key=lambda size: (max(size, wanted) / min(size, wanted), size))


def arm_of(experiment: ExperimentConfig, n_blocks: int) -> str:
    """Return what a curve calls an experiment's own way to train: its recipe, where it has just that."""
    if experiment.backbone.random_init:
        return SCRATCH
    found = match_recipe(experiment, n_blocks)
    return f"recipe {found}" if found else f"own settings, {experiment.plan.label}"


def label_efficiency_study(
    experiment: ExperimentConfig, rows: int, sizes: Sequence[int], seeds: Sequence[int], *, balanced: bool
) -> StudyConfig:
    """Return the study that trains an experiment, and the same from fresh weights, on so many labels.

    Each seed draws its own labels, fewer ones among more. Where they make fewer than `FEWEST_STEPS` steps,
    epochs are added. All `rows` with enough steps are the experiment itself.
    """
    data = experiment.data.model_copy(update={"train_rows": None, "rows_seed": None, "balanced": balanced})
    training = experiment.training.model_copy(update={"seed": 0})
    backbone = experiment.backbone.model_copy(update={"init_seed": 0})  # the study's seeds set both
    parts = {"data": data, "backbone": backbone, "training": training, "continues": None}
    plain = experiment.model_copy(update=parts)
    scratch = backbone.random_init
    enough = with_min_steps(experiment, rows, FEWEST_STEPS) == experiment
    return StudyConfig(
        data=data,
        backbones=(_pretrained(experiment.backbone),),
        own=plain,
        recipes=() if scratch else (RecipeName.SCRATCH,),
        seeds=tuple(seeds),
        sizes=tuple(None if size == rows and enough else size for size in sizes),
        redraw=True,
        fewest_steps=FEWEST_STEPS,
        settings=custom_overrides(plain, recipes=True) | _altered(plain),
    )


def _altered(experiment: ExperimentConfig) -> dict[str, JsonValue]:
    """Return the settings of altered copies, which both ways are to learn from where one does."""
    every = custom_overrides(experiment, recipes=False)
    return {name: value for name, value in every.items() if name.startswith("augment.")}


def belongs(study: Study, experiment: ExperimentConfig, *, balanced: bool) -> bool:
    """Whether a study is an experiment's label curve."""
    mine = label_efficiency_study(experiment, 2, (2,), (0,), balanced=balanced)
    same = ("data", "own", "recipes", "redraw", "fewest_steps", "settings")
    return all(getattr(study.config, part) == getattr(mine, part) for part in same)


def label_efficiency_config(
    experiment: ExperimentConfig,
    sizes: Sequence[int],
    seeds: Sequence[int],
    *,
    balanced: bool,
    at: int | None = None,
    cells: Sequence[LabelEfficiencyArm] = (),
) -> LabelEfficiencyConfig:
    """Return the question of the curve; without cells it needs no training.

    Its sentences are about `at` labels, those nearest to `AT` where it is not given.
    """
    return LabelEfficiencyConfig(
        data=experiment.data.model_copy(update={"train_rows": None, "rows_seed": None, "balanced": balanced}),
        backbone=_pretrained(experiment.backbone),
        features=FeatureConfig(
            pooling=experiment.features.pooling, token_limit=experiment.features.token_limit
        ),
        sizes=tuple(sorted(set(sizes))),
        seeds=tuple(seeds),
        cells=tuple(cells),
        at=nearest_size(sizes) if at is None else at,
        precision=experiment.training.precision,
        device=experiment.training.device,
    )


def label_efficiency_arms(study: Study, done: Collection[str], rows: int) -> tuple[LabelEfficiencyArm, ...]:
    """Return the cells of a curve that the finished runs of its study make, out of `rows` training rows."""
    own = study.config.own
    if own is None:
        return ()
    mine = arm_of(own, own.backbone.blocks or max(study.blocks.values()))
    jobs: dict[tuple[str, int], list[str]] = {}
    for one in expand_grid(study.config, study.blocks):
        if (job := job_id(one.config)) in done:
            way = SCRATCH if one.cell["recipe"] == RecipeName.SCRATCH else mine
            jobs.setdefault((way, min(one.config.data.train_rows or rows, rows)), []).append(job)
    ordered = sorted(jobs.items(), key=lambda cell: (cell[0][0] == SCRATCH, cell[0]))
    return tuple(LabelEfficiencyArm(name=way, rows=size, jobs=tuple(those)) for (way, size), those in ordered)


def label_efficiency_sizes(study: Study, rows: int) -> tuple[int, ...]:
    """Return the numbers of labels that a curve's study trains on."""
    return tuple(sorted({min(size or rows, rows) for size in study.config.sizes}))


def scaled_seconds(
    summary: RunSummary, done: ExperimentConfig, asked: ExperimentConfig, task: Workload, n_blocks: int
) -> float:
    """Return about how long `asked` takes, in seconds, from what `done` took, where no step was timed.

    Passes of a text through the whole backbone are counted, a training step as `BACKWARDS` of them; what
    stays frozen is passed once.
    """
    return summary.seconds["total"] * _passes(asked, task, n_blocks) / _passes(done, task, n_blocks)


def _passes(config: ExperimentConfig, task: Workload, n_blocks: int) -> float:
    train = min(config.data.train_rows or task.train, task.train)
    found = float(train + task.validation + task.test)
    for stage in config.resolved_stages:
        share = 1 - max(0, stage.plan.first_trainable_block(n_blocks)) / n_blocks
        found += stage.epochs * share * (BACKWARDS * train + task.validation)
    return found


def _pretrained(backbone: BackboneConfig) -> BackboneConfig:
    return backbone.model_copy(update={"random_init": False, "init_seed": 0, "fresh_top": 0})
