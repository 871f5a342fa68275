"""``translearn evidence``: what transferred in a finished run, what moved, what was lost, what to trust."""

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
    """Hold a run against its baselines, probe its layers, and say what moved, was lost and can be trusted."""
    about = find(run)
    config = about.job.config
    if not isinstance(config, ExperimentConfig):
        raise ConfigError("run", about.id, "a training")
    others = {"scratch": _job(scratch), "sibling": _job(sibling)}
    lost = valid(ForgettingConfig, job=about.job.id, earlier=tuple(find(one).job.id for one in earlier or ()))
    print_result(gather(about, config, others, lost), show, as_json=as_json)


def gather(
    run: Run, config: ExperimentConfig, others: dict[str, str | None], forgetting: ForgettingConfig
) -> dict[str, Any]:
    """Return what ``evidence --json`` prints; what was asked before is read, the rest computed.

    A part that cannot be answered says why not, unless a person gave it a run to compare with.
    """
    job, scratch, sibling = run.job.id, others["scratch"], others["sibling"]
    summary = result(run, RunSummary)
    interval = summary.test.accuracy_interval
    found: dict[str, Any] = {
        "run": run.id,
        "name": run.name,
        "accuracy": summary.test.accuracy,
        "accuracy_interval": [interval.low, interval.high],
        "baselines": _asked(
            BaselinesConfig(job=job, scratch=scratch), Baselines, "baselines",
            lambda held: _part((held.sentence, *held.caveats), held.frame()), given=scratch is not None,
        ),
        "probes": _asked(
            ProbeConfig(job=job), ProbeScores, "probes",
            lambda probed: _part((), probed.frame().assign(selectivity=probed.selectivity.ravel())),
        ),
        "trust": _asked(
            ErrorAnalysisConfig(job=job),
            ErrorAnalysis,
            "trust",
            lambda found: _part(found.sentences, found.frame()),
        ),
    }  # fmt: skip
    if config.trains_backbone:
        found["moved"] = _asked(
            SimilarityConfig(job=job, sibling=sibling), Similarity, "what moved",
            lambda moved: _part((moved.sentence,), moved.frame()), given=sibling is not None,
        )  # fmt: skip
        found["lost"] = _asked(
            forgetting, Forgetting, "what was lost",
            lambda lost: _part(lost.sentences(), lost.frame()), given=bool(forgetting.earlier),
        )  # fmt: skip
    return found


def show(found: dict[str, Any], page: Console) -> None:
    """Print every part: its sentences, then its table, or why there is none."""
    for part, title in TITLES.items():
        if part not in found:
            continue
        print_line(title, page, style="bold")
        if found[part]["reason"]:
            print_line(f"Not answered: {found[part]['reason']}", page)
        for said in found[part]["sentences"]:
            print_line(said, page)
        if found[part]["table"]:
            _print(found[part]["table"], page)


TITLES = {
    "baselines": "Did it help?",
    "probes": "What does each layer know?",
    "moved": "What moved?",
    "lost": "What was lost?",
    "trust": "Can it be trusted?",
}
"""The parts there may be, as they are called."""


def _asked(
    config: BaseConfig,
    kind: type[T],
    called: str,
    part: Callable[[T], dict[str, Any]],
    *,
    given: bool = False,
) -> dict[str, Any]:
    """Return a part's answer, or why there is none; raises where a person stopped it or `given` something."""
    try:
        return part(result(submit(config, called), kind))
    except TrainingError as error:
        if given or open_store().run(LOCAL, job_id(config)).state is not State.FAILED:
            raise
        return {"sentences": [], "table": [], "reason": str(error)}


def _job(run: str | None) -> str | None:
    return None if run is None else find(run).job.id


def _part(sentences: tuple[str, ...], frame: pd.DataFrame) -> dict[str, Any]:
    table = json.loads(frame.to_json(orient="records"))
    return {"sentences": list(filter(None, sentences)), "table": table, "reason": None}


def _print(lines: list[dict[str, Any]], page: Console) -> None:
    heads = [name for name in lines[0] if name != "verdict"]
    numbers = [name for name in heads if all(isinstance(line[name], int | float | None) for line in lines)]
    print_table(page, heads, [[_cell(name, line[name]) for name in heads] for line in lines], numbers=numbers)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "layer":  # a float where a line of the table has none
        return str(int(value))
    return f"{value:.3f}" if isinstance(value, float) else str(value)
