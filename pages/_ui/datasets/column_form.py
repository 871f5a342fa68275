"""Column form: text and label columns, split, findings, class counts and text lengths."""

import streamlit as st

from pages._ui.datasets import findings, split_form
from pages._ui.forms import config_fields
from pages._ui.shell import page_header, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.results import Diagnosis, TableProfile
from translearn_core.results.format import count_noun, percent

LACKING = "Choose two different columns, one with the texts and one with the labels."
ONE_COLUMN = (
    "This table has one column, and two are needed to learn, one with the texts and one with the labels. "
    "Choose the delimiter above if the columns were not separated; texts alone can be classified on the "
    "Predict page."
)


def columns(reading: TableProfile) -> state.Draft:
    """Choose the columns, preset to the suggestion, and return the draft."""
    draft = state.accept(reading)
    if reading.suggestion.reason:
        st.caption(plain(reading.suggestion.reason))
    names = [column.name for column in reading.columns]
    left, right = st.columns(2)
    with left:
        text = config_fields.column("Text", names, draft.text, "text_column", "the model reads this column")
    with right:
        label = config_fields.column(
            "Label", names, draft.label, "label_column", "and learns to predict this one"
        )
    split, rare_class_below = split_form.split(draft, names, reading.parts)
    return state.change(text=text, label=label, split=split, rare_class_below=rare_class_below)


def shape(reading: TableProfile, diagnosis: Diagnosis) -> None:
    """Show findings, metrics, class counts and text lengths of the task."""
    findings.cards(diagnosis.findings, "task", findings.TaskShape(reading.suggestion, diagnosis.lengths))
    cut = f"longer than {diagnosis.token_limit} tokens: the rest of them is not read"
    with st.grid(4, min_column_width=150):
        st.metric(
            "Classes",
            len(diagnosis.classes),
            column_values(reading, state.draft().label, len(diagnosis.classes)),
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
        st.metric(
            "Tokens per text",
            f"{diagnosis.tokens_per_text:.0f}",
            border=True,
            help="mean number of tokens, words or pieces of words",
        )
        st.metric("Texts cut", percent(diagnosis.cut_share), border=True, help=cut)
        st.metric(
            "Unknown tokens",
            percent(diagnosis.unknown_share),
            border=True,
            help="share of tokens that are not in the model's vocabulary",
        )
    dark = page_header.dark()
    left, right = st.columns(2)
    with left:
        st.markdown("**Rows of each class**")
        picture = plots.class_counts(diagnosis, dark)
        tables.figure(picture, diagnosis.frame(), "classes", key="class_counts", alt="Rows of each class")
    with right:
        st.markdown("**Length of the texts**")
        picture = plots.text_lengths(diagnosis, dark)
        tables.figure(picture, diagnosis.lengths, "lengths", key="text_lengths", alt="Tokens of the texts")


def column_values(reading: TableProfile, label: str | None, classes: int) -> str | None:
    """Return the number of values in the label column, None if each is a class of the task."""
    values = next((column.distinct for column in reading.columns if column.name == label), classes)
    return None if values == classes else f"{count_noun(values, 'value')} in the column"
