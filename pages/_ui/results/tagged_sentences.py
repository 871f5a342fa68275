"""Test and typed sentences with the true and predicted tag of each word, in colour."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from pages._ui.shell import page_header, st, state, tables
from translearn_core.config import ExperimentConfig, Split
from translearn_core.config.text_cells import POSITION, SENTENCE, text_columns
from translearn_core.plots.style.palette import class_colour, palette
from translearn_core.results import Evaluation, Prediction
from translearn_core.results.format import count_noun
from translearn_core.runs import Run
from translearn_core.tasks.tokens.tags import OUTSIDE, entity_type, sentence_numbers

WORD = "display:inline-block;text-align:center;vertical-align:bottom;margin:0 3px 6px;line-height:1.4"
"""Style of a word with its tag above it."""
PER_PAGE = 10
"""Sentences shown at a time."""
ERRORS, ALL = "with errors", "all"
HELP = (
    "The tag above a word is the predicted one. A wrong one is struck out, and the true one follows. "
    "Colours are those of the tags, of entities those of their types."
)

SPLITTING = (
    "Sentences are split into words at blanks and punctuation. If the training data splits otherwise, such "
    "as don't into do and n't, type a blank there."
)


def panel(run: Run[ExperimentConfig], evaluation: Evaluation) -> None:
    """Show test sentences, those with errors first, and download them."""
    st.subheader("Sentences", anchor=False, help=HELP)
    rows = evaluation.predictions[evaluation.predictions["split"] == Split.TEST]
    number = sentence_numbers(rows[SENTENCE].tolist(), rows[POSITION].to_numpy(dtype=np.int64))
    wrong = np.bincount(number, weights=(rows["label"] != rows["predicted"]).to_numpy(dtype=np.float64))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            "Show", [ERRORS, ALL], default=ERRORS, key=f"sentences-{run.job.id}", label_visibility="collapsed"
        )
        chosen = np.flatnonzero(wrong) if which == ERRORS else np.arange(len(wrong))
        pages = max(1, -(-len(chosen) // PER_PAGE))
        state.init_widget("sentence_page", 1)
        page = min(state.get_value("sentence_page"), pages)
        state.set_value("sentence_page", page)
        st.number_input("Page", 1, pages, key="sentence_page", label_visibility="collapsed", width=140)
    st.caption(
        f"{count_noun(int((wrong > 0).sum()), 'test sentence')} of {len(wrong):,} have a wrong tag. "
        f"Page {page} of {pages}."
    )
    shown = chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
    colours = tag_colours(evaluation.names, page_header.dark())
    _paragraphs([rows[number == n] for n in shown], colours)
    tables.download(rows.drop(columns=["split"]), "tags", key="tags", label="All words as CSV")


def answers(prediction: Prediction) -> None:
    """Show the predicted tags of typed sentences, and download them with their confidence."""
    rows = pd.DataFrame(text_columns(prediction.texts)).join(prediction.decoded)
    number = sentence_numbers(rows[SENTENCE].tolist(), rows[POSITION].to_numpy(dtype=np.int64))
    same = rows.assign(label=rows["predicted"])
    _paragraphs(
        [words for _, words in same.groupby(number)], tag_colours(prediction.names, page_header.dark())
    )
    st.caption(SPLITTING)
    tables.download(rows, "predicted_tags", key="predicted_tags", label="All words as CSV")


def _paragraphs(sentences: Sequence[pd.DataFrame], colours: dict[str, str]) -> None:
    """Show sentences, each a paragraph."""
    paragraphs = (sentence_html(words, colours) for words in sentences)
    st.html("".join(f"<p>{words}</p>" for words in paragraphs))


def tag_colours(names: tuple[str, ...], dark: bool) -> dict[str, str]:
    """Return the colour of each tag; tags of one type of entity share it, and words outside have none."""
    kinds = list(dict.fromkeys(entity_type(name) for name in names if name != OUTSIDE))
    colours = {kind: class_colour(k, dark) for k, kind in enumerate(kinds)}
    return {name: colours[entity_type(name)] for name in names if name != OUTSIDE} | {
        OUTSIDE: palette(dark).muted
    }


def sentence_html(words: pd.DataFrame, colours: dict[str, str]) -> str:
    """Return the words of a sentence as HTML, with their tags above them."""
    return " ".join(
        _word_html(word, label, predicted, colours)
        for word, label, predicted in zip(words["text"], words["label"], words["predicted"], strict=True)
    )


def _word_html(word: str, label: str, predicted: str, colours: dict[str, str]) -> str:
    if label == predicted == OUTSIDE:
        return f"<span style='{WORD}'>{escape(word)}</span>"
    tag = f"<span style='color:{colours[predicted]}'>{escape(predicted)}</span>"
    if label != predicted:
        tag = f"<s>{tag}</s> <b style='color:{colours[label]}'>{escape(label)}</b>"
    edge = "2px solid" if label == predicted else "2px dashed"
    return (
        f"<span style='{WORD}'><span style='font-size:13px'>{tag}</span><br>"
        f"<span style='border-bottom:{edge} {colours[label]}'>{escape(word)}</span></span>"
    )
