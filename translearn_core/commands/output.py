"""What a command says: its answer on the output, all else on the error stream."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from translearn_core.errors import DataError

A = TypeVar("A")

console = Console(stderr=True)
"""Where progress and errors go, so that the output holds the answer alone."""


def print_result(answer: A, show: Callable[[A, Console], object], *, as_json: bool) -> None:
    """Print an answer, which is plain JSON: as one object, or as `show` does it for a person."""
    try:
        if as_json:
            print(json.dumps(answer), flush=True)
        else:
            show(answer, Console())
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def print_line(text: str, screen: Console, *, style: str | None = None) -> None:
    """Print text as it is: nothing in it is read as markup, coloured or broken into lines."""
    screen.print(text, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


def check_writable(out: Path) -> None:
    """Raise `DataError` if a file cannot be written, before anything is computed for it; leave none there."""
    new = not out.exists()
    try:
        out.open("a", encoding="utf-8").close()
        if new:
            out.unlink()
    except OSError as error:
        raise DataError(f"{str(out)!r} cannot be written ({error.strerror}): choose another --out.") from None
