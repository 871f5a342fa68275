"""Altered copies of training texts: how many, how much altered, how many rows that makes, and examples."""

import streamlit as st
from pydantic import ValidationError

from pages._ui.forms import config_fields
from pages._ui.shell import errors, jobs, result_cache, state, tables
from translearn_core.config import AugmentationPreviewConfig, AugmentConfig
from translearn_core.errors import ConfigError
from translearn_core.results import AugmentationPreview, Diagnosis

WHAT = (
    "The model can also learn from altered copies of your training texts, in which some words are left out, "
    "swapped, or joined by a similar one. That helps most where there are few rows. Validation and test rows "
    "are never altered."
)
"""What this is for."""

FRESH = "A backbone with fresh weights does not know which words are similar, so none are added."

FIELDS = ("copies", "delete", "swap", "insert")
EXAMPLES = 5
LINES = 74
"""Height of a row of examples in pixels: three lines of a text are seen."""

COLUMNS: dict[str, object] = {
    "original": st.column_config.TextColumn("your text", width=335),
    "altered": st.column_config.TextColumn("altered copy", width=335),
    "left out": st.column_config.NumberColumn(width=70, help="words left out"),
    "swapped": st.column_config.NumberColumn(width=70, help="times two words changed places"),
    "added": st.column_config.NumberColumn(width=70, help="similar words put beside others"),
}
"""How the columns of the examples are called on screen."""


def panel(draft: state.Draft) -> AugmentConfig:
    """Draw the form, what it comes to and, if asked for, examples; return what was chosen."""
    st.markdown(WHAT)
    try:
        with st.grid(4, min_column_width=150):
            augment = config_fields.edit(draft.augment, FIELDS, "augment")
    except (ConfigError, ValidationError) as problem:
        errors.show_error(problem)
        return draft.augment
    st.caption(amount(augment, _training_rows(draft)))
    if augment.insert and draft.backbone.random_init:
        st.caption(FRESH)
    _examples(draft, augment)
    return augment


def amount(augment: AugmentConfig, rows: int | None) -> str:
    """Say how many rows the copies make; `rows` are the training texts, None where that is not known yet."""
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
    run = jobs.found(draft.diagnose)
    diagnosis = result_cache.cached_result(run, Diagnosis) if run is not None else None
    return None if diagnosis is None else int(diagnosis.counts["train"].sum())


def _examples(draft: state.Draft, augment: AugmentConfig) -> None:
    if draft.data is None or not (augment.delete or augment.swap or augment.insert):
        return
    one = augment.model_copy(update={"copies": 1})
    asked = AugmentationPreviewConfig(data=draft.data, backbone=draft.backbone, augment=one, texts=EXAMPLES)
    if jobs.found(asked) is None:
        if not st.button("Show examples", key="preview_augmentation", icon=":material/visibility:"):
            return
        jobs.submit(asked)
        st.rerun()
    found = jobs.submit_and_watch(asked, AugmentationPreview, "Altering a few texts")
    if found is not None:
        frame = found.frame()
        st.dataframe(frame, hide_index=True, key="alterations", column_config=COLUMNS, row_height=LINES)
        tables.download(frame, "altered texts", key="alterations")
