"""Output of commands: results on stdout, everything else on stderr."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from translearn_core.data.files.write_table import output_kind
from translearn_core.errors import DataError

A = TypeVar("A")

console = Console(stderr=True)
"""Console on stderr for progress and errors."""


def print_result(result: A, show: Callable[[A, Console], object], *, as_json: bool) -> None:
    """Print a JSON-serialisable result: as one JSON object, or with `show`."""
    try:
        if as_json:
            print(json.dumps(result), flush=True)
        else:
            show(result, Console())
    except BrokenPipeError:  # the reader closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def print_line(text: str, screen: Console, *, style: str | None = None) -> None:
    """Print text literally: no markup, highlighting or wrapping."""
    screen.print(text, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


def check_writable(out: Path) -> None:
    """Raise `DataError` if a file cannot be written; creates no file."""
    new = not out.exists()
    try:
        out.open("a", encoding="utf-8").close()
        if new:
            out.unlink()
    except OSError as error:
        raise DataError(f"{str(out)!r} cannot be written ({error.strerror}): choose another --out.") from None


def check_output(out: Path | None) -> None:
    """Raise an error if no table can be written to `out`: its ending names no format, or it is not writable.

    None, nothing to write, is in order.
    """
    if out is not None:
        output_kind(out)
        check_writable(out)
