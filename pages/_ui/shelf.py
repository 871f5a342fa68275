"""Runs and data sets as rows with what can be done with each."""

from collections.abc import Sequence

import streamlit as st

from pages._ui import kept, live, places, scores, sources, state, tables
from pages._ui.words import ago, duration, percent, size
from translearn_core.engine import engine_status, ensure_engine
from translearn_core.results import RunSummary
from translearn_core.runs import Dataset, Run, State
from translearn_core.settings import settings

PAGE = 20
"""Runs on one screen."""


def engine() -> None:
    """Say whether the engine is there."""
    status = engine_status(settings())
    word = "ready" if status.ready else "starting" if status.alive else "asleep"
    help_ = "; ".join(status.devices) or "it starts by itself when there is something to do"
    st.metric("Engine", word, border=True, help=help_)


def runs(mine: Sequence[Run]) -> None:
    """Show runs as rows, and all of them as a table for a spreadsheet."""
    pages = -(-len(mine) // PAGE)
    page = st.pagination(pages, key="runs_page") if pages > 1 else 1
    with st.container(gap="small"):
        for run in mine[(page - 1) * PAGE : page * PAGE]:
            _row(run)
    with st.expander("As a table", icon=":material/table_rows:"):
        tables.table(scores.comparison(mine), "runs", key="runs", config=scores.COLUMNS, order=scores.ORDER)


def datasets(mine: Sequence[Dataset]) -> None:
    """Show data sets as rows."""
    for dataset in mine:
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"dataset-{dataset.id}"
        ):
            st.text(dataset.name, width="stretch")
            st.caption(f"{size(dataset.bytes)}, {ago(dataset.created)}", width="content")
            if st.button("Open", key=f"open-{dataset.id}", type="tertiary", icon=":material/arrow_forward:"):
                state.open_dataset(dataset.digest)
                places.go("data")
            if st.button("Delete", key=f"delete-{dataset.id}", type="tertiary", icon=":material/delete:"):
                sources.confirm_delete(dataset.digest, dataset.name)


def _row(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"run-{run.id}"):
        live.badge(run)
        st.text(run.name, width="stretch")
        st.caption(_facts(run), width="content")
        if st.button("Open", key=f"open-{run.id}", type="tertiary", icon=":material/arrow_forward:"):
            places.go("run" if run.state is not State.DONE else "results", run=run.id)
        with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
            _menu(run)


def _facts(run: Run) -> str:
    found = kept.result(run, RunSummary) if not run.state.live else None
    facts = [f"accuracy {percent(found.test.accuracy)}", duration(found.seconds["total"])] if found else []
    if run.state.live:
        facts.append(live.where(run))
    weight = state.store().disk_of(run.job.id)
    return " · ".join([*facts, *([size(weight)] if weight else []), ago(run.created)])


def _menu(run: Run) -> None:
    state.seed(f"name-{run.id}", run.name)
    st.text_input("Name", key=f"name-{run.id}", max_chars=200, on_change=_rename, args=(run.id,))
    if run.state.live and not live.left(run):
        st.button(
            "Stop",
            key=f"stop-{run.id}",
            icon=":material/stop:",
            on_click=_stop,
            args=(run.id,),
            width="stretch",
        )
    if live.left(run):
        st.caption(live.LEFT)
    if run.state in (State.STOPPED, State.FAILED) or live.left(run):
        st.button(
            "Resume",
            key=f"resume-{run.id}",
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(run.id,),
            width="stretch",
        )
    sure = st.checkbox("Yes, delete it with its results", key=f"sure-{run.id}")
    st.button(
        "Delete",
        key=f"delete-{run.id}",
        icon=":material/delete:",
        on_click=_delete,
        args=(run.id,),
        disabled=not sure,
        width="stretch",
    )


def _rename(run: str) -> None:
    if name := str(state.value(f"name-{run}")).strip():
        state.store().rename(state.owner(), run, name)


def _stop(run: str) -> None:
    state.store().ask_to_stop(state.owner(), run)


def _resume(run: str) -> None:
    state.store().resume(state.owner(), run)
    ensure_engine(settings())


def _delete(run: str) -> None:
    state.store().delete_run(state.owner(), run)
    if state.last_run() == run:
        state.remember_run(None)
