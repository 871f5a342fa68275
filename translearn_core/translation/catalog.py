"""Catalogs: translated messages of a language, read from the gettext files in ``locales``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import chain

from babel import Locale
from babel.messages.pofile import read_po

from translearn_core.translation.language import Language
from translearn_core.translation.message import PLURAL, WORD, Message, Messages, letters, message
from translearn_core.translation.pseudo import pseudo

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
MOST_FILLED = 30
"""Letters of a text for each of a message's own."""
LONGEST = 2_000
"""Characters of a text that is taken apart within its lines."""
CACHED = 50_000
"""Texts whose translation is kept."""
_SPACE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) +(?=[\u3000-\u9fff\uff00-\uffef])")
"""A space between two characters of a script that has none."""
_AMOUNT = re.compile(r"([\d.,]+) ([sh])")
_UNITS = {"s": "seconds", "h": "hours"}
"""Units of one letter, too short for a message, and the words for them."""
_BOLD = re.compile(r"\*\*((?:(?!\*\*).)+)\*\*", re.DOTALL)
DATA = frozenset({"text", "label", "column", "name", "names", "cell", "file"})
"""Placeholders that hold what people wrote: a word there is none of ours."""
_SEPARATORS = tuple(
    map(
        re.compile,
        (
            r"(\n+|<br>|^[-*] |(?<=\n)[-*] )",
            r"((?<=[.!?])(?<!et al\.)(?:\*\*)? +)",
            r"(:[a-z]+(?:-[a-z]+)*\[|\]|:material/\w+: *|</?[a-z]+(?: [^>]*)?>)",
            r"((?<=[.!?])(?<!et al\.)(?:\*\*)? +|[;:] )",
            r"( [·→] )",
            r"(\*\*)",
            r"(\.$)",
            r"(, )",
            r"( and )",
            r"( (?=[-+−(]?\d))",
            r"((?<=\d) (?=[A-Z][a-z]))",
        ),
    )
)
"""Where a text is taken apart that is not a message itself; tried in this order."""
LINES, SENTENCES = 1, 2
"""How many of them part lines, and lines and sentences."""


def _left(found: tuple[str, int]) -> int:
    return found[1]


