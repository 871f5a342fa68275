"""Babel extraction of the texts of the interface: strings and f-strings of Python files, texts of lessons.

An f-string becomes a message with placeholders named by what they hold. Docstrings, keys, logs and other
strings that nobody reads are left out by what they look like; a string that is left in needlessly is
translated by itself.
"""

import ast
import csv
import io
import re
from collections.abc import Iterator
from typing import IO

import yaml

from translearn_core.translation.message import WORD

Found = tuple[int, None, str, list[str]]
"""Line, function (none), message, comments: what Babel expects."""

_NOT_SHOWN = frozenset({"key", "icon", "type", "width", "mime", "color", "colour", "pattern", "name_prefix"})
"""Keyword arguments whose values nobody reads."""
_UNREAD_CALLS = frozenset({"log", "re", "logging", "ast", "TypeVar"})
"""Functions, and objects whose methods, take strings that nobody reads."""
_CODE = re.compile(r"^(<|SELECT|\.st|http|:material|[a-z_.]+$)")
_TITLE = re.compile(r"[A-Z][A-Za-z-]{1,}[.:?]?")
LESSON_TEXTS = frozenset(
    {"title", "claim", "question", "text", "why", "options", "needs", "paper", "label", "axis", "name",
     "names", "aim", "timing", "goes_wrong", "sentence", "expected", "authors", "learned"}
)  # fmt: skip
"""Entries of a lesson or claim that people read."""


def python_texts(file: IO[bytes], *_: object, **__: object) -> Iterator[Found]:
    """Yield the texts of a Python file."""
    tree = ast.parse(file.read())
    unread = set(map(id, _unread(tree)))
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        if isinstance(node, ast.Call):
            yield from ((node.lineno, None, text, []) for text in _counted(node))
            continue
        if isinstance(node, ast.JoinedStr):
            text = _template(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if is_text(text):
            yield node.lineno, None, text, []


def is_text(text: str) -> bool:
    """Whether people may read a string: it has several words, or is one in capitals."""
    literal = re.sub(r"\{\w*\}", "", text)
    words = WORD.findall(literal)
    if not words or _CODE.match(text):
        return False
    apart = " " in literal.strip()
    if len(words) > 1:
        several = apart
    else:
        several = ("{" in text and " " in literal) or (apart and any(map(str.isdigit, literal)))
    return several or _TITLE.fullmatch(text.strip()) is not None


def lesson_texts(file: IO[bytes], *_: object, **__: object) -> Iterator[Found]:
    """Yield the texts of a lesson or claim: entries of its YAML, and headings and paragraphs below it."""
    content = file.read().decode("utf-8")
    front, _separator, body = content.removeprefix("---\n").partition("\n---\n")
    yield from ((1, None, text, []) for text in _entries(yaml.safe_load(front)) if WORD.search(text))
    for paragraph in re.split(r"\n\s*\n", body):
        heading = re.match(r"## [\w-]+: (.*)", paragraph.strip())
        text = heading[1] if heading else paragraph.strip()
        if text:
            yield 1, None, text, []


def _entries(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, entry in value.items():
            if name == "names":
                yield str(entry)
            else:
                yield from _entries(entry, str(key))
    elif isinstance(value, list):
        for entry in value:
            yield from _entries(entry, name)
    elif isinstance(value, str) and name in LESSON_TEXTS:
        yield value


def _unread(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of strings that nobody reads."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                yield docstring
            case ast.JoinedStr(values=values):
                yield from values
                yield from (
                    part.format_spec
                    for part in values
                    if isinstance(part, ast.FormattedValue) and part.format_spec
                )
            case ast.Call(func=ast.Name(id=id) | ast.Attribute(value=ast.Name(id=id))) if id in _UNREAD_CALLS:
                yield from ast.walk(node)
            case ast.keyword(arg=str(arg), value=value) if arg in _NOT_SHOWN:
                yield from ast.walk(value)
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.AST() as annotation):
                yield from ast.walk(annotation)
            case ast.FunctionDef(returns=ast.AST() as returns):
                yield from ast.walk(returns)


def _counted(call: ast.Call) -> Iterator[str]:
    """Yield the messages of a count with its noun, such as ``{count} rows``."""
    match call:
        case ast.Call(func=ast.Name(id="count_noun"), args=[_, ast.Constant(value=str(one)), *more]):
            plural = str(more[0].value) if more and isinstance(more[0], ast.Constant) else f"{one}s"
            yield from (f"{{count}} {noun}" for noun in (one, plural))


def table_texts(file: IO[bytes], *_: object, **__: object) -> Iterator[Found]:
    """Yield the cells of a CSV file that are texts."""
    for line, row in enumerate(csv.reader(io.StringIO(file.read().decode("utf-8"))), 1):
        yield from ((line, None, cell, []) for cell in row if line > 1 and is_text(cell))


def _template(node: ast.JoinedStr) -> str:
    """Return an f-string with placeholders; equal expressions have equal names."""
    names: dict[str, str] = {}
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value).replace("{", "{{").replace("}", "}}"))
        elif isinstance(value, ast.FormattedValue):
            expression = ast.dump(value)
            if expression not in names:
                name = _name(value.value).strip("_") or "value"
                count = sum(other.rstrip("0123456789") == name for other in names.values())
                names[expression] = f"{name}{count + 1}" if count else name
            parts.append(f"{{{names[expression]}}}")
    return "".join(parts)


def _name(expression: ast.expr) -> str:
    """Return a name for what an expression holds."""
    match expression:
        case ast.Attribute(value=ast.Name(id="metric") | ast.Attribute(attr="metric")):
            return "metric"
        case ast.Attribute(value=ast.Call(func=ast.Name(id="metric_of"))):
            return "metric"
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="len")):
            return "count"
        case ast.Call(func=ast.Name(id="plain" | "str" | "quote"), args=[first, *_]):
            return _name(first)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case ast.Subscript(value=value):
            return _name(value)
    return "value"
