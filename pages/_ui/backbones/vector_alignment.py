"""Alignment of two tables of word vectors: form and result."""

from collections.abc import Sequence
from typing import Any

from pages._ui.backbones import backbone_names
from pages._ui.backbones.start_button import start_button
from pages._ui.shell import st, tables
from pages._ui.shell.formatting import plain, short
from translearn_core.config import ADAPTED, GLOVE, AlignVectorsConfig, BackboneConfig
from translearn_core.jobs import WORD_VECTORS
from translearn_core.results import VectorAlignment
from translearn_core.runs import Run, State

WHAT = (
    "Vectors trained on two collections of texts lie in two spaces. Words that occur in both are anchors: an "
    "orthogonal map brings the second table onto the first. The result is a backbone that reads the words of "
    "both, so that a task learned on texts of the one can be tried on those of the other."
)


def begin(made: Sequence[Run[Any]]) -> None:
    """Draw the form that starts an alignment."""
    st.markdown(WHAT)
    trained = [run for run in made if run.job.spec is WORD_VECTORS and run.state is State.DONE]
    if not trained:
        st.caption("Train word vectors first: two of the same width, or one of 50 numbers beside GloVe.")
        return
    names = {f"{ADAPTED}{run.job.id}": short(run.name, 60) for run in trained} | {GLOVE: GLOVE}
    left, right = st.columns(2)
    first = left.selectbox("Stays as it is", list(names), format_func=names.__getitem__, key="align_first")
    others = [id for id in names if id != first]
    second = right.selectbox("Is mapped", others, format_func=names.__getitem__, key="align_second")
    config = AlignVectorsConfig(first=BackboneConfig(id=first), second=BackboneConfig(id=second))
    start_button(config, short(f"{names[second]} aligned with {names[first]}", 100), "align_vectors")


def show_result(run: Run, result: VectorAlignment) -> None:
    """Show how well the map brings words together that it was not fitted on."""
    tell = backbone_names.name_lookup()
    st.markdown(plain(result.sentence))
    frame = result.frame().assign(first=tell(result.first), second=tell(result.second))
    tables.table(frame, "alignment", key=f"alignment-{run.id}")
