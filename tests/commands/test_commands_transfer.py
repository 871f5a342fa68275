"""`translearn transfer`, and training across domains, on a tiny backbone."""

import json
from pathlib import Path

import pytest

from tests.architectures import tiny_folder
from tests.commands.terminals import Terminal, refused

WORDS = {"yes": "great lovely good film", "no": "terrible boring bad film"}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    folder: Path = tmp_path_factory.mktemp("domains")
    lines = [
        f"{WORDS[label]} {kind} {number},{label},{kind}"
        for kind in ("books", "films")
        for label in ("yes", "no")
        for number in range(40)
    ]
    (folder / "table.csv").write_text("text,label,kind\n" + "\n".join(lines))
    tiny = tiny_folder("bert", folder / "tiny")
    return (folder / "table.csv", "--text", "text", "--label", "label", "--backbone", tiny)


def test_the_matrix_has_a_cell_for_every_source_and_target(terminal: Terminal, words: tuple[object, ...]):
    done = terminal("transfer", *words, "--domain", "kind", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["domains"] == ["books", "films"]
    assert (record["metric"], record["loss_metric"]) == ("accuracy", "accuracy")
    assert [one["distance"] for one in record["agreements"]] == ["A-distance", "MMD", "vocabulary not shared"]
    assert record["agreements"][0] | {"distance": ""} == {
        "distance": "", "pairs": 2, "domains": 2, "tau": None, "tau low": None, "tau high": None,
    }  # fmt: skip
    sources = {cell["source"] for cell in record["cells"]}
    assert sources == {"books", "films", "all together"}
    assert len(record["cells"]) == 2 * 3 * 2
    assert {pair["source"] for pair in record["distances"]} == {"books", "films"}
    assert [line["domain"] for line in record["texts"]] == ["books", "films"]
    trained = ("--train-blocks", "last:1", "--epochs", 1, "--seeds", 1)
    shown = terminal("transfer", *words, "--domain", "kind", *trained)
    assert shown.returncode == 0, shown.stderr
    assert "Accuracy of block 2" in " ".join(shown.stdout.split())
    assert "learned from" in shown.stdout
    assert "books: about" in shown.stderr
    assert "All 3 runs: about" in shown.stderr
    assert record["sentences"][0].split(" beside")[0] in " ".join(shown.stdout.split())


def test_a_training_learns_from_one_domain_and_is_tested_on_another(
    terminal: Terminal, words: tuple[object, ...]
):
    places = ("--domain", "kind", "--source-domain", "books", "--target-domain", "films")
    done = terminal(
        "train", *words, *places, "--train-blocks", "last:1", "--epochs", 1,
        "--set", 'adaptation={"method": "coral"}', "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["test"]["n"] == 12
    assert record["domains"] == {}
    both = terminal("train", *words, "--domain", "kind", "--epochs", 1, "--json")
    assert both.returncode == 0, both.stderr
    assert json.loads(both.stdout)["domains"].keys() == {"books", "films"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "domain is"),
        (("--domain", "label"), "column of domains must be another one"),
        (("--domain", "kind", "--source-domain", "books"), "source_domain is 'books': leave it out: the"),
        (("--domain", "kind", "--target-domain", "films"), "target_domain is 'films': leave it out: the"),
        (
            ("--domain", "kind", "--source-domain", "books", "--target-domain", "films"),
            "source_domain is 'books': leave it out, and --target-domain",
        ),
        (("--source-domain", "books"), "domain is"),
    ],
)
def test_what_is_no_matrix_is_said(
    terminal: Terminal, words: tuple[object, ...], options: tuple[str, ...], sentence: str
):
    assert sentence in " ".join(refused(terminal("transfer", *words, *options)).split())


def test_an_unknown_domain_is_named(terminal: Terminal, words: tuple[object, ...]):
    places = ("--domain", "kind", "--source-domain", "music")
    message = " ".join(refused(terminal("train", *words, *places)).split())
    assert "no domain 'music': choose from 'books' and 'films'" in message
