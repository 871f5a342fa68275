"""Reading lesson files: a YAML front part between two lines of ``---``, then Markdown, a section a step.

A section begins with ``## id: title``; its step's other fields stand in the front part under the same id.
"""

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from translearn_core.errors import DataError, TranslearnError
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.lessons.lesson import Lesson
from translearn_core.prepared_experiments.collection import Collection
from translearn_core.storage.documents import DocumentError, parse_yaml, read_text

MAX_BYTES = 200_000
"""Largest lesson file."""

_PARTS = re.compile(r"\A---\n(.*?\n)---\n(.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^## +([a-z][a-z0-9-]*): *(.+?) *$", re.MULTILINE)


def read_lesson(path: Path) -> Lesson:
    """Read a lesson file.

    Raises
    ------
    DataError
        If it cannot be read or a field is invalid; the message names the file, the step and the fix.
    """
    try:
        text = read_text(path, MAX_BYTES).replace("\r\n", "\n")
        match = _PARTS.match(text)
        if match is None:
            raise DataError(
                f"{path.name} has no front part: begin with a line '---', the settings, and another '---'."
            )
        front = parse_yaml(match[1])
    except DocumentError as error:
        raise DataError(f"{path.name} {error}: give a lesson file of YAML and Markdown.") from None
    if not isinstance(front, dict) or not isinstance(front.get("steps"), dict):
        raise DataError(f"{path.name}: the front part has no 'steps': give the kind of each step by its id.")
    values = {**front, "id": path.stem, "steps": _steps(path.name, front["steps"], match[2])}
    try:
        return Lesson.model_validate(values)
    except ValidationError as error:
        place = _place(values, error)
        explained = explain_validation_error(error, lambda name: f"{place}: {_field(name)}")
        text = str(explained)
        raise DataError(text if text.startswith(path.name) else f"{place}: {text}") from None
    except TranslearnError as error:
        raise DataError(f"{path.name}: {error}") from None


def _steps(name: str, fields: dict[str, Any], body: str) -> list[dict[str, Any]]:
    """Return the steps in the order of the Markdown, with their text."""
    headings = list(_HEADING.finditer(body))
    ids = [heading[1] for heading in headings]
    for missing in [one for one in fields if one not in ids]:
        raise DataError(f"{name}, step {missing}: it has no text: add a line '## {missing}: title'.")
    steps = []
    for heading, end in zip(headings, [*(h.start() for h in headings[1:]), len(body)], strict=True):
        values = fields.get(heading[1])
        if not isinstance(values, dict):
            raise DataError(
                f"{name}, step {heading[1]}: the front part does not say what it is: add it under 'steps' "
                "with a kind."
            )
        text = body[heading.end() : end].strip()
        steps.append({**values, "id": heading[1], "title": heading[2], "text": text})
    return steps


def _place(values: dict[str, Any], error: ValidationError) -> str:
    """Return file and step of the first error."""
    location = error.errors()[0]["loc"]
    file = f"{values['id']}.md"
    if len(location) > 1 and location[0] == "steps" and isinstance(location[1], int):
        return f"{file}, step {values['steps'][location[1]]['id']}"
    return file


def _field(name: str) -> str:
    """Return a field without the number and kind of its step."""
    return re.sub(r"^steps\.\d+\.(\w+\.)?", "", name)


def lesson_ids() -> tuple[str, ...]:
    """Return the ids of the lessons, by number."""
    return tuple(one.id for one in sorted(LESSONS, key=lambda one: one.number))


def lesson(id: str) -> Lesson:
    """Return a lesson by its id; raises `NotFoundError` if there is none."""
    return LESSONS.find(id)


LESSONS = Collection("lesson", "lessons", ".md", read_lesson, "translearn lesson list")
