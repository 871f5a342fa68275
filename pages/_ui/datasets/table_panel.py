"""A table as it was read: its name and size, how it was read, its columns and findings."""

from pages._ui.datasets import data_sources, findings, read_options, unlabelled_file
from pages._ui.shell import jobs, navigation, st, state, tables
from pages._ui.shell.formatting import size
from translearn_core.jobs import ReadConfig
from translearn_core.results import TableProfile
from translearn_core.results.format import count_noun
from translearn_core.runs import Dataset


def panel(dataset: Dataset) -> TableProfile:
    """Show a data set and return its profile; end the page while it is being read, or if it cannot be."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(dataset.name)
        st.caption(f"{size(dataset.bytes)}; your storage: {size(state.store().disk(state.owner()))}")
        if st.button("Delete", key="delete_dataset", type="tertiary", icon=":material/delete:"):
            data_sources.confirm_delete(dataset.digest, dataset.name)
    read_config = ReadConfig(dataset=dataset.digest)
    reading = jobs.submit_and_watch(read_config)
    if reading is not None or jobs.failed(read_config):
        read_options.panel(dataset, reading, state.open_dataset)
        unlabelled_file.panel(dataset, reading)
    if reading is None:
        navigation.stop_page()
    st.subheader(
        f"{count_noun(reading.rows, 'row')}, {count_noun(len(reading.columns), 'column')}", anchor=False
    )
    st.dataframe(reading.preview, hide_index=True, height=230, key="preview")
    with st.expander("About each column", icon=":material/view_column:"):
        tables.table(reading.frame(), "columns", key="columns")
    findings.cards(reading.findings, "read")
    return reading
