"""Form of contrastive fine-tuning: the pairs of texts and their loss."""

from pages._ui.forms import config_fields
from pages._ui.shell import st, state
from translearn_core.config import PairLoss
from translearn_core.config.few_labels.contrastive import DEFAULT_TEMPERATURE


def edit() -> None:
    """Draw the settings of the draft's pairs, and a button that goes back to labels alone."""
    before = state.draft().contrastive
    assert before is not None
    sharp = before.loss is PairLoss.SUPERVISED
    with st.grid(3):
        after = config_fields.edit(before, ("loss", "draws", *("temperature",) * sharp), "contrastive")
    if after.loss is PairLoss.COSINE:
        after = after.model_copy(update={"temperature": DEFAULT_TEMPERATURE})
    st.button("Learn from labels alone", key="no_contrastive", on_click=_remove)
    if after != before:
        state.change(contrastive=after)
        st.rerun()


def _remove() -> None:
    state.change(contrastive=None)
