"""Help of the commands: complete, and without heavy imports."""

import subprocess
import sys
from inspect import signature

import pytest
import typer
from typer.testing import CliRunner

from tests.conftest import ROOT
from translearn_core.commands.cli import COMMANDS, app
from translearn_core.commands.terminal.dataclass_options import spread_options

HEAVY = ("torch", "transformers", "sklearn", "umap", "peft", "plotly", "streamlit")


def test_the_help_waits_for_nothing_that_computes_or_draws() -> None:
    script = f"import sys, translearn_core.commands.cli; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_each_option(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"])
    assert done.exit_code == 0
    assert COMMANDS[name].__doc__.splitlines()[0][:40] in done.output
    for one in signature(spread_options(COMMANDS[name])).parameters.values():
        assert one.annotation is typer.Context or one.annotation.__metadata__[0].help, one.name


def test_a_search_for_a_rate_takes_what_a_training_takes() -> None:
    train, search = (
        set(signature(spread_options(COMMANDS[name])).parameters) for name in ("train", "lr-find")
    )
    assert train - search == {"epochs"}
    assert search - train == {"low", "high", "steps"}
