"""Notes under figures: the owner's own line, editable where the run or study is theirs."""

import hashlib
from dataclasses import dataclass

from pages._ui.shell import errors, st, state
from pages._ui.shell.formatting import plain
from translearn_core.runs import Notes
from translearn_core.runs.personal.notes import LONGEST_NOTE


@dataclass(frozen=True)
class NoteSubject:
    """The run or study that the page shows, whose it is, and whether this browser may write."""

    owner: str
    id: str
    editable: bool


_SUBJECT = "note_subject"


def begin(id: str) -> None:
    """Let the figures that follow on this page have notes on one of the owner's runs or studies."""
    state.set_value(_SUBJECT, NoteSubject(state.owner(), id, True))


def begin_read_only(owner: str, id: str) -> None:
    """Show the notes of another owner under the figures that follow on this page."""
    state.set_value(_SUBJECT, NoteSubject(owner, id, False))


def end() -> None:
    """Let the figures that follow have no notes."""
    state.set_value(_SUBJECT, None)


def under(figure: str) -> None:
    """Show the note on the figure above, and a pencil to write it; nothing where there is no subject."""
    subject: NoteSubject | None = state.get_value(_SUBJECT)
    if subject is None or not figure:
        return
    note = Notes(state.store()).all(subject.owner, subject.id).get(figure, "")
    if not subject.editable:
        if note:
            _show(note)
        return
    key = f"note-{hashlib.sha256(f'{subject.id} {figure}'.encode()).hexdigest()[:12]}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if note:
            _show(note)
        label = "Edit" if note else "Add a note"
        with st.popover(label, icon=":material/edit_note:", type="tertiary", width="content"):
            state.init_widget(key, note)
            st.text_area(
                "Your note on this figure",
                note,
                key=key,
                max_chars=LONGEST_NOTE,
                on_change=_save,
                args=(subject, figure, key),
                help="It stands here, in the report and on the shared page. Empty it to delete it.",
            )


def _show(note: str) -> None:
    st.markdown(f":material/edit_note: {plain(note)}", width="stretch")


def _save(subject: NoteSubject, figure: str, key: str) -> None:
    with errors.show_errors():
        Notes(state.store()).set(state.owner(), subject.id, figure, str(state.get_value(key)))
