"""`translearn label-efficiency`: parsing of sizes, and the command on a tiny backbone."""

import json

import pytest

from tests.architectures import tiny_folder
from tests.commands.terminals import TICKETS, Terminal, refused
from translearn_core.commands.few_labels.label_efficiency import parse_sizes, size_grid
from translearn_core.errors import ConfigError


@pytest.mark.parametrize(
    ("words", "per_class", "sizes"),
    [
        (None, False, (8, 16, 32, 64, 100)),
        (None, True, (8, 16, 32, 64, 100)),
        ("16, 8,all", False, (8, 16, 100)),
        ("4,all", True, (8, 100)),
        ("100", False, (100,)),
    ],
)
def test_sizes_are_labels_in_total_or_of_each_class(
    words: str | None, per_class: bool, sizes: tuple[int, ...]
) -> None:
    assert size_grid(parse_sizes(words), 100, [40, 60], per_class=per_class) == sizes


def test_a_row_with_several_labels_counts_once() -> None:
    assert size_grid((), 70, [40, 60], per_class=False)[-1] == 70
    assert size_grid(parse_sizes("all"), 70, [40, 60], per_class=True) == (70,)


@pytest.mark.parametrize("words", ["many", "0", "1", "101", "-5", "8,,16"])
def test_sizes_that_cannot_be_are_named(words: str) -> None:
    with pytest.raises(ConfigError, match="sizes is"):
        size_grid(parse_sizes(words), 100, [40, 60], per_class=False)


def test_labels_of_each_class_are_at_most_those_of_the_rarest() -> None:
    assert size_grid(("10", "all"), 1000, [10, 990], per_class=True) == (20, 1000)
    with pytest.raises(ConfigError, match=r"sizes is '400': give at most 10 labels of each class"):
        size_grid(("400",), 1000, [10, 990], per_class=True)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    tiny = tiny_folder("bert", tmp_path_factory.mktemp("tiny"))
    data = (TICKETS, "--text", "text", "--label", "intent")
    return ("label-efficiency", *data, "--backbone", tiny, "--seeds", 2)


def run_ids(terminal: Terminal) -> set[str]:
    """Return the ids of all runs."""
    return {run["run"] for run in json.loads(terminal("runs", "--json").stdout)["runs"]}


def test_a_curve_without_training_and_then_with_it(terminal: Terminal, words: tuple[object, ...]) -> None:
    before = run_ids(terminal)
    free = terminal(*words, "--sizes", "20,all", "--no-training", "--json")
    assert free.returncode == 0, free.stderr
    record = json.loads(free.stdout)
    assert {line["method"] for line in record["curve"]} == {
        "TF-IDF",
        "frozen probe",
        "prototypes",
        "zero-shot",
    }
    assert record["at"] == 20
    assert record["sizes"][0] == 20
    assert [line["draws"] for line in record["curve"]] == [1, 2, 1, 2, 1, 2, 1]
    assert run_ids(terminal) == before

    small = ("--seeds", 1, "--epochs", 1, "--batch-size", 128)
    done = terminal(
        *words, "--sizes", "20,all", "--reference-size", 20, "--train-blocks", "last:1", *small, "--json"
    )
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    own = "own settings, block 2"
    assert [line["method"] for line in record["curve"]][1::2] == [
        "TF-IDF",
        "frozen probe",
        "prototypes",
        own,
        "from scratch",
    ]
    assert {line["draws"] for line in record["curve"]} == {1}
    assert "20 labels" in record["sentences"][0]
    assert own in record["sentences"][0]
    assert record["reaches"][0]["worse"] == "from scratch"
    assert record["failed"] == []
    assert len(run_ids(terminal) - before) == 4


def test_the_table_has_a_column_a_way(terminal: Terminal, words: tuple[object, ...]) -> None:
    done = terminal(*words, "--sizes", "20,all", "--no-training")
    assert done.returncode == 0, done.stderr
    assert "frozen probe" in done.stdout
    assert "come on top" in done.stdout


def test_more_sizes_than_a_curve_has_room_for_are_one_line(
    terminal: Terminal, words: tuple[object, ...]
) -> None:
    sentence = refused(terminal(*words, "--sizes", ",".join(map(str, range(2, 61)))))
    assert "sizes is (2, 3, 4" in sentence
    assert "at most 50" in sentence


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--sizes", "some"), "sizes is 'some'"),
        (("--sizes", "8,16", "--reference-size", 99), "reference_size is 99: give a number of labels"),
        (("--recipe", "best"), "recipe is 'best'"),
        (("--arm", "scratch"), "arm is 'scratch': give one of"),
    ],
)
def test_a_bad_option_is_one_line(
    terminal: Terminal, words: tuple[object, ...], more: tuple[object, ...], sentence: str
) -> None:
    assert sentence in refused(terminal(*words, *more))
