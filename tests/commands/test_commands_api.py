"""Public functions for notebooks: the tour of the documentation, and what they refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

import translearn_core
from tests.commands.terminals import TICKETS, Terminal
from tests.conftest import ROOT
from translearn_core import api

TOUR = ROOT / "assets" / "documentation" / "tour.py"


def run_script(script: str | Path, terminal: Terminal) -> subprocess.CompletedProcess[str]:
    words = [str(script)] if isinstance(script, Path) else ["-c", script]
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=terminal.environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=550,
    )


def test_the_public_names_are_functions_of_the_api() -> None:
    assert sorted(translearn_core.__all__) == [name for name in sorted(api.__all__) if name.islower()]
    assert all(getattr(translearn_core, name) is getattr(api, name) for name in translearn_core.__all__)
    assert set(translearn_core.__all__) <= set(dir(translearn_core))
    with pytest.raises(AttributeError, match="nothing"):
        translearn_core.nothing  # noqa: B018 - the access raises


def test_importing_them_loads_no_torch() -> None:
    code = "import sys; from translearn_core import train; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_the_recipes_are_a_table() -> None:
    frame = api.recipes()
    assert list(frame) == ["recipe", "title", "summary", "use_when", "cost", "source"]
    assert "lora" in set(frame["recipe"])


def test_the_tour_runs_as_it_stands(terminal: Terminal) -> None:
    done = run_script(TOUR, terminal)
    assert done.returncode == 0, done.stderr
    assert "['text', 'intent']" in done.stdout
    assert "6 blocks" in done.stdout
    for column in ("accuracy low", "validation_loss", "difference", "selectivity", "confidence"):
        assert column in done.stdout, done.stdout
    assert "Where is my parcel?" in done.stdout
    assert len(terminal("runs", "--json").stdout) > 2


def test_what_cannot_be_says_what_can(terminal: Terminal) -> None:
    code = f"""
from translearn_core import diagnose, open_run, prepare, read_table
from translearn_core.errors import TranslearnError
table = read_table({str(TICKETS)!r})
for call in (
    lambda: prepare(table, text="text", label="none"),
    lambda: prepare(table, text="text", label="intent", problem="poem"),
    lambda: read_table("none.csv"),
    lambda: open_run("none"),
    lambda: diagnose(prepare(table, text="text", label="intent"), "probe"),
):
    try:
        call()
    except TranslearnError as error:
        print(type(error).__name__, error)
"""
    done = run_script(code, terminal)
    lines = done.stdout.splitlines()
    names = ["DataError", "ConfigError", "DataError", "NotFoundError", "ConfigError"]
    assert [line.split()[0] for line in lines] == names, done.stdout + done.stderr
    assert "'none'" in lines[0]
    assert "single, multi-label, regression" in lines[1]
    assert "zero_shot" in lines[4]
