"""Versions of a data set: choose one, download it, and train again on it."""

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, navigation, result_cache, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.config.table_edits import CellEdit, TableEdits, ValueRename
from translearn_core.data.columns import file_columns
from translearn_core.data.table_edits import describe_edit, shares_split
from translearn_core.jobs import ReadConfig
from translearn_core.results import TableProfile
from translearn_core.results.format import quote_list
from translearn_core.runs import Dataset, Run

MOST = 200
"""Most edits listed; the table holds all."""
KEPT = (
    "rows of validation and test stay there and rows with a new label train, so both runs can be compared on "
    "the same test rows, except where it says otherwise."
)
ANEW = "The split is drawn anew, because the labels were given in another version: its test rows are others."
MOVED = "they decide where a row stands, so some test rows are others."


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


def other_test_rows(edits: TableEdits | None, run: Run[ExperimentConfig]) -> str:
    """Say why a run, trained again on the version with `edits`, has other test rows; empty if it has not."""
    data, workspace = run.job.config.data, state.store().workspace
    theirs = workspace.edits(data.dataset)
    original = next((one.original for one in (edits, theirs) if one is not None), data.dataset)
    profile = jobs.known(ReadConfig(dataset=original))
    labels = [] if profile is None else [one.distinct for one in profile.columns if one.name == data.label]
    labelled = profile is None or any(distinct > 1 for distinct in labels)
    if not shares_split(edits, theirs, data.label or "", labelled_file=labelled):
        return ANEW
    domain = None if data.domains is None else data.domains.column
    deciding = {data.split.column, data.split.group, domain}
    versions = [() if one is None else one.edits for one in (edits, theirs)]
    changed = {
        edit.column
        for edit in {*versions[0]} ^ {*versions[1]}
        if isinstance(edit, CellEdit | ValueRename) and edit.column in deciding
    }
    return f"Cells of {quote_list(sorted(changed))} are others: {MOVED}" if changed else ""


def _train_again(dataset: Dataset) -> None:
    """Offer to repeat the newest runs of other versions on this one."""
    store, owner = state.store(), state.owner()
    others = {version.digest for version in store.versions(owner, dataset.digest)} - {dataset.digest}
    runs = [run for run in run_picker.runs_with_results() if run.job.config.data.dataset in others][:3]
    if not runs:
        return
    edits = store.workspace.edits(dataset.digest)
    st.markdown(f"Train again on this version: {KEPT}")
    for run in runs:
        config = run.job.config
        data = config.data.model_copy(update={"dataset": dataset.digest})
        again = config.as_new_run().model_copy(update={"data": data})
        done = jobs.find_run(again)
        with st.container(horizontal=True, vertical_alignment="center", key=f"again_on-{run.id}"):
            st.text(run.name)
            if why := other_test_rows(edits, run):
                st.caption(plain(why))
            if done is not None:
                navigation.link("run", "See the run on this version", run=done.id)
                if run_picker.has_results(done) and st.button(
                    "Compare both", key=f"compare_versions-{run.id}", icon=":material/compare_arrows:"
                ):
                    run_picker.compare(run, done)
            elif st.button("Train again", key=f"train_again-{run.id}", icon=":material/play_arrow:"):
                new = jobs.submit(again, f"{run.name}, version {store.version_number(dataset.digest)}")
                navigation.switch_to("run", run=new.id)
