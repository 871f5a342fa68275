"""Test sentences of a class: written at the seats, and tried on the models of all seats on the board."""

from pages._ui.rooms import board_style
from pages._ui.rooms.board_access import Viewer
from pages._ui.shell import errors, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.lessons import cross_test
from translearn_core.lessons.board import study_name
from translearn_core.lessons.lesson import Lesson
from translearn_core.plots import lesson_board
from translearn_core.results.format import count_noun
from translearn_core.runs import Seat
from translearn_core.runs.rooms.overview import room_runs
from translearn_core.runs.rooms.records import RoomRun, RoomText
from translearn_core.runs.rooms.texts import LONGEST_TEXT, MOST_TEXTS, RoomTexts, submit_predictions

SHOWN = 8
"""Sentences of the figure."""
SENTENCE_COLUMNS: dict[str, object] = {
    "sentence": "Sentence",
    "label": "Right label",
    "models_right": tables.percent("Models that are right"),
    "written_by": "Written by",
}
"""Titles of the table of sentences."""


def write(seat: Seat, taken: Lesson) -> None:
    """Let a seat write test sentences for the models of the class."""
    labels = cross_test.sample_labels(next(iter(taken.experiments.values())))
    own = [one for one in RoomTexts(state.store()).all(seat.room) if one.seat.id == seat.id]
    with st.expander("Your test sentences", icon=":material/edit_note:"):
        st.markdown(
            f"Write up to {MOST_TEXTS} sentences that will be hard for the models of the class, and choose "
            "the label that is right. The board tries them on the models of all seats."
        )
        for one in own:
            with st.container(horizontal=True, vertical_alignment="center", key=f"text-{one.id}"):
                st.text(one.text, width="stretch")
                st.caption(plain(one.label), width="content")
                st.button("Take out", key=f"drop-{one.id}", type="tertiary", icon=":material/close:",
                          on_click=_remove, args=(seat, one))  # fmt: skip
        if len(own) < MOST_TEXTS:
            with st.form("test_sentence", border=False, clear_on_submit=True):
                text = st.text_input("Sentence", key="test_text", max_chars=LONGEST_TEXT)
                label = st.radio("The right label", labels, None, key="test_label", horizontal=True,
                                 format_func=plain)  # fmt: skip
                pressed = st.form_submit_button("Add it", key="add_text", icon=":material/add:")
            if pressed:
                with errors.show_errors():
                    if label is None:
                        errors.show_warning("Choose the label that is right for your sentence.")
                    else:
                        RoomTexts(state.store()).add(seat, text, label)
                        st.rerun()


def _remove(seat: Seat, text: RoomText) -> None:
    with errors.show_errors():
        RoomTexts(state.store()).remove(seat, text.id)


def board(viewer: Viewer, taken: Lesson) -> None:
    """Show which sentences are hard, and the models of all seats on the sentences of each."""
    with errors.show_errors():
        texts, runs = RoomTexts(state.store()).all(viewer.room.id), _models(viewer, taken)
        sentences, models = count_noun(len(texts), "test sentence"), count_noun(len(runs), "model")
        st.caption(f"{sentences} and {models} so far.")
        if not texts or not runs:
            st.markdown(
                "Seats write test sentences on the page **Classroom**. They are tried on the models of the "
                "seats whose live run has finished."
            )
            return
        found = cross_test.cross_test(state.store(), runs, texts)
        missing = len(runs) - len(found.predicted)
        if viewer.seat is None and missing:
            if st.button("Try all sentences on all models", key="try_texts", icon=":material/play_arrow:"):
                submit_predictions(state.store(), runs, texts)
                ensure_engine(settings())
            st.caption(f"{count_noun(missing, 'model')} without predictions of all sentences.")
        if found.predicted:
            _figures(viewer, found)


def _models(viewer: Viewer, taken: Lesson) -> list[RoomRun]:
    names = [study_name(one) for one in taken.experiments.values()]
    return cross_test.models_of(room_runs(state.store(), viewer.room.id, names))


def _figures(viewer: Viewer, found: cross_test.CrossTest) -> None:
    hidden, dark, code = viewer.room.names_hidden, page_header.dark(), viewer.room.code
    frame = found.hardest(hidden=hidden)
    shares = dict(zip(frame["sentence"][:SHOWN], frame["models_right"][:SHOWN], strict=True))
    board_style.figure(
        lesson_board.hardest_bars(shares, dark), frame, f"class_{code}_sentences", key="board-hardest",
        alt=f"Hardest test sentences of the class: {'; '.join(shares)}", config=SENTENCE_COLUMNS,
    )  # fmt: skip
    if len(found.predicted) > 1:
        matrix = found.matrix(hidden=hidden)
        picture = lesson_board.cross_matrix(matrix.to_numpy(), list(matrix.index), list(matrix.columns), dark)
        board_style.figure(
            picture, matrix.rename_axis("sentences_of").reset_index(), f"class_{code}_models",
            key="board-cross", alt="Accuracy of each seat's model on each seat's test sentences",
            config={"sentences_of": "Sentences of"},
        )  # fmt: skip
