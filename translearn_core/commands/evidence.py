"""``translearn evidence``: baselines, probing, CKA, forgetting and error analysis of a finished run."""

import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import pandas as pd
import typer
from rich.console import Console

from translearn_core.commands.client import find, result, submit
from translearn_core.commands.errors import valid
from translearn_core.commands.options import AsJson, FinishedRun
from translearn_core.commands.output import print_line, print_result
from translearn_core.commands.tables import print_table
from translearn_core.config import (
    BaseConfig,
    BaselinesConfig,
    ErrorAnalysisConfig,
    ExperimentConfig,
    ForgettingConfig,
    ProbeConfig,
    SimilarityConfig,
    job_id,
)
from translearn_core.errors import ConfigError, TrainingError
from translearn_core.results import Baselines, ErrorAnalysis, Forgetting, ProbeScores, RunSummary, Similarity
from translearn_core.runs import LOCAL, Run, State, open_store

T = TypeVar("T")


def evidence(
    run: FinishedRun,
    scratch: Annotated[
        str | None, typer.Option(help="Finished run of the same task, trained from fresh weights.")
    ] = None,
    sibling: Annotated[
        str | None, typer.Option(help="Finished run that differs from this one in nothing but the seed.")
    ] = None,
    earlier: Annotated[
        list[str] | None, typer.Option(help="Earlier run whose task is scored again; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare a run with baselines, probe its layers, and report CKA, forgetting, calibration and errors."""
    finished = find(run)
    config = finished.job.config
    if not isinstance(config, ExperimentConfig):
        raise ConfigError("run", finished.id, "a training")
    others = {"scratch": _job(scratch), "sibling": _job(sibling)}
    forgetting = valid(
        ForgettingConfig, job=finished.job.id, earlier=tuple(find(one).job.id for one in earlier or ())
    )
    print_result(gather(finished, config, others, forgetting), show, as_json=as_json)


def gather(
    run: Run, config: ExperimentConfig, others: dict[str, str | None], forgetting: ForgettingConfig
) -> dict[str, Any]:
    """Return the output of ``evidence --json``; results that exist are loaded, the others computed.

    A part that fails has the reason, unless a run to compare with was given for it.
    """
    job, scratch, sibling = run.job.id, others["scratch"], others["sibling"]
    summary = result(run, RunSummary)
    accuracy = summary.test.accuracy
    parts: dict[str, Any] = {
        "run": run.id,
        "name": run.name,
        "accuracy": accuracy.value,
        "accuracy_interval": [accuracy.low, accuracy.high],
        "baselines": _run_part(
            BaselinesConfig(job=job, scratch=scratch), Baselines, "baselines",
            lambda baselines: _part((baselines.sentence, *baselines.caveats), baselines.frame()),
            required=scratch is not None,
        ),
        "probes": _run_part(
            ProbeConfig(job=job), ProbeScores, "probes",
            lambda scores: _part((), scores.frame().assign(selectivity=scores.selectivity.ravel())),
        ),
        "trust": _run_part(
            ErrorAnalysisConfig(job=job), ErrorAnalysis, "trust",
            lambda analysis: _part(analysis.sentences, analysis.frame()),
        ),
    }  # fmt: skip
    if config.trains_backbone:
        parts["moved"] = _run_part(
            SimilarityConfig(job=job, sibling=sibling), Similarity, "what moved",
            lambda similarity: _part((similarity.sentence,), similarity.frame()),
            required=sibling is not None,
        )  # fmt: skip
        parts["lost"] = _run_part(
            forgetting, Forgetting, "what was lost",
            lambda retained: _part(retained.sentences(), retained.frame()), required=bool(forgetting.earlier),
        )  # fmt: skip
    return parts


def show(parts: dict[str, Any], screen: Console) -> None:
    """Print the sentences and the table of every part, or the reason why there is none."""
    for part, title in TITLES.items():
        if part not in parts:
            continue
        print_line(title, screen, style="bold")
        if parts[part]["reason"]:
            print_line(f"Not answered: {parts[part]['reason']}", screen)
        for sentence in parts[part]["sentences"]:
            print_line(sentence, screen)
        if parts[part]["table"]:
            _print_rows(parts[part]["table"], screen)


TITLES = {
    "baselines": "Baselines: did it help?",
    "probes": "Linear probing: what does each layer know?",
    "moved": "Representation similarity (CKA): what moved?",
    "lost": "Catastrophic forgetting: what was lost?",
    "trust": "Calibration and errors: can it be trusted?",
}
"""Titles of the parts."""


def _run_part(
    config: BaseConfig,
    kind: type[T],
    name: str,
    part: Callable[[T], dict[str, Any]],
    *,
    required: bool = False,
) -> dict[str, Any]:
    """Return a part, or the reason why it failed; raise if it was stopped or `required`."""
    try:
        return part(result(submit(config, name), kind))
    except TrainingError as error:
        if required or open_store().run(LOCAL, job_id(config)).state is not State.FAILED:
            raise
        return {"sentences": [], "table": [], "reason": str(error)}


def _job(run: str | None) -> str | None:
    return None if run is None else find(run).job.id


def _part(sentences: tuple[str, ...], frame: pd.DataFrame) -> dict[str, Any]:
    table = json.loads(frame.to_json(orient="records"))
    return {"sentences": list(filter(None, sentences)), "table": table, "reason": None}


def _print_rows(rows: list[dict[str, Any]], screen: Console) -> None:
    columns = [name for name in rows[0] if name != "verdict"]
    numbers = [name for name in columns if all(isinstance(row[name], int | float | None) for row in rows)]
    print_table(
        screen, columns, [[_cell(name, row[name]) for name in columns] for row in rows], numbers=numbers
    )


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "layer":  # a float if another row has none
        return str(int(value))
    return f"{value:.3f}" if isinstance(value, float) else str(value)
