"""`translearn advise` with a real engine and the bundled backbone."""

import json
import shlex

import pytest

from tests.commands.terminals import TICKETS, Terminal, refused
from translearn_core.commands.advise import command
from translearn_core.commands.terminal.options import ExperimentOptions
from translearn_core.config import ReadOptions, RecipeName
from translearn_core.results import Advice

WORDS = ("advise", TICKETS, "--text", "text", "--label", "intent")


def test_advice_is_one_object_and_its_command_can_be_typed(terminal: Terminal) -> None:
    done = terminal(*WORDS, "--json", "--minutes", "0.05")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert set(record) == {
        "recipe",
        "settings",
        "sentence",
        "facts",
        "reasons",
        "doubts",
        "options",
        "command",
        "findings",
    }
    assert {option["recipe"] for option in record["options"]} == set(RecipeName)
    assert record["doubts"]
    assert all(rule["source"] for rule in record["reasons"] + record["doubts"])
    assert not any(o["fits"] for o in record["options"] if (o["seconds"] or 9e9) > 3)
    program, *words = shlex.split(record["command"])
    assert program == "translearn"
    trained = terminal(*words, "--json")
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout)["test"]["accuracy"] > 0.4


def test_for_a_person_it_is_tables_sentences_and_the_command(terminal: Terminal) -> None:
    done = terminal(*WORDS, "--minutes", "0.05")
    assert done.returncode == 0, done.stderr
    for words in ("Training labels", "Why", "What speaks against it", "Source:", "To train so:"):
        assert words in done.stdout
    assert done.stdout.splitlines()[-1].startswith("translearn train ")


@pytest.mark.parametrize(
    ("words", "message"), [(("--minutes", "0"), "--minutes"), (("--recipe", "x"), "--recipe")]
)
def test_a_bad_option_is_one_line(terminal: Terminal, words: tuple[str, ...], message: str) -> None:
    assert message in refused(terminal(*WORDS, *words))


def test_the_command_repeats_the_options_and_adds_what_is_advised() -> None:
    options = ExperimentOptions(
        "a b.csv", "text", ["the label"], split_seed=3, settings=["data.rare_class_below=2"]
    )
    advice = Advice("linear", {"features.layer_combination": "one", "features.layer": 4}, "", (), (), ())
    assert command(options, advice, ReadOptions(header=False, delimiter=";")) == (
        "translearn train 'a b.csv' --text text --label 'the label' --split-seed 3 --delimiter semicolon "
        "--no-header --recipe linear --set data.rare_class_below=2 --set features.layer_combination=one "
        "--set features.layer=4"
    )
