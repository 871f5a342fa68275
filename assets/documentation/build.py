"""Build the documentation site into `_site`, beside this file; warnings fail the build."""

import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import build_main

SOURCE = Path(__file__).resolve().parent
SITE = SOURCE / "_site"
"""Where the app and the wheel look for the site."""


def build(target: Path = SITE) -> int:
    """Build the site into `target`, and return Sphinx's exit code; an earlier site is replaced."""
    with tempfile.TemporaryDirectory() as scratch:
        site = Path(scratch) / "site"
        doctrees = str(Path(scratch) / "doctrees")
        code = build_main(["-W", "--keep-going", "-q", "-b", "html", "-d", doctrees, str(SOURCE), str(site)])
        if code == 0:
            for leftover in ("objects.inv", ".buildinfo"):
                (site / leftover).unlink(missing_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(site, target)
    return code


if __name__ == "__main__":
    sys.exit(build())
