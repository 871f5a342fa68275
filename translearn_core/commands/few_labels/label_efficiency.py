"""``translearn label-efficiency``: test score against number of labels, with and without transfer."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.data_check import diagnose_config, diagnosis
from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.study import follow
from translearn_core.commands.terminal.client import backbone_info, result, submit
from translearn_core.commands.terminal.costs import announce_cost
from translearn_core.commands.terminal.errors import naming_fields
from translearn_core.commands.terminal.options import AsJson, OtherExperimentOptions, ReadingOptions
from translearn_core.commands.terminal.output import console, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import ExperimentConfig, RecipeName, Split
from translearn_core.errors import ConfigError, TrainingError
from translearn_core.jobs import LabelEfficiencyArm
from translearn_core.results import Diagnosis, LabelEfficiency
from translearn_core.results.diagnostics.baselines import FROZEN, PROTOTYPES, WORDS
from translearn_core.results.format import on_two_cores
from translearn_core.results.metric import metric_of
from translearn_core.runs import LOCAL, Run, Studies, open_store
from translearn_core.runs.studies.label_efficiency import (
    FEWEST_STEPS,
    FURTHER_RECIPES,
    REFERENCE_SIZE,
    label_efficiency_arms,
    label_efficiency_config,
    label_efficiency_study,
    nearest_size,
    suggested_sizes,
    untrained_seconds,
)

STEPS = f"Where labels are few, epochs are added until a run takes {FEWEST_STEPS} steps."


def label_efficiency(
    options: OtherExperimentOptions,
    reading: ReadingOptions,
    sizes: Annotated[
        str | None,
        typer.Option(
            help="Numbers of labels such as 8,16,32,all; with --per-class those of each class; default: "
            "doubling from 8 to all."
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Draws of the labels, from --seed on.")] = 3,
    per_class: Annotated[
        bool, typer.Option("--per-class", help="Equally many labels of every class.")
    ] = False,
    no_training: Annotated[
        bool,
        typer.Option("--no-training", help="Only TF-IDF, frozen probe and prototypes: no run is trained."),
    ] = False,
    arm: Annotated[
        list[RecipeName] | None,
        typer.Option(help="Recipe to train besides these settings, such as contrastive; repeated for more."),
    ] = None,
    reference_size: Annotated[
        int | None,
        typer.Option(
            help=f"Labels that the sentences are about; default: those nearest to {REFERENCE_SIZE}."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Label efficiency: score by number of labels for TF-IDF, frozen probe, these settings, from scratch."""
    words, recipes = parse_sizes(sizes), further_recipes(arm or ())
    experiment, dataset, data = experiment_of(options, reading)
    profile = all_rows(experiment)
    counts = n_train(profile)
    chosen = size_grid(words, profile.rows[Split.TRAIN], counts, per_class=per_class)
    reference_size = _check_reference(reference_size, chosen)
    draws = range(options.seed, options.seed + seeds)
    name = f"label efficiency of {dataset.name}"
    with naming_fields():
        untrained = label_efficiency_config(experiment, chosen, draws, balanced=per_class)
    data.show(quiet=reading.quiet)
    if not reading.quiet:
        seconds = untrained_seconds(untrained, profile, backbone_info(untrained.backbone))
        print_line(f"Without training: {on_two_cores(seconds)}.", console)
    run = submit(untrained, name)
    arms: tuple[LabelEfficiencyArm, ...] = ()
    failed: list[Run] = []
    if not no_training:
        arms, failed = train_arms(
            experiment, profile, chosen, draws, per_class=per_class, name=name, recipes=recipes,
            quiet=reading.quiet,
        )  # fmt: skip
    full = label_efficiency_config(
        experiment, chosen, draws, balanced=per_class, arms=arms, reference_size=reference_size
    )
    run = run if full == untrained else submit(full, name)
    curve = result(run, LabelEfficiency)
    record = report(curve, failed) | {"findings": data.records()}
    print_result(record, lambda _, screen: show(curve, failed, screen), as_json=as_json)


def _check_reference(size: int | None, sizes: Sequence[int]) -> int:
    """Return the size that sentences are about; raise `ConfigError` if it is outside of `sizes`."""
    if size is None:
        return nearest_size(sizes)
    if not sizes[0] <= size <= sizes[-1]:
        raise ConfigError("reference_size", size, f"a number of labels from {sizes[0]:,} to {sizes[-1]:,}")
    return size


def all_rows(experiment: ExperimentConfig) -> Diagnosis:
    """Return the diagnosis of all rows of an experiment's data."""
    data = experiment.data.model_copy(update={"train_rows": None})
    return diagnosis(diagnose_config(experiment.model_copy(update={"data": data})))


def n_train(diagnosis: Diagnosis) -> list[int]:
    """Return the number of training rows per class, without empty classes."""
    return [int(rows) for rows in diagnosis.counts[str(Split.TRAIN)] if rows]


