"""``translearn label-curve``: what each number of labels is worth, with transfer and without."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.client import anatomy_of, result, submit
from translearn_core.commands.data_check import diagnosis, question
from translearn_core.commands.errors import naming_fields
from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.options import AnotherExperiment, AsJson, ReadingOptions
from translearn_core.commands.output import print_line, print_result
from translearn_core.commands.study import follow
from translearn_core.commands.tables import print_table
from translearn_core.config import ExperimentConfig, LabelEfficiencyArm, Split
from translearn_core.errors import ConfigError, TrainingError
from translearn_core.results import LabelEfficiency
from translearn_core.results.diagnostics.baselines import FROZEN, WORDS
from translearn_core.runs import LOCAL, Run, Studies, open_store
from translearn_core.runs.label_efficiency_studies import (
    AT,
    FEWEST_STEPS,
    label_efficiency_arms,
    label_efficiency_config,
    label_efficiency_study,
    nearest_size,
    suggested_sizes,
)

STEPS = f"Where labels are few, epochs are added until a run takes {FEWEST_STEPS} steps."


def label_efficiency(
    asked: AnotherExperiment,
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
        bool, typer.Option("--no-training", help="Only TF-IDF and the frozen probe: no run is trained.")
    ] = False,
    at: Annotated[
        int | None, typer.Option(help=f"Labels that the sentences are about; default: those nearest to {AT}.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score against number of labels: TF-IDF, a frozen probe, these settings, and from scratch."""
    words = parse_sizes(sizes)
    experiment, dataset, data = experiment_of(asked, reading)
    counts = n_train(experiment)
    chosen = size_grid(words, counts, per_class=per_class)
    if at is not None and not chosen[0] <= at <= chosen[-1]:
        raise ConfigError("at", at, f"a number of labels from {chosen[0]:,} to {chosen[-1]:,}")
    draws = range(asked.seed, asked.seed + seeds)
    about = nearest_size(chosen) if at is None else at
    name = f"label curve of {dataset.name}"
    with naming_fields():
        plain = label_efficiency_config(experiment, chosen, draws, balanced=per_class)
    data.show(quiet=reading.quiet)
    run = submit(plain, name)
    cells: tuple[LabelEfficiencyArm, ...] = ()
    failed: list[Run] = []
    if not no_training:
        cells, failed = trained(experiment, sum(counts), chosen, draws, per_class=per_class, name=name)
    whole = label_efficiency_config(experiment, chosen, draws, balanced=per_class, cells=cells, at=about)
    run = run if whole == plain else submit(whole, name)
    found = result(run, LabelEfficiency)
    told = report(found, failed) | {"findings": data.records()}
    print_result(told, lambda _, page: show(found, failed, page), as_json=as_json)


def n_train(experiment: ExperimentConfig) -> list[int]:
    """Return how many training rows each class has, of those that have any."""
    data = experiment.data.model_copy(update={"train_rows": None})
    counts = diagnosis(question(experiment.model_copy(update={"data": data}))).counts[str(Split.TRAIN)]
    return [int(rows) for rows in counts if rows]


def parse_sizes(words: str | None) -> tuple[str, ...]:
    """Take numbers of labels apart as they are typed; raises `ConfigError` if one is no number, nor all."""
    found = tuple(word.strip().lower() for word in words.split(",")) if words is not None else ()
    for word in found:
        if word != "all" and not word.isdecimal():
            raise ConfigError("sizes", word, "numbers of labels or all, such as 8,16,32,all")
    return found


def size_grid(words: Sequence[str], counts: Sequence[int], *, per_class: bool) -> tuple[int, ...]:
    """Return the numbers of labels that words stand for, without words those that are usual.

    ``all`` is every training row; `counts` are those of each class.
    """
    rows = sum(counts)
    if not words:
        return suggested_sizes(rows, counts if per_class else ())
    found = set()
    for word in words:
        size = rows if word == "all" else int(word) * (len(counts) if per_class else 1)
        if not 2 <= size <= rows:
            raise ConfigError("sizes", word, f"from 2 to {rows:,} labels, the training rows there are")
        found.add(size)
    return tuple(sorted(found))


def trained(
    experiment: ExperimentConfig,
    rows: int,
    sizes: tuple[int, ...],
    draws: range,
    *,
    per_class: bool,
    name: str,
) -> tuple[tuple[LabelEfficiencyArm, ...], list[Run]]:
    """Train the curve's runs to their end; return what is done as cells, and what failed."""
    config = label_efficiency_study(experiment, rows, sizes, draws, balanced=per_class)
    blocks = {config.backbones[0].label: anatomy_of(experiment.backbone).n_blocks}
    book = Studies(open_store())
    study = book.add(LOCAL, name, config, blocks)
    standing = follow(study)
    if standing.stopped:
        raise TrainingError(
            f"The {name} was stopped and keeps what there is: the same command goes on from there."
        )
    return label_efficiency_arms(study, standing.done, rows), book.failed(study)


def report(found: LabelEfficiency, failed: list[Run]) -> dict[str, Any]:
    """Return what ``label-curve --json`` prints."""
    return {
        "sentences": list(found.sentences),
        "at": found.at,
        "sizes": list(found.sizes),
        "seeds": list(found.seeds),
        "validation_rows": found.n_validation,
        "test_rows": found.n_test,
        "majority": found.majority,
        "curve": json.loads(found.frame().to_json(orient="records")),
        "draws": json.loads(found.draws().to_json(orient="records")),
        "reaches": [vars(reach) for reach in found.reaches],
        "failed": [{"run": run.name, "reason": run.job.reason} for run in failed],
    }


def show(found: LabelEfficiency, failed: list[Run], screen: Console) -> None:
    """Print the curve as a table, a column for each way, and the sentences."""
    title = f"Test accuracy by number of labels, {found.n_test:,} test rows"
    rows = []
    for place, size in enumerate(found.sizes):
        scores = zip(found.mean[:, place], found.low[:, place], found.high[:, place], strict=True)
        cells = [
            "" if mean != mean else f"{mean:.3f}  [{low:.3f}, {high:.3f}]"  # NaN is not itself
            for mean, low, high in scores
        ]
        rows.append((f"{size:,}", *cells))
    heads = ("labels", *found.names)
    print_table(screen, heads, rows, numbers=heads, title=title)
    for said in found.sentences:
        print_line(said, screen)
    print_line(
        f"Always the commonest class: {found.majority:.3f}. {found.n_validation:,} validation rows, with "
        "labels too, come on top." + (f" {STEPS}" if set(found.names) - {WORDS, FROZEN} else ""),
        screen,
    )
    for run in failed:
        print_line(f"{run.name} failed: {run.job.reason}", screen)
