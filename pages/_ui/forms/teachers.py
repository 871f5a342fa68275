"""Who may teach: finished runs that know the same column of the same table, the best on validation first."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

import streamlit as st

from pages._ui.backbones import backbone_names
from pages._ui.forms import config_fields
from pages._ui.runs import run_picker
from pages._ui.shell import result_cache, state
from pages._ui.shell.formatting import percent, squeezed
from translearn_core.config import CleaningRule, DataConfig, ExperimentConfig
from translearn_core.errors import ConfigError
from translearn_core.results import RunSummary
from translearn_core.runs import Run

RARE = (CleaningRule.DROP_RARE, CleaningRule.MERGE_RARE)
"""Decisions under which it matters from when on a class is rare."""
BETWEEN = ", "
"""What stands between the parts of a name that was proposed."""
LONGEST = 44
"""Signs of a name that are shown."""
ORDER = "the best first: the share of the validation texts that a run gets right, then its name"


def eligible_teachers(data: DataConfig) -> list[tuple[Run, RunSummary]]:
    """Return the runs that could teach on this table with their scores, the best on validation first."""
    known = [
        (run, result_cache.cached_result(run, RunSummary))
        for run in run_picker.runs_with_results()
        if _knows(run, data)
    ]
    there = [(run, found) for run, found in known if found is not None]
    return sorted(there, key=lambda one: -one[1].validation.accuracy)


def choose(data: DataConfig, key: str, *, begin: str | None = None, lacking: str) -> str | None:
    """Choose the run that teaches, `begin` at first, else the best; says what is `lacking` where none is."""
    found = eligible_teachers(data)
    if not found:
        st.caption(lacking)
        return None
    names = _told(found)
    first, offered = begin if begin in names else next(iter(names)), f"{key}.offered"
    if state.get_value(key) not in names or state.get_value(key) == state.get_value(
        offered
    ):  # nobody chose it
        state.set_value(key, first)
    state.set_value(offered, first)
    job: str = st.selectbox(
        config_fields.LABELS["teacher"],
        list(names),
        format_func=names.__getitem__,
        key=key,
        help=ORDER,
        persist_state="session",
    )
    summary = next(summary for run, summary in found if run.job.id == job)
    if summary.validation.accuracy_interval.low <= summary.majority:
        st.warning(
            f"This run gets {percent(summary.validation.accuracy)} of the validation texts right, which may "
            f"be no better than always giving the commonest class ({percent(summary.majority)}): there is "
            "little to learn from it.",
            icon=":material/warning:",
        )
    return job


def check(experiment: ExperimentConfig) -> None:
    """Raise `ConfigError` if an experiment's teacher is gone, or knows other labels."""
    if experiment.distil is None:
        return
    if any(run.job.id == experiment.distil.teacher for run, _ in eligible_teachers(experiment.data)):
        return
    raise ConfigError(
        config_fields.LABELS["teacher"],
        called(experiment.distil.teacher),
        f"a finished run on the labels of column {experiment.data.label!r} of this table; the Recipe page "
        "offers those there are, or to learn without one",
    )


def called(job: str) -> str:
    """Return the name of the run that teaches; the id of its job where it is gone."""
    return next((run.name for run in run_picker.pick_runs() if run.job.id == job), job)


def _told(found: Sequence[tuple[Run, RunSummary]]) -> dict[str, str]:
    """Return by job what is shown of each run: its score, and of its name what the others do not begin with.

    Two that would be shown alike have a short id behind them, since a box takes them for one.
    """
    parts = [run.name.split(BETWEEN) for run, _ in found]
    alike = takewhile(lambda same: len(set(same)) == 1, zip(*parts, strict=False))
    shared = min(sum(1 for _ in alike), *(len(one) - 1 for one in parts))
    told = {
        run.job.id: f"{percent(summary.validation.accuracy)}  ·  "
        + squeezed(BETWEEN.join(one[shared:]), LONGEST)
        for one, (run, summary) in zip(parts, found, strict=True)
    }
    often = Counter(told.values())
    return {job: text + f" ({job[: backbone_names.SHORT]})" * (often[text] > 1) for job, text in told.items()}


def _knows(run: Run, data: DataConfig) -> bool:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    names = ["dataset", "label", "fixes"] + ["rare_below"] * any(fix in RARE for fix in data.fixes)
    return all(getattr(config.data, name) == getattr(data, name) for name in names)
