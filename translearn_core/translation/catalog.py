"""Catalogs: translated messages of a language, read from the gettext files in ``locales``."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from babel.messages.pofile import read_po

from translearn_core.translation.language import Language
from translearn_core.translation.message import WORD, Message, Messages, letters, message

MESSAGES = ("interface", "lessons")
"""Files of a language that are extracted from the source."""
WORDS = "words"
"""File with the words that fill placeholders."""
MOST_JOINED = 16
"""Parts of a text and separators that may be one message."""
DEEPEST = 6
"""Placeholders within placeholders that are looked into."""
LEAST_LETTERS, LEAST_SHARE = 8, 0.3
"""Letters, and share of the letters of a text, that a message needs if it leaves some of it untranslated."""
CACHED = 50_000
"""Texts whose translation is kept."""
_SPACE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) +(?=[\u3000-\u9fff\uff00-\uffef])")
"""A space between two characters of a script that has none."""
PLURAL = "s"
"""A placeholder's value where it makes a plural."""
DATA = frozenset({"text", "label", "column", "name", "names", "cell", "file"})
"""Placeholders that hold what people wrote: a word there is none of ours."""
_SEPARATORS = tuple(
    map(re.compile, (r"(\n+|<br>)", r"((?<=[.!?:;])(?:\*\*)? +)", r"( · )", r"(\*\*)", r"(, )"))
)
"""Where a text is taken apart that is not a message itself; tried in this order."""


def _left(found: tuple[str, int]) -> int:
    return found[1]


class Catalog:
    """Translations of one language."""

    def __init__(self, messages: Mapping[str, str], words: Mapping[str, str] | None = None) -> None:
        """`words` are translated where they fill a placeholder, and not by themselves."""
        self._words = {PLURAL: ""} | dict(words or {})
        self._exact = {source.strip(): text.strip() for source, text in messages.items() if text}
        found = (message(source.strip(), text.strip()) for source, text in messages.items() if text)
        self._messages = Messages(one for one in found if one is not None)
        self._cached = lru_cache(CACHED)(self._translation)

    def translate(self, text: str) -> str:
        """Return a text in this language; what no message is found for stays as it is."""
        return _SPACE.sub("", self._cached(text, 0)[0])

    def exact(self, text: str) -> str:
        """Return the translation of a text that is a message without placeholders; else the text."""
        return self._exact.get(text, text)

    def missing(self, text: str) -> int:
        """Return the number of letters in words that no message is found for."""
        return self._cached(text, 0)[1]

    def _translation(self, text: str, depth: int) -> tuple[str, int]:
        """Return a translation and the number of letters left as they were."""
        inner = text.strip()
        if not WORD.search(inner):
            return text, 0
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if (exact := self._exact.get(inner)) is not None:
            return before + exact + after, 0
        if depth and (word := self._words.get(inner)) is not None:
            return before + word + after, 0
        best = inner, letters(inner)
        if depth < DEEPEST:
            best = self._whole(inner, depth)
            if best[1]:
                best = min(best, self._joined(inner, depth), key=_left)
        return before + best[0] + after, best[1]

    def _whole(self, text: str, depth: int) -> tuple[str, int]:
        """Return the translation of a text as one message."""
        if (exact := self._exact.get(text)) is not None:
            return exact, 0
        best = text, letters(text)
        for one in self._messages.candidates(text):
            best = min(best, self._filled(one, text, depth) or best, key=_left)
            if not best[1]:
                break
        return best

    def _filled(self, one: Message, text: str, depth: int) -> tuple[str, int] | None:
        """Return the translation of a text by a message, filled as it leaves the fewest letters."""
        best: tuple[str, int] | None = None
        enough = one.letters >= max(LEAST_LETTERS, LEAST_SHARE * letters(text))
        for match in one.matches(text):
            most = 0 if not enough else letters(text) if best is None else best[1] - 1
            values, left = {}, 0
            for name, value in sorted(match.items(), key=lambda item: len(item[1])):
                if name.rstrip("0123456789") in DATA and value in self._words:
                    values[name], missing = value, 0
                else:
                    values[name], missing = self._cached(value, depth + 1)
                left += missing
                if left > most:
                    break
            else:
                best = one.filled(values), left
                if not left:
                    break
        return best

    def _joined(self, text: str, depth: int) -> tuple[str, int]:
        """Return the translations of the parts of a text, those that leave the fewest letters as they were.

        A part may have separators of its own.
        """
        for separator in _SEPARATORS:
            parts = separator.split(text)
            if len(parts) > 1:
                break
        else:
            return text, letters(text)
        best = [("", 0)]
        for end in range(1, len(parts) + 1):
            part, left = self._cached(parts[end - 1], depth + 1)
            found = [(best[end - 1][0] + part, best[end - 1][1] + left)]
            for start in range(max(0, end - MOST_JOINED), end - 1):
                part, left = self._whole("".join(parts[start:end]), depth + 1)
                found.append((best[start][0] + part, best[start][1] + left))
            best.append(min(found, key=_left))
        return best[-1]


@cache
def catalog(language: Language) -> Catalog | None:
    """Return the catalog of a language; None for English."""
    if language is Language.ENGLISH:
        return None
    messages = {source: text for name in MESSAGES for source, text in _read(language, name).items()}
    return Catalog(messages, _read(language, WORDS))


def _read(language: Language, name: str) -> dict[str, str]:
    file = resources.files(__package__) / "locales" / language / "LC_MESSAGES" / f"{name}.po"
    with file.open("rb") as stream:
        return {str(one.id): str(one.string) for one in read_po(stream) if one.id}
