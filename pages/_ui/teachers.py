"""Who may teach: finished runs that know the same column of the same table."""

import streamlit as st

from pages._ui import chosen, forms, state
from translearn_core.config import DataConfig, ExperimentConfig, Fix
from translearn_core.errors import ConfigError
from translearn_core.runs import Run

RARE = (Fix.DROP_RARE, Fix.MERGE_RARE)
"""Decisions under which it matters from when on a class is rare."""


def able(data: DataConfig) -> dict[str, str]:
    """Return the names of the runs that could teach on this table, by their jobs, the newest first."""
    return {run.job.id: run.name for run in chosen.with_results() if _knows(run, data)}


def choose(data: DataConfig, key: str, *, begin: str | None = None, lacking: str) -> str | None:
    """Choose the run that teaches, `begin` at first; says what is `lacking` where there is none."""
    names = able(data)
    if not names:
        st.caption(lacking)
        return None
    first = begin if begin in names else next(iter(names))
    state.seed(key, first)
    if state.value(key) not in names:
        state.put(key, first)
    found: str | None = st.selectbox(
        forms.LABELS["teacher"], list(names), format_func=names.__getitem__, key=key, persist_state="session"
    )
    return found


def check(experiment: ExperimentConfig) -> None:
    """Raise `ConfigError` if an experiment's teacher is gone, or knows other labels."""
    if experiment.distil is None or experiment.distil.teacher in able(experiment.data):
        return
    known = {run.job.id: run.name for run in chosen.runs()}
    raise ConfigError(
        forms.LABELS["teacher"],
        known.get(experiment.distil.teacher, experiment.distil.teacher),
        f"a finished run on the labels of column {experiment.data.label!r} of this table; the Recipe page "
        "offers those there are, or to learn without one",
    )


def _knows(run: Run, data: DataConfig) -> bool:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    names = ["dataset", "label", "fixes"] + ["rare_below"] * any(fix in RARE for fix in data.fixes)
    return all(getattr(config.data, name) == getattr(data, name) for name in names)