def parse_sizes(words: str | None) -> tuple[str, ...]:
    """Parse numbers of labels; raise `ConfigError` for a word that is neither a number nor 'all'."""
    parsed = tuple(word.strip().lower() for word in words.split(",")) if words is not None else ()
    for word in parsed:
        if word != "all" and not word.isdecimal():
            raise ConfigError("sizes", word, "numbers of labels or all, such as 8,16,32,all")
    return parsed


def further_recipes(names: Sequence[RecipeName]) -> tuple[RecipeName, ...]:
    """Return the recipes of further arms; raise `ConfigError` for one with a teacher, or that is there."""
    for name in names:
        if name not in FURTHER_RECIPES:
            raise ConfigError("arm", str(name), f"one of {', '.join(FURTHER_RECIPES)}")
    return tuple(names)


def size_grid(words: Sequence[str], rows: int, counts: Sequence[int], *, per_class: bool) -> tuple[int, ...]:
    """Return the numbers of labels for `words`, or the default grid if there are none.

    ``all`` means all training `rows`; `counts` are those of each class, of which the rarest limits the
    numbers of each class.
    """
    if not words:
        return suggested_sizes(rows, counts if per_class else ())
    sizes = set()
    for word in words:
        if per_class and word != "all" and int(word) > min(counts):
            rarest = f"at most {min(counts):,} labels of each class, those of the rarest one, or all"
            raise ConfigError("sizes", word, rarest)
        size = rows if word == "all" else int(word) * (len(counts) if per_class else 1)
        if not 2 <= size <= rows:
            raise ConfigError("sizes", word, f"from 2 to {rows:,} labels, the training rows there are")
        sizes.add(size)
    return tuple(sorted(sizes))


def train_arms(
    experiment: ExperimentConfig,
    profile: Diagnosis,
    sizes: tuple[int, ...],
    draws: range,
    *,
    per_class: bool,
    name: str,
    recipes: Sequence[RecipeName],
    quiet: bool,
) -> tuple[tuple[LabelEfficiencyArm, ...], list[Run]]:
    """Train the runs of the curve; return the finished arms and the failed runs.

    What they will cost is printed first, unless `quiet`.
    """
    rows = profile.rows[Split.TRAIN]
    config = label_efficiency_study(
        experiment, rows, sizes, draws, balanced=per_class, words_per_text=profile.words_per_text,
        recipes=recipes,
    )  # fmt: skip
    infos = {config.backbones[0].label: backbone_info(experiment.backbone)}
    announce_cost(config, infos, profile, quiet=quiet)
    studies = Studies(open_store())
    study = studies.add(LOCAL, name, config, {label: info.n_blocks for label, info in infos.items()})
    progress = follow(study)
    if progress.stopped:
        raise TrainingError(
            f"The {name} was stopped and keeps what there is: the same command goes on from there."
        )
    return label_efficiency_arms(study, progress.done, rows), studies.failed(study)


def report(curve: LabelEfficiency, failed: list[Run]) -> dict[str, Any]:
    """Return the output of ``label-efficiency --json``."""
    return {
        "sentences": list(curve.sentences),
        "at": curve.reference_size,
        "sizes": list(curve.sizes),
        "seeds": list(curve.seeds),
        "validation_rows": curve.n_validation,
        "test_rows": curve.n_test,
        "metric": curve.metric,
        "constant_baseline": curve.constant_baseline,
        "curve": json.loads(curve.frame().to_json(orient="records")),
        "draws": json.loads(curve.draws().to_json(orient="records")),
        "reaches": [vars(reach) for reach in curve.reaches],
        "failed": [{"run": run.name, "reason": run.job.reason} for run in failed],
    }


def show(curve: LabelEfficiency, failed: list[Run], screen: Console) -> None:
    """Print the curve as a table with a column per method, and the sentences."""
    title = f"Test {metric_of(curve.metric).label} by number of labels, {curve.n_test:,} test rows"
    rows = []
    for k, size in enumerate(curve.sizes):
        scores = zip(curve.mean[:, k], curve.low[:, k], curve.high[:, k], strict=True)
        cells = [
            "" if mean != mean else f"{mean:.3f}  [{low:.3f}, {high:.3f}]"  # NaN
            for mean, low, high in scores
        ]
        rows.append((f"{size:,}", *cells))
    for name, zero in curve.without_labels.items():
        print_line(f"Without labels ({name}): {zero.value:.3f}  {zero.brackets()}", screen)
    heads = ("labels", *curve.names)
    constant = curve.constant_name[:1].upper() + curve.constant_name[1:]
    print_table(screen, heads, rows, numbers=heads, title=title)
    for sentence in curve.sentences:
        print_line(sentence, screen)
    print_line(
        f"{constant}: {curve.constant_baseline:.3f}. {curve.n_validation:,} validation rows, with "
        "labels too, come on top." + (f" {STEPS}" if set(curve.names) - {WORDS, FROZEN, PROTOTYPES} else ""),
        screen,
    )
    for run in failed:
        print_line(f"{run.name} failed: {run.job.reason}", screen)
