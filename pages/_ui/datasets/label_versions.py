"""Versions of a data set: choose one, download it, and train again on it."""

import streamlit as st

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, navigation, result_cache, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.config.table_edits import NewColumn, TableEdits
from translearn_core.data.columns import file_columns
from translearn_core.data.table_edits import describe_edit
from translearn_core.jobs import ReadConfig
from translearn_core.results import TableProfile
from translearn_core.runs import Dataset, Run

MOST = 200
"""Most edits listed; the table holds all."""


def picker(dataset: Dataset) -> None:
    """Show the versions of a data set and open the chosen one."""
    versions = state.store().versions(state.owner(), dataset.digest)
    if len(versions) < 2:
        st.caption(plain(dataset.name))
        return
    names = {version.digest: version.name for version in versions}
    state.set_value("data_version", dataset.digest)
    st.selectbox(
        "Version",
        list(names),
        format_func=names.__getitem__,
        key="data_version",
        on_change=lambda: state.open_version(state.get_value("data_version")),
    )


def latest_run(data: DataConfig) -> Run[ExperimentConfig] | None:
    """Return the newest run with results on exactly this data."""
    return next((run for run in run_picker.runs_with_results() if run.job.config.data == data), None)


def panel(dataset: Dataset) -> None:
    """Show what a version changed, its download, and runs to repeat on it."""
    workspace = state.store().workspace
    edits = workspace.edits(dataset.digest)
    if edits is None:
        return
    st.subheader(f"Version {edits.number}", anchor=False)
    with st.expander(f"{len(edits.edits):,} edits since the file came", icon=":material/history:"):
        st.markdown("\n".join(f"- {plain(describe_edit(edit))}" for edit in edits.edits[-MOST:][::-1]))
    read = jobs.find_run(ReadConfig(dataset=dataset.digest))
    profile = result_cache.cached_result(read, TableProfile) if read else None
    if profile is not None:
        tables.download(
            lambda: (table := workspace.edited_table(dataset.digest))[file_columns(table)],
            dataset.name.replace(", ", "-").replace(" ", "-"),
            key="edited_table",
            label="The corrected table as CSV",
            form=profile.formats[0],
        )
    with st.container(horizontal=True):
        navigation.link("search", "Find a good model")
        navigation.link("train", "Train a model")
    _train_again(dataset)


def _rows_of(edits: TableEdits | None) -> str:
    """Return the end of a sentence: whether both versions have the same test rows."""
    label = state.draft().label
    fresh = edits is not None and any(
        isinstance(edit, NewColumn) and edit.column == label and not edit.values for edit in edits.edits
    )
    if fresh:
        return ": the split is drawn anew, because more rows have a label, so scores are of other test rows."
    return ": all rows keep their split, so both runs can be compared on the same test rows."


def _train_again(dataset: Dataset) -> None:
    """Offer to repeat the newest runs of other versions on this one."""
    store, owner = state.store(), state.owner()
    others = {version.digest for version in store.versions(owner, dataset.digest)} - {dataset.digest}
    runs = [run for run in run_picker.runs_with_results() if run.job.config.data.dataset in others][:3]
    if not runs:
        return
    st.markdown(f"Train again on this version{_rows_of(store.workspace.edits(dataset.digest))}")
    for run in runs:
        config = run.job.config
        data = config.data.model_copy(update={"dataset": dataset.digest})
        again = config.as_new_run().model_copy(update={"data": data})
        done = jobs.find_run(again)
        with st.container(horizontal=True, vertical_alignment="center", key=f"again_on-{run.id}"):
            st.text(run.name)
            if done is not None:
                navigation.link("run", "See the run on this version", run=done.id)
                if run_picker.has_results(done) and st.button(
                    "Compare both", key=f"compare_versions-{run.id}", icon=":material/compare_arrows:"
                ):
                    state.set_value("compared", [done.id, run.id])
                    state.set_value("paired_first", run.id)
                    state.set_value("paired_second", done.id)
                    navigation.switch_to("compare")
            elif st.button("Train again", key=f"train_again-{run.id}", icon=":material/play_arrow:"):
                new = jobs.submit(again, f"{run.name}, version {store.version_number(dataset.digest)}")
                navigation.switch_to("run", run=new.id)
