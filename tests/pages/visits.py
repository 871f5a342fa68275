"""Who visits the pages in tests, and what a page says.

A module of its own: `conftest` is the name of several, and which one an import finds depends on the folders
that are asked for.
"""

import re
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROUTER = Path(__file__).resolve().parents[2] / "pages" / "_ui" / "shell" / "router.py"
ALICE, BOB = "A" * 43, "B" * 43

Open = Callable[..., AppTest]
"""Opens a page by its name, as the browser that holds a token; further arguments go into the address."""


Alone = Callable[[Callable[[], None]], AppTest]
"""Draws one part of a page by itself, in Alice's browser."""


def said(at: AppTest) -> str:
    """Return all that a page says in sentences, without the marks of escaping."""
    parts = [*at.markdown, *at.caption, *at.error, *at.info, *at.warning, *at.subheader, *at.text]
    return unescaped("\n".join(str(part.value) for part in parts))


def unescaped(text: str) -> str:
    """Return Markdown as it is shown: without escapes, and without the directives that break addresses."""
    return re.sub(r":color\[(.)\]", r"\1", text.replace("\\", ""))
