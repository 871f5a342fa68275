"""File of texts without labels beside a table: bring one, see how many texts it has, or leave it out."""

from pathlib import Path

from pages._ui.datasets import data_sources
from pages._ui.shell import errors, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config.table_edits import UNLABELLED, CellEdit, Edit, NewColumn, RowDrop
from translearn_core.results import TableProfile
from translearn_core.results.format import count_noun
from translearn_core.runs import Dataset

WHAT = (
    "Texts that nobody has labelled, in a file with the same columns; the label column may be missing, and "
    "what stands in it is not read. Self-training, domain adaptation, label spreading and pre-training learn "
    "from them, Clusters groups them with the others, and Which row next? chooses among them, too. One that "
    "gets a label trains from then on; the others are in none of train, validation and test."
)

LEFT_OUT = "unlabelled_file.left_out"
"""Session key of an added column that was left out when the texts came."""


def panel(dataset: Dataset, reading: TableProfile | None) -> None:
    """Offer to bring a file of texts without labels, or say what the data set's own one holds."""
    sources = state.store().workspace.source_paths(dataset.digest)
    brought = UNLABELLED in sources
    title = "Texts without labels, in a file of their own"
    if brought and reading is not None:
        title = f"{count_noun(reading.parts.get(UNLABELLED, 0), 'row')} in the file of texts without labels"
    with st.expander(plain(title), icon=":material/label_off:", expanded=brought and reading is None):
        st.markdown(WHAT)
        edits = state.store().workspace.edits(dataset.digest)
        if brought and edits is not None and any(_of_texts(edit) for edit in edits.edits):
            st.caption("Some of them have a label in this version: the file belongs to it.")
            return
        if brought:
            if (column := state.get_value(LEFT_OUT)) is not None:
                st.caption(
                    plain(
                        f"Column '{column}', which you had added, has no value for these texts and was left "
                        "out: add it again on the page Domains, for all of them."
                    )
                )
            if st.button("Leave this file out", key="leave_out_unlabelled", icon=":material/undo:"):
                _open(dataset, {part: path for part, path in sources.items() if part != UNLABELLED})
            return
        file = data_sources.file_uploader(UNLABELLED, data_sources.PARTS[UNLABELLED], "add_unlabelled")
        if file is not None:
            _open(dataset, sources, file.getvalue())


def _open(dataset: Dataset, sources: dict[str, Path], texts: bytes | None = None) -> None:
    """Open the data set of these files and of a file of texts; the edits of the table come with it."""
    with errors.show_errors():
        store, owner = state.store(), state.owner()
        files = {part: path.read_bytes() for part, path in sources.items()}
        if texts is not None:
            files[UNLABELLED] = texts
        edits, drafts = store.workspace.edits(dataset.digest), store.draft_edits(owner, dataset.digest)
        options = store.workspace.read_options(dataset.digest)
        name = dataset.name if edits is None else dataset.name.removesuffix(f", version {edits.number}")
        opened = store.add_dataset(owner, name, files, options=options)
        kept = () if edits is None else edits.edits
        if UNLABELLED not in files:
            kept = tuple(map(_without_texts, kept))
        elif texts is not None:
            kept = _without_domains(kept)
        if edits is not None and kept:
            edits = edits.model_copy(update={"original": opened.digest, "edits": kept})
            opened = store.add_dataset(owner, dataset.name, files, options=options, edits=edits)
        store.save_draft_edits(owner, opened.digest, drafts)
        state.reset_uploader("add_unlabelled")
        state.open_version(opened.digest)
        st.rerun()


def _without_domains(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Leave out an added column of domains, such as languages, which new texts have no value of; say so."""
    domains = state.draft().domains
    added = {one.column for one in edits if isinstance(one, NewColumn)}
    if domains is None or domains.column not in added:
        return edits
    state.change(domains=None)
    state.set_value(LEFT_OUT, domains.column)
    return tuple(one for one in edits if getattr(one, "column", None) != domains.column)


def _of_texts(edit: Edit) -> bool:
    """Whether an edit changes a row of the file of texts."""
    return isinstance(edit, CellEdit | RowDrop) and edit.part == UNLABELLED


def _without_texts(edit: Edit) -> Edit:
    """Return an edit that names no row of the file of texts."""
    if not isinstance(edit, NewColumn):
        return edit
    return edit.model_copy(
        update={"values": tuple(value for value in edit.values if value.part != UNLABELLED)}
    )
