"""Runs exported scripts as if this project were not installed, and prints their output as JSON.

``python -I elsewhere.py PROGRAM [FOLDER …] < texts``: an isolated interpreter in which importing
translearn_core, or any name in the environment variable BLOCKED, raises. One process for all folders, since
importing torch is slow.
"""

import contextlib
import importlib
import io
import json
import os
import runpy
import sys

BLOCKED = ("translearn_core", *filter(None, os.environ.get("BLOCKED", "").split(",")))


class BlockedFinder:
    """Import finder that raises for blocked names."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    sys.meta_path.insert(0, BlockedFinder())
    for name in BLOCKED:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
            sys.exit(f"{name} can be imported here")
    program, *folders = sys.argv[1:]
    texts, results = sys.stdin.read(), {}
    for folder in folders:
        sys.argv, sys.stdin, output = [program], io.StringIO(texts), io.StringIO()
        with contextlib.redirect_stdout(output):
            runpy.run_path(os.path.join(folder, program), run_name="__main__")
        results[folder] = [json.loads(line) for line in output.getvalue().splitlines()]
    if imported := [name for name in sys.modules if name.partition(".")[0] in BLOCKED]:
        sys.exit(f"{imported[0]} was imported after all")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
