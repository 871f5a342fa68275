"""Guess whether a table has a word per row, with sentences and tags."""

from collections.abc import Sequence

import pandas as pd

from translearn_core.results import Column, Suggestion
from translearn_core.results.format import count_noun, quote

SENTENCE_NAMES = ("sentence_id", "sent_id", "sentence", "sent", "sentence #", "sentence id", "sentence no")
WORD_NAMES = ("token", "tokens", "word", "words", "form")
TAG_NAMES = ("upos", "tag", "tags", "ner", "pos", "label", "labels", "xpos", "ner_tag", "pos_tag", "ner_tags")
MOST_WORDS_PER_CELL = 1.5
"""Most words of a cell on average in columns of words and tags."""
FEWEST_WORDS = 2.0
"""Fewest words of a sentence on average."""
SAMPLE_ROWS = 5_000


def suggest_words(columns: Sequence[Column], table: pd.DataFrame, split: str | None) -> Suggestion | None:
    """Suggest columns of sentences, words and tags by their names and cells; None if rows are no words."""
    sentence = _named(columns, SENTENCE_NAMES)
    word = _named(columns, WORD_NAMES)
    if sentence is None or word is None or word.mean_words > MOST_WORDS_PER_CELL:
        return None
    length = _mean_run(table[sentence.name].iloc[:SAMPLE_ROWS])
    if length < FEWEST_WORDS:
        return None
    others = [c for c in columns if c not in (sentence, word) and c.name != split]
    tags = [c for c in others if 2 <= c.distinct <= max(2, c.filled // 2) and c.mean_words <= 1.5]
    tag = _named(tags, TAG_NAMES) or min(tags, key=lambda c: c.distinct, default=None)
    reason = (
        f"{quote(word.name)} holds a word per row, on average {length:.1f} in each sentence of "
        f"{quote(sentence.name)}."
    )
    if tag is None:
        reason += " No column repeats few values as tags do: choose the one to predict."
    else:
        values, rows = count_noun(tag.distinct, "value"), count_noun(tag.filled, "row")
        reason += f" {quote(tag.name)} has {values} in {rows}, as tags of words do."
    return Suggestion(word.name, tag.name if tag else None, split, reason, sentence=sentence.name)


def _named(columns: Sequence[Column], names: Sequence[str]) -> Column | None:
    """Return the column with the first of some names, in whatever case."""
    by_name = {column.name.strip().casefold(): column for column in columns if column.filled}
    return next((by_name[name] for name in names if name in by_name), None)


def _mean_run(cells: "pd.Series[str]") -> float:
    """Return the mean length of runs of equal cells; an empty cell continues the run above."""
    filled = cells.ffill()
    return len(filled) / max(1, int((filled != filled.shift()).sum()))
