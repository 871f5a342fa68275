"""``translearn evidence``: baselines, probing, CKA, forgetting and error analysis of a finished run."""

import json
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from translearn_core.commands.terminal.client import find, find_one_target, result, submit
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import AsJson, FinishedRun
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.commands.train import brief
from translearn_core.config import ExperimentConfig, job_id
from translearn_core.errors import TrainingError
from translearn_core.jobs import (
    BASELINES,
    FORGETTING,
    PROJECTION,
    SIMILARITY,
    SPECS,
    BaselinesConfig,
    ForgettingConfig,
    RunJobConfig,
    SimilarityConfig,
    spec_of,
)
from translearn_core.results import RunSummary
from translearn_core.runs import LOCAL, Run, State, open_store
from translearn_core.runs.report_jobs import default_diagnostics

MAX_ROWS = 20
"""Longer tables are in the JSON output only."""


def evidence(
    run: FinishedRun,
    from_scratch_run: Annotated[
        str | None, typer.Option(help="Finished run of the same task, trained from fresh weights.")
    ] = None,
    second_seed_run: Annotated[
        str | None, typer.Option(help="Finished run that differs from this one in nothing but the seed.")
    ] = None,
    earlier_run: Annotated[
        list[str] | None, typer.Option(help="Earlier run whose task is scored again; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare a run with baselines, probe its layers, and report CKA, forgetting, calibration and errors."""
    training = find_one_target(run)
    job = training.job.id
    given: dict[str, RunJobConfig] = {
        BASELINES.kind: BaselinesConfig(job=job, from_scratch_run=_job(from_scratch_run)),
        SIMILARITY.kind: SimilarityConfig(job=job, second_seed_run=_job(second_seed_run)),
        FORGETTING.kind: valid(
            ForgettingConfig, job=job, earlier_runs=tuple(find(one).job.id for one in earlier_run or ())
        ),
    }
    defaults = default_diagnostics(open_store(), training)
    diagnostics = [given.get(one.kind, one) for one in defaults if one.kind != PROJECTION.kind]
    print_result(gather(training, diagnostics), show, as_json=as_json)


def gather(run: Run[ExperimentConfig], diagnostics: list[RunJobConfig]) -> dict[str, Any]:
    """Return the output of ``evidence --json``; results that exist are loaded, the others computed.

    A diagnostic that fails has the reason, unless a run to compare with was given for it.
    """
    return {
        "run": run.id,
        "name": run.name,
        **brief(result(run, RunSummary).test),
        **{config.kind: _diagnostic(run, config) for config in diagnostics},
    }


def show(diagnostics: dict[str, Any], screen: Console) -> None:
    """Print the sentences and short tables of every diagnostic, or the reason why there is none."""
    for spec in (SPECS[kind] for kind in diagnostics if kind in SPECS):
        print_line(spec.heading, screen, style="bold")
        if diagnostics[spec.kind]["reason"]:
            print_line(f"Not answered: {diagnostics[spec.kind]['reason']}", screen)
        for sentence in diagnostics[spec.kind]["sentences"]:
            print_line(sentence, screen)
        for name, rows in diagnostics[spec.kind]["tables"].items():
            if 0 < len(rows) <= MAX_ROWS:
                _print_rows(name, rows, screen)


def _diagnostic(run: Run[ExperimentConfig], config: RunJobConfig) -> dict[str, Any]:
    """Return sentences and tables of a diagnostic of a run, or the reason of a failure.

    Raise if it was stopped or compares runs.
    """
    from translearn_core.reporting.report_data import Part, ReportData
    from translearn_core.reporting.sections import part_section

    spec = spec_of(config)
    try:
        part = Part(spec, result(submit(config, spec.name), spec.result))
    except TrainingError as error:
        compares = len(tuple(filter(None, config.references()))) > 1
        if compares or open_store().run(LOCAL, job_id(config)).state is not State.FAILED:
            raise
        return {"sentences": [], "tables": {}, "reason": str(error)}
    section = part_section(part, ReportData(run.name, config=run.job.config))
    sentences = [*section.sentences, *(s for block in section.blocks for s in block.sentences)]
    return {
        "sentences": [*filter(None, sentences), *section.caveats],
        "tables": {table.name: _rows(table.frame) for table in section.tables},
        "reason": None,
    }


def _job(run: str | None) -> str | None:
    return None if run is None else find(run).job.id


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return rows


def _print_rows(title: str, rows: list[dict[str, Any]], screen: Console) -> None:
    columns = [name for name in rows[0] if name != "verdict"]
    numbers = [name for name in columns if all(isinstance(row[name], int | float | None) for row in rows)]
    cells = [[_cell(name, row[name]) for name in columns] for row in rows]
    print_table(screen, columns, cells, numbers=numbers, title=title)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "layer":  # a float if another row has none
        return str(int(value))
    return f"{value:.3f}" if isinstance(value, float) else str(value)
