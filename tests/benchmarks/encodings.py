"""How well encodings are detected: texts in 31 languages, written in the code pages people use for them.

``python -m tests.benchmarks.encodings`` prints, for this project and for every detection library installed
beside it, the share of right letters and files; ``--details`` adds a row for each language and codec.
The sentences stand in ``encoding_sentences.txt``; those of odd number are held out from any tuning.
"""

import random
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from translearn_core.data.files.decoding import decode

WESTERN = ("cp1252", "iso8859_1", "iso8859_15", "cp850", "cp437", "mac_roman")
CENTRAL = ("cp1250", "iso8859_2", "cp852", "mac_latin2")
BALTIC = ("cp1257", "iso8859_13", "cp775")
CODECS = {
    "en": WESTERN,
    "de": WESTERN,
    "fr": WESTERN,
    "es": WESTERN,
    "pt": ("cp1252", "iso8859_1", "iso8859_15", "cp850", "cp860", "mac_roman"),
    "it": WESTERN,
    "nl": WESTERN,
    "sv": WESTERN,
    "da": ("cp1252", "iso8859_1", "iso8859_15", "cp850", "cp865", "mac_roman"),
    "fi": WESTERN,
    "pl": CENTRAL,
    "cs": CENTRAL,
    "sk": CENTRAL,
    "hu": CENTRAL,
    "hr": (*CENTRAL, "mac_croatian"),
    "ro": ("cp1250", "iso8859_2", "cp852"),
    "tr": ("cp1254", "iso8859_9", "cp857", "mac_turkish"),
    "el": ("cp1253", "iso8859_7", "cp737", "mac_greek"),
    "ru": ("cp1251", "koi8_r", "iso8859_5", "cp866", "cp855", "mac_cyrillic"),
    "uk": ("cp1251", "koi8_u", "iso8859_5", "cp1125", "mac_cyrillic"),
    "bg": ("cp1251", "iso8859_5", "cp866", "mac_cyrillic"),
    "lt": BALTIC,
    "lv": BALTIC,
    "et": (*BALTIC, "iso8859_15"),
    "he": ("cp1255", "iso8859_8", "cp862"),
    "ar": ("cp1256", "iso8859_6", "cp720"),
    "vi": ("cp1258",),
    "th": ("cp874",),
    "ja": ("cp932", "euc_jp", "iso2022_jp"),
    "ko": ("cp949", "euc_kr"),
    "zh": ("gb18030", "gbk"),
    "zh-tw": ("big5", "gb18030"),
}
"""The code pages in which files of a language are met, besides the Unicode ones."""

UNICODE = ("utf-8", "utf-16-le", "utf-16-be")
PLAIN = {
    "“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "...", "€": "EUR", "£": "GBP",
    "œ": "oe", "©": "(c)", "½": "1/2", "°": "", "ș": "ş", "ț": "ţ", "ş": "ș", "ţ": "ț",
    "ã": "a", "õ": "o",
}  # fmt: skip
"""What programs write for a character that the code page lacks."""

TONES = "\u0300\u0301\u0303\u0309\u0323"
LABELS = (("good", "bad"), ("positive", "negative"), ("1", "0"), ("sport", "politics"))


@dataclass(frozen=True)
class Case:
    """A file: its bytes, what they say, and how they were written."""

    language: str
    codec: str
    data: bytes
    text: str


@cache
def sentences() -> dict[str, list[str]]:
    """Return the sentences of each language."""
    result: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("encoding_sentences.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            result[line.strip("[]")] = []
        else:
            result[list(result)[-1]].append(line)
    return result


def cases(files: int = 6, *, held_out: bool = True, seed: int = 0, longest: int = 5_000) -> Iterator[Case]:
    """Yield `files` files of 200 to `longest` letters for each language and codec.

    Sentences are drawn, and some cut at a comma and joined anew; most files are tables with ASCII names and
    labels, some with more ASCII columns.
    """
    for language, codecs in CODECS.items():
        own = sentences()[language][int(held_out) :: 2]
        for codec in (*codecs, *UNICODE):
            for number in range(files):
                draw = random.Random(f"{seed} {language} {codec} {number} {held_out}")
                letters = round(200 * (longest / 200) ** draw.random())
                text = encodable(_table(own, letters, draw), codec)
                yield Case(language, codec, text.encode(codec), text)


def _table(own: list[str], letters: int, draw: random.Random) -> str:
    kind = draw.choice(["lines", "label", "label", "wide"])
    labels, end = draw.choice(LABELS), draw.choice(["\n", "\r\n"])
    rows = {"lines": ["text"], "label": ["text,label"], "wide": ["id;date;text;stars;link"]}[kind]
    while sum(map(len, rows)) < letters:
        text = draw.choice(own)
        if draw.random() < 0.3 and ", " in text:
            text = text.split(", ", 1)[0] + ", " + draw.choice(own).rsplit(", ", 1)[-1]
        if kind == "label":
            quoted = text.replace('"', '""')
            text = f'"{quoted}",{draw.choice(labels)}'
        elif kind == "wide":
            date = f"2024-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
            text = f"{len(rows)};{date};{text};{draw.randint(1, 5)};https://example.org/item/{len(rows)}"
        rows.append(text)
    return end.join(rows) + end


def encodable(text: str, codec: str) -> str:
    """Return `text` with what the code page lacks written as programs write it."""
    if codec == "cp1258":
        return "".join(_decompose_tone(c) for c in unicodedata.normalize("NFC", text))
    for character in sorted(set(text)):
        try:
            character.encode(codec)
        except UnicodeEncodeError:
            text = text.replace(character, PLAIN.get(character, ""))
    return text


def _decompose_tone(character: str) -> str:
    try:
        character.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", character)
        tone = "".join(c for c in parts[1:] if c in TONES)
        return unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES)) + tone
    return character


