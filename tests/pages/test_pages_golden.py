"""The words of every page on the filled workspace, compared with `golden/<page>.md`."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element, Node
from visits import BOB, Open, unescaped

from pages._ui.shell.navigation import PAGES
from translearn_core.runs import ShareLinks
from translearn_core.runs.personal.share_links import SharedRun
from translearn_core.translation import Language, catalog

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "TRANSLEARN_UPDATE_GOLDEN"

TEXTS = {
    "title", "header", "subheader", "markdown", "caption", "text", "error", "warning", "info", "success",
}  # fmt: skip
REFERENCE = re.compile(r"arXiv:\d{4}")
"""A paper's authors, which are the same in every language."""
VARYING = (
    re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{6,}\b"),  # ids
    re.compile(r"just now|# (?:second|minute|hour|day)s? ago"),
    re.compile(r"(?:under )?# (?:s|min|h)(?: # (?:s|min))?\b"),
    re.compile(r"# (?:bytes|kB|MB|GB)\b"),
)


@pytest.mark.parametrize("page", PAGES)
def test_the_words_of_a_page_are_those_of_its_golden_file(page: str, filled: Filled, visit: Open) -> None:
    _compare(page, visit(page))


def test_the_words_of_a_shared_run_are_those_of_its_golden_file(filled: Filled, visit: Open) -> None:
    link = ShareLinks(filled.store).make(filled.owner, SharedRun(run=filled.run.id), "shown")
    _compare("shared", visit("shared", BOB, link=link.token))


def _compare(page: str, at: AppTest) -> None:
    lines = list(_lines(at.main))
    words = "".join(f"{_neutral(line)}\n" for line in lines)
    assert not _untranslated(lines)
    file = GOLDEN / f"{page}.md"
    if os.environ.get(UPDATE):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(words, encoding="utf-8")
    golden = file.read_text(encoding="utf-8") if file.exists() else ""
    assert words.splitlines() == golden.splitlines(), f"read the difference, then run with {UPDATE}=1"


def _untranslated(lines: list[str]) -> list[str]:
    """Return the texts of a page that a language lacks a message for."""
    texts = [unescaped(line).partition(": ")[2] for line in lines]
    return [
        f"{language}: {text}"
        for language in Language.offered()
        if (messages := catalog(language)) is not None
        for text in texts
        if messages.missing(text) and not REFERENCE.search(text)
    ]


def _lines(block: Block) -> Iterator[str]:
    """Yield the texts and labels of a page in its order, one line each."""
    for node in block.children.values():
        if isinstance(node, Block):
            if label := _label(node):
                yield f"{node.type}: {label}"
            yield from _lines(node)
        elif line := _line(node):
            yield line


def _line(node: Node) -> str:
    assert isinstance(node, Element)
    if node.type in TEXTS:
        return f"{node.type}: {node.value}"
    return f"{node.type}: {label}" if (label := _label(node)) else ""


def _label(node: Node) -> str:
    return str(getattr(node, "label", "") or getattr(node.proto, "label", ""))


def _neutral(line: str) -> str:
    """Replace what differs between runs by '#': numbers, ids, durations, times and sizes."""
    line = " ".join(unescaped(line).split())
    line = VARYING[0].sub("#", line)
    line = re.sub(r"[-+]?\d[\d,.]*\d|\d", "#", line)
    for pattern in VARYING[1:]:
        line = pattern.sub("#", line)
    return line
