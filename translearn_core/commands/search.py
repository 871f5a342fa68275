"""``translearn search``: find a good model in a given time."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from translearn_core.commands.data_check import diagnose_config, diagnosis
from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.terminal.client import backbone_info, find, result, watch
from translearn_core.commands.terminal.dataclass_options import OptionChanges
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import AsJson, ExperimentOptions, ReadingOptions
from translearn_core.commands.terminal.output import console, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.commands.train import brief
from translearn_core.config import ExperimentConfig
from translearn_core.config.search import SearchConfig, base_experiment
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.errors import TrainingError
from translearn_core.results import RunSummary, Selection, Workload
from translearn_core.runs import LOCAL, Search, Searches, State, open_store
from translearn_core.runs.search.progress import search_progress

POLL_SECONDS = 0.3

SEARCH_OPTIONS = Annotated[
    ExperimentOptions,
    OptionChanges(
        without=("random_init", "recipe", "train_blocks", "teacher", "epochs", "lr", "head_lr"),
    ),
]


def search(
    options: SEARCH_OPTIONS,
    reading: ReadingOptions,
    minutes: Annotated[float, typer.Option(min=0.1, max=24 * 60, help="Minutes of training in all.")] = 10.0,
    repeats: Annotated[int, typer.Option(min=1, max=10, help="Seeds of the finalists.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Find a good model in the time there is: chosen on validation, reported on test."""
    experiment, dataset, data = experiment_of(options, reading)
    config = valid(SearchConfig, experiment=base_experiment(experiment), minutes=minutes, repeats=repeats)
    data.show(quiet=reading.quiet)
    n_blocks, task = backbone_info(experiment.backbone).n_blocks, workload(experiment)
    name = f"{dataset.name}, {minutes:g} minutes"
    submitted = Searches(open_store()).add(LOCAL, name, config, n_blocks, task)
    ensure_engine(settings(), wait=180.0)
    finished = follow(submitted)
    record = report(finished) | {"findings": data.records()}
    print_result(record, show, as_json=as_json)


def workload(experiment: ExperimentConfig) -> Workload:
    """Return the size of an experiment's data."""
    return Workload.of(diagnosis(diagnose_config(experiment)))


def follow(search: Search) -> Search:
    """Show progress until the search has ended; Ctrl-C stops it, a second Ctrl-C only the command.

    Raises
    ------
    TrainingError
        If it was stopped, or no run ended well.
    """
    searches, printed = Searches(open_store()), None
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[summary]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(search.name, total=search.budget, summary="")

        def poll() -> Search | None:
            nonlocal printed
            current = searches.get(LOCAL, search.id)
            if current.state is not State.RUNNING:
                return current
            progress = search_progress(current, searches.results(current))
            bar.update(task, completed=min(progress.seconds, search.budget), summary=progress.summary())
            if progress.running not in (None, printed) and not console.is_terminal:
                console.print(f"{search.name}: {progress.summary()}", markup=False, highlight=False)
                printed = progress.running
            return None

        ended = watch(poll, lambda: searches.stop(LOCAL, search.id), every=POLL_SECONDS)
    if ended.state is State.STOPPED:
        raise TrainingError(
            f"Search {search.name} was stopped and keeps what there is: the same command goes on from there."
        )
    if ended.state is State.FAILED:
        raise TrainingError(ended.reason or "the search failed.")
    return ended


def report(search: Search) -> dict[str, Any]:
    """Return the output of ``search --json``."""
    searches = Searches(open_store())
    assert search.selection is not None
    selection = result(open_store().run(LOCAL, search.selection), Selection)
    winner = find(selection.winner.job)
    summary = result(winner, RunSummary)
    progress = search_progress(search, searches.results(search))
    return {
        "search": search.id,
        "run": winner.id,
        "winner": selection.winner.name,
        "validation": brief(summary.validation),
        "test": brief(summary.test),
        "cheapest": {
            "run": find(selection.alternative.job).id,
            "candidate": selection.cheapest,
            "test": brief(selection.tests[selection.cheapest]),
        },
        "seconds": progress.seconds,
        "candidates": json.loads(progress.frame(selection).to_json(orient="records")),
        "sentences": selection.sentences(),
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the candidates as a table, and the choice in sentences."""
    numbers = ("rungs", "seeds", "validation", "seconds")
    rows = [
        [
            line["candidate"],
            _number(line["rungs"]),
            _number(line["seeds"]),
            "" if line["validation"] is None else f"{line['validation']:.3f}",
            _number(line["seconds"]),
            line["state"],
        ]
        for line in record["candidates"]
    ]
    print_table(screen, ("candidate", *numbers, "state"), rows, numbers=numbers, title="Candidates")
    for sentence in record["sentences"]:
        print_line(sentence, screen)
    print_line(
        f"The model is run {record['run']}: translearn predict {record['run']} FILE --out FILE", screen
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
