"""Words of sentences to label: arguments, lines, or two columns of a delimited file; their labels.

Shared by ``predict.py`` and ``predict_onnx.py`` of a model that labels words; needs only the standard library
and ``table_input.py``.
"""

import argparse
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

UNSPACED = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Characters of scripts without spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer."""
NO_BREAK = "\N{NO-BREAK SPACE}"

_PIECE = re.compile(f"[{UNSPACED}]|[^\\s{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_SEPARATORS = re.compile(r"([—–…()\[\]{}\"“”„«»;!?]|(?<!\d),|,(?!\d))")
"""Punctuation that separates words without blanks."""
_CLITICS = frozenset(("s", "d", "ll", "m", "re", "t", "ve"))
"""English endings that treebanks split off with their apostrophe; those that are typed so stay so."""


def split_tokens(text: str) -> list[str]:
    """Return the words of a text, and the punctuation around them as tokens of their own.

    Punctuation inside a word stays, as in "don't", "3.5" and "U.S". A blank always separates. In scripts
    without blanks every character is a word.
    """
    words: list[str] = []
    for piece in _PIECE.findall(text):
        if words and _UNSPACED.fullmatch(piece) and unicodedata.category(piece).startswith("M"):
            words[-1] += piece  # a vowel or tone mark belongs to the letter before it
        else:
            words.append(piece)
    return [token for word in words for token in _tokens_of(word)]


def label_words(classifier: Any, sentences: Sequence[Sequence[str]], batch: int = 32) -> list[Any]:
    """Return the probabilities of each sentence's words, shape (words, labels), by a ``Classifier``."""
    texts = [" ".join(words) for words in sentences]
    encodings = classifier.encodings(texts)
    places = [first_tokens(words, one.char_to_token) for words, one in zip(sentences, encodings, strict=True)]
    outputs: list[Any] = [None] * len(texts)
    for index, of_batch in classifier.batches(texts, batch):
        for row, i in zip(of_batch, index, strict=True):
            outputs[i] = row[places[i]]
    return outputs


def first_tokens(words: Sequence[str], char_to_token: Callable[[int], int | None]) -> list[int]:
    """Return the token that begins each word of the words with blanks between them; 0 if it has none."""
    places, begin = [], 0
    for word in words:
        tokens = map(char_to_token, range(begin, begin + len(word)))
        places.append(next((token for token in tokens if token is not None), 0))
        begin += len(word) + 1
    return places


def _tokens_of(word: str) -> list[str]:
    """Return the tokens of what stands between blanks; equal marks that follow each other are one."""
    tokens: list[str] = []
    for piece in filter(None, _SEPARATORS.split(word)):
        inner = piece.strip("".join(filter(_is_mark, piece)))
        before, after = piece.split(inner, 1) if inner else (piece, "")
        if before in ("'", "’") and inner in _CLITICS:
            before, inner = "", before + inner
        tokens += [*before, *([inner] if inner else []), *after]
    return ["".join(run) for _, run in groupby(tokens, lambda token: token if _is_mark(token) else "")]


def _is_mark(token: str) -> bool:
    """Whether a text is one character that is punctuation or a symbol."""
    return len(token) == 1 and unicodedata.category(token)[0] in "PS"


@dataclass
class Sentences:
    """Words to label, in order; for a table, also its header and rows, one row per word.

    `texts` are the words, blank ones too, and `sentences` the words of each sentence that are not blank.
    """

    texts: list[str]
    sentences: list[list[str]]
    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","

    def with_outputs(
        self, outputs: Iterable[Sequence[float]]
    ) -> Iterator[tuple[str, Sequence[float] | None]]:
        """Yield each word and its outputs, given those of words that are not blank; None for a blank one."""
        of_filled = iter(outputs)
        return ((text, next(of_filled) if text else None) for text in self.texts)


def read(arguments: argparse.Namespace) -> Sentences:
    """Return the sentences that `arguments` name; exit with code 2 if they cannot be read."""
    import table_input  # type: ignore[import-not-found]

    source: Any = table_input.read(arguments, words=True)
    if arguments.csv:
        return in_table(source)
    sentences = [split_tokens(text) for text in source.texts]
    return Sentences([word for words in sentences for word in words], sentences, [], [])


def in_table(source: Any) -> Sentences:
    """Return the sentences of a table, whose texts are pairs of a word and its sentence's number.

    A sentence ends where the number changes; an empty one continues the sentence above.
    """
    texts: list[str] = []
    sentences: list[list[str]] = []
    last = None
    for word, number in source.texts:
        if not sentences or (number.strip() and number != last):
            sentences.append([])
            last = number
        texts.append(NO_BREAK.join(word.split()))
        if texts[-1]:
            sentences[-1].append(texts[-1])
    return Sentences(
        texts, [words for words in sentences if words], source.header, source.rows, source.delimiter
    )
