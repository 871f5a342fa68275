"""Runs exported programs as if this project were not installed, and reports what they printed as JSON.

``python -I elsewhere.py PROGRAM [FOLDER …] < texts``: an isolated interpreter in which importing
translearn_core, or any name in the environment variable BLOCKED, raises. One process for many folders, since
importing torch takes long.
"""

import contextlib
import importlib
import io
import json
import os
import runpy
import sys

BLOCKED = ("translearn_core", *filter(None, os.environ.get("BLOCKED", "").split(",")))


class Absent:
    """Finds nothing under the blocked names."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    sys.meta_path.insert(0, Absent())
    for name in BLOCKED:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
            sys.exit(f"{name} can be imported here")
    program, *folders = sys.argv[1:]
    typed, found = sys.stdin.read(), {}
    for folder in folders:
        sys.argv, sys.stdin, said = [program], io.StringIO(typed), io.StringIO()
        with contextlib.redirect_stdout(said):
            runpy.run_path(os.path.join(folder, program), run_name="__main__")
        found[folder] = [json.loads(line) for line in said.getvalue().splitlines()]
    if here := [name for name in sys.modules if name.partition(".")[0] in BLOCKED]:
        sys.exit(f"{here[0]} was imported after all")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
