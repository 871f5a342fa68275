"""Data augmentation form (EDA): settings, number of extra rows, examples."""

from pydantic import ValidationError

from pages._ui.forms import config_fields
from pages._ui.runs import run_actions
from pages._ui.shell import errors, jobs, st, state, tables
from translearn_core.config import AugmentConfig, ProblemType
from translearn_core.errors import ConfigError
from translearn_core.jobs import AugmentationPreviewConfig

WHAT = (
    "Data augmentation adds altered copies of your training texts, in which some words are deleted, swapped "
    "or followed by a similar one. That helps most where there are few rows. Validation and test rows are "
    "never altered."
)

NO_WORDS = "Words are labelled where they stand, so texts of words are not altered."
FRESH = "A backbone with random weights does not know which words are similar, so none are added."

FIELDS = ("copies", "delete", "swap", "insert")
EXAMPLES = 5
LINES = 74
"""Row height of the examples in pixels: three lines of text."""

COLUMNS: dict[str, object] = {
    "original": st.column_config.TextColumn("your text", width=335),
    "altered": st.column_config.TextColumn("altered copy", width=335),
    "left out": st.column_config.NumberColumn(width=70, help="words deleted"),
    "swapped": st.column_config.NumberColumn(width=70, help="number of swaps of two words"),
    "added": st.column_config.NumberColumn(width=70, help="similar words inserted"),
}
"""Column labels of the examples."""


def panel(draft: state.Draft) -> AugmentConfig:
    """Draw the form, the number of extra rows and, on request, examples; return the config."""
    st.markdown(WHAT)
    if draft.problem is ProblemType.TOKENS:
        st.caption(NO_WORDS)
        return AugmentConfig()
    try:
        with st.grid(4, min_column_width=150):
            augment = config_fields.edit(draft.augment, FIELDS, "augment")
    except (ConfigError, ValidationError) as problem:
        errors.show_error(problem)
        return draft.augment
    st.caption(extra_rows_note(augment, _training_rows(draft)))
    if augment.insert and draft.backbone.random_init:
        st.caption(FRESH)
    _examples(draft, augment)
    return augment


def extra_rows_note(augment: AugmentConfig, rows: int | None) -> str:
    """Return a sentence on the extra rows; `rows` is the number of training texts, None if not known."""
    if not augment.copies:
        return "Off: the model learns from your texts as they are."
    copies = "1 copy" if augment.copies == 1 else f"{augment.copies} copies"
    if rows is None:
        return f"{copies} of every training text, only for training."
    return (
        f"{copies} each of {rows:,} training texts: {rows * augment.copies:,} more rows, only for training."
    )


def _training_rows(draft: state.Draft) -> int | None:
    if draft.diagnose is None:
        return None
    diagnosis = jobs.known(draft.diagnose)
    return None if diagnosis is None else diagnosis.rows["train"]


def _examples(draft: state.Draft, augment: AugmentConfig) -> None:
    if draft.data is None or not (augment.delete or augment.swap or augment.insert):
        return
    single = augment.model_copy(update={"copies": 1})
    preview_config = AugmentationPreviewConfig(
        data=draft.data, backbone=draft.backbone, augment=single, texts=EXAMPLES
    )
    if jobs.find_run(preview_config) is None:
        if not st.button("Show examples", key="preview_augmentation", icon=":material/visibility:"):
            return
        jobs.submit(preview_config)
        st.rerun()
    preview = run_actions.result_or_stop(preview_config, "stop-augmentation")
    if preview is not None:
        frame = preview.frame()
        st.dataframe(frame, hide_index=True, key="alterations", column_config=COLUMNS, row_height=LINES)
        tables.download(frame, "altered texts", key="alterations")
