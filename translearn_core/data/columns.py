"""Column profiles, and suggestions for the text, label and split columns."""

import re
from collections.abc import Sequence

import pandas as pd

from translearn_core.config import ProblemType, Split
from translearn_core.config.domains import MAX_DOMAINS
from translearn_core.config.table_edits import UNLABELLED
from translearn_core.data.problem_guess import guess_problem
from translearn_core.data.tokens.word_tables import suggest_words
from translearn_core.data.words import count_words, is_yes_or_no
from translearn_core.results import Column, Suggestion
from translearn_core.results.format import count_noun, cut, quote, quote_list
from translearn_core.tasks.classes.labels import merge_spellings

PREVIEW_ROWS = 20
PREVIEW_CHARS = 500

ROW = "__row__"
"""Reserved column: 1-based row number in the row's own file, header not counted."""

PART = "__part__"
UNLABELLED_PART = UNLABELLED
"""Reserved column: file that the row comes from (train, validation, test, unlabelled)."""

SPLIT_WORDS: dict[str, Split] = {
    **dict.fromkeys(("train", "training", "trn", "tr", "learn"), Split.TRAIN),
    **dict.fromkeys(
        ("validation", "valid", "val", "dev", "devel", "development", "trial", "tune"), Split.VALIDATION
    ),
    **dict.fromkeys(("test", "testing", "tst", "heldout", "holdout"), Split.TEST),
}
"""Common names of the splits, lower case, without spaces, hyphens and underscores."""

TEXT_NAMES = (
    "text", "sentence", "review", "comment", "message", "content", "tweet", "body", "question", "utterance",
    "document",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "class", "category", "target", "sentiment", "intent", "topic", "judgment", "judgement",
    "y", "tag",
)  # fmt: skip
ID_NAMES = ("id", "ids", "index", "row", "number", "nr", "no", "date", "time", "timestamp", "year")
SPLIT_NAMES = ("split", "set", "partition", "subset", "fold", "part")

DOMAIN_NAMES = (
    "domain", "domains", "language", "lang", "locale", "genre", "product", "source", "corpus", "site",
    "country", "region", "platform", "channel", "department", "dataset",
)  # fmt: skip
DOMAIN_ROWS = 20
"""Fewest rows of each domain in a suggested column."""
_LANGUAGE = re.compile(r"[A-Za-z]{2}([-_][A-Za-z]{2,4})?")

PAIR_NAMES = (
    ("premise", "hypothesis"), ("question", "answer"), ("query", "passage"), ("query", "document"),
    ("context", "question"), ("context", "response"), ("first", "second"), ("anchor", "positive"),
)  # fmt: skip
"""Names of the first and second texts of pairs."""
SIDES = (("1", "2"), ("a", "b"), ("one", "two"))
"""Ends of the names of the first and second texts of pairs."""
_SIDE = re.compile(r"(.*?)[\W_]*(1|2|a|b|one|two)")
FEWEST_ONE_HOT = 3
"""Fewest columns of yes and no that are the labels of one target."""

SAMPLE_ROWS = 5_000
"""Rows whose words are counted; distinct and filled cells are counted in all rows."""

_ID = re.compile(r"(?=.*\d)[\w.:#/+-]+|[0-9a-fA-F-]{8,}", re.ASCII)


def split_word(value: str) -> Split | None:
    """Return the split named by a cell such as "dev" or "Test", None for other values."""
    return SPLIT_WORDS.get(re.sub(r"[\s_-]+", "", value).casefold())


def file_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that came from the file, in its order."""
    return [name for name in table.columns if name not in (ROW, PART)]


def preview(table: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows with long cells shortened."""
    return table[file_columns(table)].head(PREVIEW_ROWS).map(cut, na_action="ignore", limit=PREVIEW_CHARS)


def profile(table: pd.DataFrame) -> tuple[Column, ...]:
    """Profile every column of the file: filled and distinct cells, words per cell, up to three examples."""
    return tuple(_column(name, table[name].dropna()) for name in file_columns(table))


