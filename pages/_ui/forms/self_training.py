"""Form of self-training: how rows without a label are learned from."""

from pydantic import ValidationError

from pages._ui.forms import config_fields
from pages._ui.shell import errors, jobs, st, state
from pages._ui.shell.formatting import count
from translearn_core.config import SelfTrainingConfig, SelfTrainingMethod
from translearn_core.errors import ConfigError
from translearn_core.jobs import ReadConfig

WHAT = (
    "Rows without a label can be learned from too. *Self-training*: predictions that the model is sure of "
    "become labels, and training starts again with them. *Consistency*: an altered copy of a text is to get "
    "the label of the text. Neither reads a validation or test text."
)
OFF = "Off"
KEY = "optional: with it the Results page says how often pseudo-labels were right; it is never learned from"
STAGES = "It does not go with stages, distillation, domain adaptation or TF-IDF: leave those out first."


def section(unlabelled: int) -> None:
    """Draw the form for so many texts without a label, and put what is chosen into the draft."""
    with st.expander(
        f"Rows without a label: {count(unlabelled)} (self-training)", icon=":material/autorenew:"
    ):
        st.markdown(WHAT)
        draft = state.draft()
        if not draft.can_self_train:
            st.caption(STAGES)
            return
        chosen = _config(draft)
        key = draft.label_key if chosen is None else _label_key(draft)
    if (chosen, key) != (draft.self_training, draft.label_key):
        state.change(self_training=chosen, label_key=key)
        st.rerun()


def _config(draft: state.Draft) -> SelfTrainingConfig | None:
    """Choose the method and its settings; None: off."""
    options = [OFF, *(str(method) for method in draft.self_training_methods)]
    current = OFF if draft.self_training is None else str(draft.self_training.method)
    state.init_widget("self_training.method", current)
    method = st.segmented_control(
        "Rows without a label",
        options,
        key="self_training.method",
        required=True,
        format_func=lambda name: name.replace("_", "-").capitalize(),
        label_visibility="collapsed",
    )
    if method == OFF:
        return None
    chosen = draft.self_training
    if chosen is None or str(chosen.method) != method:
        chosen = SelfTrainingConfig(method=SelfTrainingMethod(method))
    own = ("ratio",) if chosen.per_step else ("rounds", "balanced")
    try:
        with st.grid(4, min_column_width=150):
            return config_fields.edit(chosen, ("threshold", *own, "weight"), "self_training")
    except (ConfigError, ValidationError) as problem:
        errors.show_error(problem)
        return draft.self_training


def _label_key(draft: state.Draft) -> str | None:
    """Choose the column with the true labels, if the table has one."""
    profile = None if draft.dataset is None else jobs.known(ReadConfig(dataset=draft.dataset))
    if profile is None or draft.data is None:
        return draft.label_key
    taken = (*draft.data.text_columns, *draft.data.target_columns)
    names = [column.name for column in profile.columns if column.name not in taken]
    return config_fields.column(config_fields.LABELS["label_key"], names, draft.label_key, "label_key", KEY)
