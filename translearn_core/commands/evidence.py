"""``translearn evidence``: what transferred in a finished run, what moved, what was lost, what to trust."""

import json
from typing import Annotated, Any

import pandas as pd
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from translearn_core.commands.asking import answer, ask, find
from translearn_core.commands.options import AsJson, FinishedRun
from translearn_core.commands.refusals import valid
from translearn_core.commands.saying import say, sentence
from translearn_core.config import (
    BaselinesConfig,
    ExperimentConfig,
    ForgettingConfig,
    Frozen,
    ProbeConfig,
    SimilarityConfig,
    TrustConfig,
)
from translearn_core.errors import ConfigError
from translearn_core.results import Baselines, Forgetting, ProbeScores, Similarity, Trust
from translearn_core.runs import Run


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
    say(gather(about, config, others, lost), show, as_json=as_json)


def gather(
    run: Run, config: ExperimentConfig, others: dict[str, str | None], forgetting: ForgettingConfig
) -> dict[str, Any]:
    """Return what ``evidence --json`` prints; what was asked before is read, the rest computed."""
    job = run.job.id
    held = _answer(BaselinesConfig(job=job, scratch=others["scratch"]), Baselines, "baselines")
    probed = _answer(ProbeConfig(job=job), ProbeScores, "probes")
    trusted = _answer(TrustConfig(job=job), Trust, "trust")
    found: dict[str, Any] = {
        "run": run.id,
        "name": run.name,
        "accuracy": held.accuracy,
        "accuracy_interval": [held.accuracy_interval.low, held.accuracy_interval.high],
        "baselines": _part((held.sentence, *held.caveats), held.frame()),
        "probes": _part((), probed.frame().assign(selectivity=probed.selectivity.ravel())),
        "trust": _part(trusted.sentences, trusted.frame()),
    }
    if config.trains_backbone:
        moved = _answer(SimilarityConfig(job=job, sibling=others["sibling"]), Similarity, "what moved")
        lost = _answer(forgetting, Forgetting, "what was lost")
        found["moved"] = _part((moved.sentence,), moved.frame())
        found["lost"] = _part(lost.sentences(), lost.frame())
    return found


def show(found: dict[str, Any], page: Console) -> None:
    """Print every part: its sentences, then its table."""
    for part, title in TITLES.items():
        if part not in found:
            continue
        sentence(title, page, style="bold")
        for said in found[part]["sentences"]:
            sentence(said, page)
        if found[part]["table"]:
            page.print(_table(found[part]["table"]))


TITLES = {
    "baselines": "Did it help?",
    "probes": "What does each layer know?",
    "moved": "What moved?",
    "lost": "What was lost?",
    "trust": "Can it be trusted?",
}
"""The parts there may be, as they are called."""


def _answer(asked: Frozen, kind: Any, called: str) -> Any:
    return answer(ask(asked, called), kind)


def _job(run: str | None) -> str | None:
    return None if run is None else find(run).job.id


def _part(sentences: tuple[str, ...], frame: pd.DataFrame) -> dict[str, Any]:
    return {"sentences": list(filter(None, sentences)), "table": json.loads(frame.to_json(orient="records"))}


def _table(lines: list[dict[str, Any]]) -> Table:
    told = [name for name in lines[0] if name != "verdict"]
    table = Table(*map(escape, told), box=SIMPLE_HEAD)
    for line in lines:
        table.add_row(*(_cell(line[name]) for name in told))
    return table


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else escape(str(value))