def right_letters(text: str, truth: str) -> int:
    """Return how many characters beyond ASCII of `truth` stand in `text` at their position."""
    return sum(a == b for a, b in zip(text, truth, strict=False) if b > "\x7f")


Reader = Callable[[bytes], tuple[str, bool]]
"""Returns the text and whether it warns."""


def ours(data: bytes) -> tuple[str, bool]:
    decoded = decode(data, "The file")
    return decoded.text, bool(decoded.replaced or decoded.doubtful or decoded.alternatives)


def _with(detect: Callable[[bytes], str | None]) -> Reader:
    def read(data: bytes) -> tuple[str, bool]:
        codec = detect(data)
        return data.decode(codec or "cp1252", "replace"), codec is None

    return read


def readers() -> dict[str, Reader]:
    """Return this project's reader, and one for each library that is installed."""
    result: dict[str, Reader] = {"ours": ours}
    libraries: dict[str, tuple[str, Callable[..., str | None]]] = {
        "chardet": ("chardet", lambda m, data: m.detect(data)["encoding"]),
        "charset-normalizer": ("charset_normalizer", lambda m, data: m.detect(data)["encoding"]),
        "chardetng": ("chardetng_py", lambda m, data: m.detect(data, allow_utf8=True)),
        "faust-cchardet": ("cchardet", lambda m, data: _known(m.detect(data)["encoding"])),
        "resiliparse": ("resiliparse.parse.encoding", lambda m, data: _known(m.detect_encoding(data))),
    }
    for name, (module, detect) in libraries.items():
        try:
            library = import_module(module)
        except ImportError:
            continue
        result[name] = _with(lambda data, library=library, detect=detect: detect(library, data))
    return result


def _known(codec: str | None) -> str | None:
    try:
        b"".decode(codec or "")
    except LookupError:
        return None
    return codec


@dataclass
class Score:
    """Counts of files and of letters beyond ASCII, and of wrong and right files that were warned of."""

    files: int = 0
    right: int = 0
    letters: int = 0
    right_letters: int = 0
    characters: int = 0
    right_characters: int = 0
    wrong_warned: int = 0
    right_warned: int = 0
    seconds: float = 0.0

    def add(self, case: Case, text: str, warned: bool, seconds: float) -> None:
        correct = text.rstrip("\x1a") == case.text
        self.files += 1
        self.right += correct
        self.letters += sum(c > "\x7f" for c in case.text)
        self.right_letters += right_letters(text, case.text)
        self.characters += len(case.text)
        self.right_characters += sum(a == b for a, b in zip(text, case.text, strict=False))
        self.wrong_warned += warned and not correct
        self.right_warned += warned and correct
        self.seconds += seconds


def measure(read: Reader, material: Iterator[Case]) -> dict[tuple[str, str], Score]:
    """Read every file and return the counts of each language and codec."""
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for case in material:
        began = time.perf_counter()
        try:
            text, warned = read(case.data)
        except Exception:  # a library or an older version that fails has read nothing
            text, warned = "", True
        scores[case.language, case.codec].add(case, text, warned, time.perf_counter() - began)
    return scores


def total(scores: dict[tuple[str, str], Score]) -> Score:
    """Return the sum over all languages and codecs."""
    whole = Score()
    for score in scores.values():
        for field in whole.__dataclass_fields__:
            setattr(whole, field, getattr(whole, field) + getattr(score, field))
    return whole


def main(
    files: Annotated[int, typer.Option(help="Files of each language and codec.")] = 6,
    seed: Annotated[int, typer.Option()] = 0,
    tuning: Annotated[bool, typer.Option(help="Use the sentences that are not held out.")] = False,
    details: Annotated[bool, typer.Option(help="A row for each language and codec.")] = False,
    only: Annotated[str, typer.Option(help="One reader.")] = "",
) -> None:
    """Print what each reader makes of the files."""
    screen = Console(width=160)
    shares = ("files right", "letters > ASCII right", "characters right")
    table = Table(
        "reader", "language", "codec", "files", *shares, "wrong: warned", "right: warned", "ms a file"
    )
    for name, read in readers().items():
        if only and name != only:
            continue
        scores = measure(read, cases(files, held_out=not tuning, seed=seed))
        rows = [*scores.items()] if details else []
        for (language, codec), score in [*rows, (("all", "all"), total(scores))]:
            wrong = score.files - score.right
            table.add_row(
                name,
                language,
                codec,
                str(score.files),
                f"{score.right / score.files:.1%}",
                f"{score.right_letters / max(score.letters, 1):.2%}",
                f"{score.right_characters / score.characters:.2%}",
                f"{score.wrong_warned} of {wrong}",
                f"{score.right_warned} of {score.right}",
                f"{1000 * score.seconds / score.files:.1f}",
            )
    screen.print(table)


if __name__ == "__main__":
    typer.run(main)