def _column(name: str, cells: "pd.Series[str]") -> Column:
    step = max(1, len(cells) // SAMPLE_ROWS)
    counts = [count_words(cell) for cell in cells.iloc[::step]]
    examples = tuple(cut(cell, 200) for cell in cells.iloc[:200].drop_duplicates().iloc[:3])
    guess, counts_of = guess_problem(name_words(name), cells), cells.value_counts()
    return Column(
        name,
        len(cells),
        len(counts_of),
        sum(counts) / max(len(counts), 1),
        examples,
        guess.problem,
        guess.reason,
        guess.alternative,
        is_yes_or_no(cells),
        _values(cells, len(counts_of)),
    )


def _values(cells: "pd.Series[str]", distinct: int) -> tuple[str, ...]:
    """Return the different values, most frequent first, spellings of one merged; none if they are many."""
    if distinct > 2 * MAX_DOMAINS:
        return ()
    values = tuple(merge_spellings(cells).value_counts().index)
    return values if len(values) <= MAX_DOMAINS else ()


def looks_like_ids(cells: "pd.Series[str]") -> bool:
    """Whether nearly every cell is one token with a digit, and nearly all are distinct."""
    if len(cells) < 5 or cells.nunique() < 0.9 * len(cells):
        return False
    sample = cells.iloc[:: max(1, len(cells) // SAMPLE_ROWS)]
    return bool(sum(_ID.fullmatch(cell.strip()) is not None for cell in sample) >= 0.9 * len(sample))


def suggest_columns(columns: Sequence[Column], table: pd.DataFrame) -> Suggestion:
    """Suggest the text, label and split columns by their names first, then by their cells."""
    split = _split_column(columns, table)
    if (words := suggest_words(columns, table, split)) is not None:
        return words
    others = [c for c in columns if c.name != split and c.filled]
    text = max(
        (c for c in others if c.distinct > 1 and not looks_like_ids(table[c.name].dropna())),
        key=lambda c: (_named_like(c.name, TEXT_NAMES) and c.mean_words >= 2, c.mean_words),
        default=None,
    )
    text, text_pair = _pair(text, others)
    labels = [c for c in others if c not in (text, text_pair) and _can_be_label(c)]
    label = max(labels, key=_label_rank, default=None)
    binary = tuple(c.name for c in labels if c.binary)
    one_hot = binary if label is not None and label.binary and len(binary) >= FEWEST_ONE_HOT else ()
    return Suggestion(
        text.name if text else None,
        label.name if label else None,
        split,
        _reason(text, label, split, text_pair, one_hot),
        text_pair.name if text_pair else None,
        one_hot,
        domain=_domain_column([c for c in others if c not in (text, text_pair, label)], table),
    )


def _domain_column(columns: Sequence[Column], table: pd.DataFrame) -> str | None:
    """Return a column named like domains, or one of language codes; each domain has `DOMAIN_ROWS` or more."""
    for column in sorted(columns, key=lambda c: not _named_like(c.name, DOMAIN_NAMES)):
        if not 2 <= column.distinct <= MAX_DOMAINS:
            continue
        cells = merge_spellings(table[column.name].dropna())
        codes = not column.binary and all(_LANGUAGE.fullmatch(cell) for cell in cells.unique())
        if (_named_like(column.name, DOMAIN_NAMES) or codes) and cells.value_counts().min() >= DOMAIN_ROWS:
            return column.name
    return None


def _pair(text: Column | None, columns: Sequence[Column]) -> tuple[Column | None, Column | None]:
    """Return the columns of a pair of texts in their order, or the text column and None."""
    if text is None:
        return None, None
    for other in columns:
        if other is not text and other.mean_words >= 2:
            for first, second in ((text, other), (other, text)):
                if _named_as_pair(first.name, second.name):
                    return first, second
    return text, None


def _named_as_pair(first: str, second: str) -> bool:
    """Whether two columns are named as the first and second text of a pair."""
    stems = [_SIDE.fullmatch(name.casefold()) for name in (first, second)]
    if all(stems) and stems[0][1] == stems[1][1] and (stems[0][2], stems[1][2]) in SIDES:  # type: ignore[index]
        return True
    words = name_words(first), name_words(second)
    return any(a in words[0] and b in words[1] for a, b in PAIR_NAMES)


def _split_column(columns: Sequence[Column], table: pd.DataFrame) -> str | None:
    for column in sorted(columns, key=lambda c: not _named_like(c.name, SPLIT_NAMES)):
        if 2 <= column.distinct <= 4:
            splits = {split_word(value) for value in table[column.name].dropna().unique()}
            if None not in splits and Split.TRAIN in splits and len(splits) > 1:
                return column.name
    return None


def _can_be_label(column: Column) -> bool:
    if column.problem is not ProblemType.SINGLE_LABEL:
        return column.distinct > 1 and not _named_like(column.name, ID_NAMES)
    return 2 <= column.distinct <= max(2, column.filled // 2) and column.mean_words <= 6


def _label_rank(column: Column) -> tuple[bool, bool, int, int]:
    """Prefer columns named like labels, classes to numbers, then filled ones with few values."""
    classes = column.problem is not ProblemType.REGRESSION
    return _named_like(column.name, LABEL_NAMES), classes, column.filled, -column.distinct


def name_words(name: str) -> list[str]:
    """Split a column name such as "tweet_text" or "userName" into its words, case-folded."""
    return re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold())


def _named_like(name: str, known: Sequence[str]) -> bool:
    return not set(known).isdisjoint(name_words(name))


def _reason(
    text: Column | None,
    label: Column | None,
    split: str | None,
    text_pair: Column | None,
    one_hot: Sequence[str],
) -> str:
    sentences = []
    if text:
        words = f"{text.mean_words:.1f} words a cell on average"
        sentences.append(f"{quote(text.name)} reads like text: {words}.")
    else:
        sentences.append("No column reads like text: choose the one to learn from.")
    if text and text_pair:
        sentences.append(f"{quote(text_pair.name)} is the second text of a pair with it.")
    if one_hot:
        sentences.append(f"{quote_list(one_hot)} hold yes or no, as several labels of one text do.")
    elif label:
        name, values, rows = (
            quote(label.name),
            count_noun(label.distinct, "value"),
            count_noun(label.filled, "row"),
        )
        what = {
            ProblemType.SINGLE_LABEL: f"{name} has {values} in {rows}, as labels do.",
            ProblemType.MULTI_LABEL: f"{name} has labels in {rows}, several in one cell of some.",
            ProblemType.REGRESSION: f"{name} holds numbers in {rows}.",
            ProblemType.TOKENS: f"{name} has {values} in {rows}, as tags of words do.",
        }
        sentences.append(what[label.problem])
    else:
        sentences.append("No column repeats few values as labels do: choose the one to predict.")
    if split:
        sentences.append(f"{quote(split)} names train and test rows.")
    return " ".join(sentences)
