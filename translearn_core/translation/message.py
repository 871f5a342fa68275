"""Messages with placeholders, found again in the texts that were formed from them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

WORD = re.compile(r"[A-Za-z]{2,}")
"""What a text must hold to need a translation."""
_UNTRANSLATED = re.compile(
    r"(?<!\w)'[^'\n]*'(?!\w)"  # data
    r"|:[a-z]+(?:-[a-z]+)*\[|:material/\w+:|</?[a-z]+(?: [^>]*)?>"  # markup
    r"|\S*\d\S*|\S*\w[_./]\w\S*|\b\w*[a-z][A-Z]\w*\b"  # names of files, models and settings
    r"|\b[A-Z]{2,}s?\b"  # abbreviations
)
"""Words that are the same in every language."""
_FIELD = re.compile(r"\{\{|\}\}|\{(?P<name>[^\W\d]\w*)\}")
"""A placeholder or an escaped brace."""
SENTENCE = re.compile(r"(?<=[.!?])(?<!et al\.)(?:\*\*)? +|\n+")
"""Where a sentence ends and another begins."""
PLURAL = "s"
"""A placeholder's value where it makes a plural."""
MOST_MATCHES = 60
"""Ways in which a text is split into the values of a message's placeholders."""
MOST_TRIED = 40
"""Messages that a text is compared with."""


def count_sentences(text: str) -> int:
    """Return the number of sentences of a text, lines included."""
    return len(SENTENCE.findall(text)) + 1


def letters(text: str) -> int:
    """Return the number of letters in the words of a text that need a translation."""
    return sum(map(len, WORD.findall(_UNTRANSLATED.sub(" ", text))))


@dataclass(frozen=True)
class Message:
    """A message with placeholders and its translation; `letters` are those of its own words.

    `sentences` counts its sentences, a placeholder as part of one.
    """

    literals: tuple[str, ...]
    names: tuple[str, ...]
    words: frozenset[str]
    letters: int
    sentences: int
    translation: str

    def matches(self, text: str) -> Iterator[dict[str, str]]:
        """Yield what may have filled the placeholders of a text; at most `MOST_MATCHES` ways."""
        first, last = self.literals[0], self.literals[-1]
        end = len(text) - len(last)
        if text.startswith(first) and text.endswith(last) and end >= len(first):
            yield from islice(self._matches(text, 0, len(first), end, {}), MOST_MATCHES)

    def _matches(
        self, text: str, k: int, start: int, end: int, values: dict[str, str]
    ) -> Iterator[dict[str, str]]:
        """Yield the values of the placeholders from `k` on in ``text[start:end]``."""
        name, known = self.names[k], values.get(self.names[k])
        if k + 1 == len(self.names):
            if end >= start and known in (None, text[start:end]) and self._may_fill(k, text[start:end]):
                yield values | {name: text[start:end]}
            return
        literal = self.literals[k + 1]
        at = text.find(literal, start, end)
        while at >= 0:
            if known in (None, text[start:at]) and self._may_fill(k, text[start:at]):
                yield from self._matches(text, k + 1, at + len(literal), end, values | {name: text[start:at]})
            at = text.find(literal, at + 1, end)

    def _may_fill(self, k: int, value: str) -> bool:
        """Whether a value may fill the placeholder `k`.

        Within a word only a plural's ending may. Sentences do as a whole, and no stop ends a single word.
        """
        if self.literals[k][-1:].isalpha() and value[:1].isalpha():
            return value == PLURAL
        if value.endswith((".", ",", ";", ":")) and " " not in value:
            return False
        return value.endswith((".", "!", "?")) or not SENTENCE.search(value)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the translation with its placeholders filled."""
        return _FIELD.sub(
            lambda field: values[field["name"]] if field["name"] else field[0][0], self.translation
        )


def message(source: str, translation: str) -> Message | None:
    """Return the message of a source text with placeholders; None if it has no words or no placeholders."""
    literals, names, end = [""], [], 0
    for field in _FIELD.finditer(source):
        literals[-1] += source[end : field.start()]
        end = field.end()
        if field["name"]:
            names.append(field["name"])
            literals.append("")
        else:
            literals[-1] += field[0][0]
    literals[-1] += source[end:]
    words = frozenset(WORD.findall(" ".join(literals)))
    if not names or not words:
        return None
    count = count_sentences("X".join(literals))
    return Message(tuple(literals), tuple(names), words, letters(" ".join(literals)), count, translation)


class Messages:
    """Messages by their rarest word."""

    def __init__(self, messages: Iterable[Message]) -> None:
        found = list(messages)
        frequency = Counter(word for one in found for word in one.words)
        self._by_word: dict[str, list[Message]] = defaultdict(list)
        for one in found:
            self._by_word[min(one.words, key=lambda word: (frequency[word], word))].append(one)

    def candidates(self, text: str) -> list[Message]:
        """Return the messages that a text may be formed from.

        Those that begin with a text of their own come first, and of these those with most of it.
        """
        words = set(WORD.findall(text))
        count = count_sentences(text)
        words |= {word[:-1] for word in words if word.endswith("s")}
        found = [one for word in words for one in self._by_word.get(word, ()) if one.words <= words]
        found = [one for one in found if (one.sentences > 1) == (count > 1) and one.sentences <= count]
        return sorted(found, key=_order)[:MOST_TRIED]


def _order(one: Message) -> tuple[bool, int, int]:
    return not one.literals[0], -one.letters, -sum(map(len, one.literals))
