"""`translearn zero-shot` on a tiny backbone, and the contrastive recipe from the command line."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.architectures import tiny_folder
from tests.commands.terminals import Terminal, refused
from translearn_core.commands.few_labels.zero_shot import parse_descriptions
from translearn_core.errors import ConfigError

MONEY = "bank money card account refund"
FOOD = "lovely food great service"


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    folder: Path = tmp_path_factory.mktemp("kinds")
    lines = [
        f"{text} {number},{label}"
        for label, text in (("money_matters", MONEY), ("food", FOOD))
        for number in range(40)
    ]
    (folder / "table.csv").write_text("text,kind\n" + "\n".join(lines))
    tiny = tiny_folder("bert", folder / "tiny")
    return (folder / "table.csv", "--text", "text", "--label", "kind", "--backbone", tiny)


def test_described_classes_are_found_without_labels(
    terminal: Terminal, words: tuple[object, ...], tmp_path: Path
):
    described = (f"--description=money_matters={MONEY}", f"--description=food={FOOD}", "--template", "{}")
    done = terminal("zero-shot", *words, *described, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["method"] == "similarity"
    assert record["test_rows"] == 12
    assert record["metrics"]["accuracy"]["value"] >= 0.9
    assert {line["class"]: line["description"] for line in record["classes"]}["food"] == FOOD
    assert sum(line["chosen"] for line in record["choices"]) == 1
    assert len(record["predictions"]) == 12
    out = tmp_path / "out.csv"
    shown = terminal("zero-shot", *words, *described, "--out", out)
    assert shown.returncode == 0, shown.stderr
    table = pd.read_csv(out)
    assert list(table) == ["row", "text", "label", "predicted", "margin"]
    assert (table["label"] == table["predicted"]).mean() == record["metrics"]["accuracy"]["value"]
    assert "money_matters" in shown.stdout
    assert "Macro-F1" in shown.stdout


def test_a_name_is_cleaned_and_set_into_the_template(terminal: Terminal, words: tuple[object, ...]):
    done = terminal("zero-shot", *words, "--template", "On {}!", "--json")
    assert done.returncode == 0, done.stderr
    found = {line["description"] for line in json.loads(done.stdout)["classes"]}
    assert found == {"On money matters!", "On food!"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--template", "nothing"), "one {} for the class"),
        (("--description", "food"), "a class and its words"),
        (("--description", "sport=tennis"), "sport"),
        (("--method", "entailment"), "is no NLI model"),
    ],
)
def test_what_cannot_be_asked_is_said(
    terminal: Terminal, words: tuple[object, ...], options: tuple[str, ...], sentence: str
):
    assert sentence in " ".join(refused(terminal("zero-shot", *words, *options, "--quiet")).split())


def test_descriptions_are_split_at_the_first_equals_sign():
    assert parse_descriptions(["a= b = c"]) == [{"name": "a", "text": "b = c"}]
    with pytest.raises(ConfigError, match="description"):
        parse_descriptions(["=x"])


def test_the_contrastive_recipe_trains(terminal: Terminal, words: tuple[object, ...]):
    done = terminal(
        "train", *words, "--recipe", "contrastive", "--set", "contrastive.draws=2",
        "--set", "data.train_rows=16", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["fitted_at_once"] is False
    assert record["test"]["n"] == 12