class Catalog:
    """Translations of one language."""

    def __init__(self, messages: Mapping[str, str], words: Mapping[str, str] | None = None) -> None:
        """`words` are translated where they fill a placeholder, and not by themselves."""
        self._words = {PLURAL: ""} | dict(words or {})
        self._exact = {source.strip(): text.strip() for source, text in messages.items() if text}
        templates = chain(messages.items(), self._words.items())
        found = (message(source.strip(), text.strip()) for source, text in templates if text)
        self._messages = Messages(one for one in found if one is not None)
        self._found: dict[tuple[str, bool], tuple[int, tuple[str, int]]] = {}

    def translate(self, text: str) -> str:
        """Return a text in this language; what no message is found for stays as it is."""
        return _SPACE.sub("", self._cached(text, 0)[0])

    def word(self, text: str) -> str:
        """Return the translation of a single word of ours; else of the text."""
        return self._words.get(text) or self.translate(text)

    def exact(self, text: str) -> str:
        """Return the translation of a text that is a message without placeholders; else the text."""
        return self._exact.get(text, text)

    def missing(self, text: str) -> int:
        """Return the number of letters in words that no message is found for."""
        return self._cached(text, 0)[1]

    def _cached(self, text: str, depth: int) -> tuple[str, int]:
        """Return what `_translation` returns, if it was asked before at no greater depth."""
        key = text, depth > 0
        if (known := self._found.get(key)) is not None and (known[0] <= depth or not known[1][1]):
            return known[1]
        if len(self._found) > CACHED:
            self._found.clear()
        found = self._translation(text, depth)
        self._found[key] = depth, found
        return found

    def _translation(self, text: str, depth: int) -> tuple[str, int]:
        """Return a translation and the number of letters left as they were."""
        inner = text.strip()
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if (exact := self._exact.get(inner)) is not None:
            return before + exact + after, 0
        if depth and (word := self._words.get(inner)) is not None:
            return before + word + after, 0
        if amount := _AMOUNT.fullmatch(inner):
            unit = self._words.get(_UNITS[amount[2]], amount[2])
            return f"{before}{amount[1]} {unit}{after}", 0
        if not WORD.search(inner):
            return text, 0
        best = inner, letters(inner)
        if depth < DEEPEST:
            short = len(inner) < LONGEST
            best = self._joined(inner, depth, _SEPARATORS[: SENTENCES if short else LINES])
            if best[1]:
                best = min(best, self._whole(inner, depth), key=_left)
            if best[1] and (bold := _BOLD.fullmatch(inner)):
                text, left = self._cached(bold[1], depth)
                best = f"**{text}**", left
            if best[1]:
                separators = _SEPARATORS[SENTENCES:] if short else ()
                best = min(best, self._joined(inner, depth, separators), key=_left)
        return before + best[0] + after, best[1]

    def _whole(self, text: str, depth: int) -> tuple[str, int]:
        """Return the translation of a text as one message."""
        best = text, (total := letters(text))
        other = text[:1].swapcase() + text[1:]
        for form in (text, other) if depth or " " in text else (text,):
            if (exact := self._exact.get(form)) is not None:
                return exact, 0
            for one in self._messages.candidates(form) if len(form) < LONGEST else ():
                if one.letters * MOST_FILLED >= total:
                    best = min(best, self._filled(one, form, total, depth) or best, key=_left)
                if not best[1]:
                    return best
        return best

    def _filled(self, one: Message, text: str, total: int, depth: int) -> tuple[str, int] | None:
        """Return the translation of a text by a message, filled as it leaves the fewest letters."""
        best: tuple[str, int] | None = None
        enough = one.letters >= max(LEAST_LETTERS, LEAST_SHARE * total)
        for match in one.matches(text):
            most = 0 if not enough else total if best is None else best[1] - 1
            values, left = {}, 0
            for name, value in sorted(match.items(), key=lambda item: len(item[1])):
                if name.rstrip("0123456789") in DATA and (value in self._words or value.isalnum()):
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

    def _joined(self, text: str, depth: int, separators: Sequence[re.Pattern[str]]) -> tuple[str, int]:
        """Return the translations of the parts of a text, those that leave the fewest letters as they were.

        A part may have separators of its own.
        """
        for separator in separators:
            parts = separator.split(text)
            if len(parts) > 1:
                break
        else:
            return text, letters(text)
        text, left, start = "", 0, 0
        for first, end, exact in self._exact_groups(parts):
            between, missing = self._groups(parts[start:first], depth)
            text, left, start = text + between + exact, left + missing, end
        return min((text, left), self._groups(parts, depth), key=_left) if left else (text, left)

    def _exact_groups(self, parts: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield where parts are one message without placeholders, and its translation; at last the end."""
        start = 0
        while start < len(parts):
            for end in range(min(len(parts), start + MOST_JOINED), start, -1):
                if (exact := self._exact.get("".join(parts[start:end]))) is not None:
                    yield start, end, exact
                    start = end
                    break
            else:
                start += 1
        yield len(parts), len(parts), ""

    def _groups(self, parts: Sequence[str], depth: int) -> tuple[str, int]:
        """Return the translation of parts with a separator between any two, some of them as one message."""
        single = [
            (word, 0) if (word := self._words.get(part.strip())) else self._cached(part, depth + 1)
            for part in parts
        ]
        best = [("", 0)]
        for end in range(1, len(parts) + 1):
            text, left = single[end - 1]
            found = [(best[end - 1][0] + text, best[end - 1][1] + left)]
            for start in range(max(0, end - MOST_JOINED), end - 1):
                if best[start][1] < min(found, key=_left)[1]:
                    text, left = self._whole("".join(parts[start:end]), depth + 1)
                    found.append((best[start][0] + text, best[start][1] + left))
            best.append(min(found, key=_left))
        return best[-1]


@cache
def catalog(language: Language) -> Catalog | None:
    """Return the catalog of a language; None for English."""
    if language is Language.ENGLISH:
        return None
    if language is Language.PSEUDO:
        known = {source: pseudo(source) for name in MESSAGES for source in _read(Language.CHINESE, name)}
        return Catalog(known, {word: pseudo(word) for word in _read(Language.CHINESE, WORDS)})
    messages = {source: text for name in MESSAGES for source, text in _read(language, name).items()}
    english, own = (Locale(one.value).languages for one in (Language.ENGLISH, language))
    languages = {english[code]: own[code] for code in english if code in own}
    return Catalog(messages, languages | _read(language, WORDS))


def _read(language: Language, name: str) -> dict[str, str]:
    file = resources.files(__package__) / "locales" / language / "LC_MESSAGES" / f"{name}.po"
    with file.open("rb") as stream:
        return {str(one.id): str(one.string) for one in read_po(stream) if one.id}
