"""Test users, and the text of a page.

Not in `conftest`: there are several modules of that name, and which one is imported depends on the arguments.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages._ui.shell.navigation import ENTRIES

ROUTER = Path(__file__).resolve().parents[2] / "pages" / "_ui" / "shell" / "router.py"
ALICE, BOB = "A" * 43, "B" * 43

Open = Callable[..., AppTest]
"""Opens a page by its name, as the browser that holds a token; further arguments go into the address."""


Alone = Callable[[Callable[[], None]], AppTest]
"""Draws one part of a page by itself, in Alice's browser."""


def page_text(at: AppTest) -> str:
    """Return the sentences of a page without escape characters."""
    parts = [*at.markdown, *at.caption, *at.error, *at.info, *at.warning, *at.subheader, *at.text]
    return unescaped("\n".join(str(part.value) for part in parts))


def unescaped(text: str) -> str:
    """Return Markdown as displayed, without escapes and colour directives."""
    return re.sub(r":color\[(.)\]", r"\1", text.replace("\\", ""))


def script(page: str) -> str:
    """Return the file of a page as `AppTest.switch_page` takes it."""
    return os.path.relpath(ENTRIES[page].folder / f"{page}.py", ROUTER.parent)


def keys(at: AppTest) -> set[str | None]:
    """Return the keys of the buttons of a page."""
    return {button.key for button in at.button}


def progress(at: AppTest) -> str:
    """Return the texts of the progress bars of a page without escape characters."""
    return unescaped(" ".join(str(bar.proto.text) for bar in at.get("progress")))
