"""Bring the message catalogs up to date with the source: ``python -m translearn_core.translation.update``.

Run it in a checkout. New messages are added without a translation, messages that are gone are removed, and
the number of those that wait for a translator is printed. A translation equal to its message says that it
is none: an identifier, a name. A message whose placeholders were renamed keeps its translation.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from translearn_core.config.settings import app_root
from translearn_core.translation.extraction import lesson_texts, python_texts, table_texts
from translearn_core.translation.language import Language

LOCALES = Path(__file__).parent / "locales"
METHODS = {"jinja": babel_extract, "python": python_texts, "lessons": lesson_texts, "table": table_texts}
_FIELD = re.compile(r"(?<!\{)\{(\w+)\}")
_UNREAD = ("api", "commands", "engine", "storage", "translation", "runs/database")
"""Packages whose strings are not shown on pages."""
SOURCES: Mapping[str, list[tuple[str, str]]] = {
    "interface": [
        ("translearn_core/**.jinja", "jinja"),
        ("app.py", "python"),
        ("pages/_ui/server/**.py", "ignore"),
        ("pages/**.py", "python"),
        *((f"translearn_core/{package}/**.py", "ignore") for package in _UNREAD),
        ("translearn_core/**.py", "python"),
        ("assets/glossary.csv", "table"),
    ],
    "lessons": [("assets/lessons/*.md", "lessons"), ("assets/claims/*.yaml", "lessons")],
}
"""File patterns of each catalog, with the extraction method; the first that fits counts."""


def extracted(name: str) -> Catalog:
    """Return the messages of a catalog as they are in the source."""
    found = Catalog(charset="utf-8")
    methods = [(pattern, METHODS.get(method, method)) for pattern, method in SOURCES[name]]
    for file, line, text, _, _ in extract_from_dir(app_root(), methods, directory_filter=_is_source):  # type: ignore[arg-type]
        found.add(text, locations=[(file, line)])
    return found


def _is_source(folder: str | Path) -> bool:
    return not Path(folder).name.startswith(".") and Path(folder).name not in (
        "tests",
        "documentation",
        "build",
    )


def update(language: Language, name: str) -> list[str]:
    """Bring a catalog up to date; return the messages without a translation."""
    path = LOCALES / language / "LC_MESSAGES" / f"{name}.po"
    known = _translations(read_po(path.open("rb"))) if path.exists() else {}
    updated = extracted(name)
    updated.locale = language
    renamed = {_FIELD.sub("{}", source): source for source in known}
    for one in updated:
        if one.id:
            source = str(one.id)
            before = source if source in known else renamed.get(_FIELD.sub("{}", source), "")
            one.string = _with_names(known.get(before, ""), before, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, updated, width=0, sort_by_file=True, include_lineno=False, omit_header=False)
    return [str(one.id) for one in updated if one.id and not one.string]


def _with_names(translation: str, before: str, now: str) -> str:
    """Return a translation with the placeholders of a message that were renamed."""
    names = dict(zip(_FIELD.findall(before), _FIELD.findall(now), strict=True)) if translation else {}
    return _FIELD.sub(lambda field: f"{{{names.get(field[1], field[1])}}}", translation)


def _translations(messages: Iterable[object]) -> dict[str, str]:
    return {str(one.id): str(one.string) for one in messages if one.id and one.string}  # type: ignore[attr-defined]


def main() -> None:
    """Update all catalogs."""
    for language in Language.offered()[1:]:
        for name in SOURCES:
            print(f"{language} {name}: {len(update(language, name))} without a translation")


if __name__ == "__main__":
    main()
