"""`train`, `predict` and `runs` with a real engine and the bundled backbone."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.commands.terminals import TICKETS, Terminal, refused


@pytest.fixture(scope="module")
def trained(terminal: Terminal) -> dict[str, object]:
    """The tickets, trained by a process as in a terminal."""
    done = terminal.run("train", TICKETS, "--text", "text", "--label", "intent", "--json", "--epochs", 12)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_train_prints_one_object_that_says_it_all(trained: dict[str, object]) -> None:
    assert set(trained["seconds"]) == {"read", "encode", "train", "evaluate", "total"}
    assert trained["parameters"]["trainable"] == 385 * 10
    assert trained["parameters"]["total"] > 22_000_000
    for split in ("validation", "test"):
        assert {"n", "accuracy", "macro_f1"} <= set(trained[split])
    assert trained["test"]["accuracy"] > trained["constant_baseline"] + 0.4
    assert trained["epochs"] == len(trained["history"]) == 12
    assert [epoch["epoch"] for epoch in trained["history"] if epoch["best"]] == [trained["best_epoch"]]
    assert (Path(trained["folder"]) / "model" / "trained.safetensors").is_file()


def test_the_same_question_is_trained_once(terminal: Terminal, trained: dict[str, object]) -> None:
    again = terminal.train("--epochs", 12)
    assert (again["run"], again["seconds"]) == (trained["run"], trained["seconds"])


def test_several_labels_are_trained_together_and_printed_by_column(
    terminal: Terminal, tmp_path: Path
) -> None:
    table = pd.read_csv(TICKETS)
    table["length"] = table["text"].str.len().where(table.index % 3 > 0)  # a number, missing in a third
    file = tmp_path / "two.csv"
    table.to_csv(file, index=False)
    labels = ("--label", "intent", "--label", "length")
    done = terminal("train", file, "--text", "text", *labels, "--epochs", 2, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert list(record["targets"]) == ["intent", "length"]
    for column, headline in (("intent", "accuracy"), ("length", "pearson")):
        target = record["targets"][column]
        assert target["test"][headline] == record["test"][f"{column}/{headline}"]
        assert target["validation"][headline] == record["validation"][f"{column}/{headline}"]
        assert (Path(target["folder"]) / "model" / "trained.safetensors").is_file()
    assert record["targets"]["length"]["test"]["n"] < record["test"]["n"]
    listed = json.loads(terminal("runs", "--json").stdout)["runs"][:3]
    assert [one["target"] for one in listed] == [None, "intent", "length"]
    assert {one["shared_name"] for one in listed} == {listed[0]["name"]}
    assert listed[2]["name"] == f"{listed[0]['name']}: length"
    _predict_and_hand_out_targets(terminal, file, listed, tmp_path)


def _predict_and_hand_out_targets(terminal: Terminal, file: Path, runs: list[dict], folder: Path) -> None:
    """Predict a file with all targets, and find out that a report or an export is of one."""
    together, *single = (one["run"] for one in runs)
    done = terminal("predict", together, file, "--out", folder / "all.csv", "--top", 2, "--json")
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["targets"]) == ["intent", "length"]
    both = pd.read_csv(folder / "all.csv")
    added = ["predicted", "probability", "label_2", "probability_2"]
    assert list(both)[3:8] == [*(f"{name}_intent" for name in added), "predicted_length"]
    for run, column in zip(single, ("intent", "length"), strict=True):
        terminal("predict", run, file, "--out", folder / "one.csv")
        own = pd.read_csv(folder / "one.csv")["predicted"]
        assert both[f"predicted_{column}"].tolist() == own.tolist()
    for words in (
        ("export", together, "--out", folder / "x"),
        ("report", together, "--out", folder / "x.html"),
    ):
        sentence = refused(terminal(*words))
        assert f"give the run of one of its targets: '{runs[1]['name']}', '{runs[2]['name']}'" in sentence


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (("intent", "intent"), "name 'intent' once"),
        (("intent", "text"), "'text' holds the texts, so predict another one"),
        (("intent", "empty"), "No row has a value in 'empty', all"),
        (("intent", "constant"), "Column 'constant' holds one class only, 'same'"),
        ([f"c{k}" for k in range(21)], "21 columns to predict are too many: a run has at most 20"),
    ],
)
def test_targets_that_cannot_be_trained_together_are_named(
    labels: list[str], sentence: str, terminal: Terminal, tmp_path: Path
) -> None:
    table = pd.read_csv(TICKETS).assign(empty="", constant="same", **{f"c{k}": "x" for k in range(21)})
    table.to_csv(tmp_path / "bad.csv", index=False)
    words = [word for label in labels for word in ("--label", label)]
    assert sentence in refused(terminal("train", tmp_path / "bad.csv", "--text", "text", *words))


def test_blocks_that_train_cost_parameters_and_move(terminal: Terminal) -> None:
    record = terminal.train("--train-blocks", "last:1", "--epochs", 1, "--seed", 1, "--precision", "float32")
    assert record["parameters"]["trainable"] == 1_774_464 + 385 * 10
    assert record["precision"] == "float32"


def test_predict_writes_a_spreadsheet_safe_file(
    terminal: Terminal, trained: dict[str, object], tmp_path: Path
) -> None:
    new, out = tmp_path / "new.csv", tmp_path / "out.csv"
    new.write_text(
        'text,note\nyou still owe me my refund,"=HYPERLINK(""x"")"\nI cannot log in any more,fine\n'
    )
    done = terminal("predict", trained["run"], new, "--out", out)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["predicted"] for r in rows] == ["refund_missing", "login_problem"]
    assert rows[0]["note"] == '\'=HYPERLINK("x")'
    assert all(0 < float(r["probability"]) <= 1 for r in rows)
    raw = terminal("predict", trained["run"], new, "--out", out, "--raw")
    assert raw.returncode == 0, raw.stderr
    with out.open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["note"] == '=HYPERLINK("x")'


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "jsonl", "tsv", "csv.gz"])
def test_predict_writes_the_kind_that_the_name_ends_with(
    terminal: Terminal, trained: dict[str, object], tmp_path: Path, suffix: str
) -> None:
    new, out = tmp_path / "new.csv", tmp_path / f"out.{suffix}"
    new.write_text("note,text\n-,you still owe me my refund\n+5,\n=1,I cannot log in any more\n")
    done = terminal("predict", trained["run"], new, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    assert [json.loads(done.stdout)[name] for name in ("rows", "blank")] == [3, 1]
    read = {
        "xlsx": lambda: pd.read_excel(out, engine="openpyxl", dtype=str),
        "parquet": lambda: pd.read_parquet(out),
        "jsonl": lambda: pd.read_json(out, lines=True, dtype=False),
        "tsv": lambda: pd.read_csv(out, sep="\t", dtype=str),
        "csv.gz": lambda: pd.read_csv(out, dtype=str),
    }[suffix]()
    assert read["predicted"].fillna("").tolist() == ["refund_missing", "", "login_problem"]
    formula = "'=1" if suffix in ("tsv", "csv.gz") else "=1"
    assert read["note"].tolist() == ["-", "+5", formula]


def test_a_list_of_texts_needs_no_column(
    terminal: Terminal, trained: dict[str, object], tmp_path: Path
) -> None:
    new, out = tmp_path / "texts.txt", tmp_path / "out.csv"
    new.write_text("You still owe me my refund, please\nI cannot log in any more to my account\n")
    done = terminal("predict", trained["run"], new, "--out", out)
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(out)["predicted"].tolist() == ["refund_missing", "login_problem"]


def test_a_table_of_a_spreadsheet_with_semicolons_comes_back_so(
    terminal: Terminal, trained: dict[str, object], tmp_path: Path
) -> None:
    new, out = tmp_path / "export.csv", tmp_path / "out.csv"
    new.write_bytes("price;text\r\n3,50;I cannot log in any more\r\n".encode("cp1250"))
    done = terminal("predict", trained["run"], new, "--out", out)
    assert done.returncode == 0, done.stderr
    first, second = out.read_bytes().split(b"\r\n")[:2]
    assert first == b"price;text;predicted;probability"
    assert second.startswith(b"3,50;I cannot log in any more;login_problem;0.")


def test_a_file_in_a_code_page_comes_back_in_it_with_its_rows_marked(
    terminal: Terminal, trained: dict[str, object], tmp_path: Path
) -> None:
    new, out = tmp_path / "neu.csv", tmp_path / "out.csv"
    lines = [
        "id;text",
        "1;Ich kann mich nicht anmelden für mein Konto",
        "2;",
        "3;Rückzahlung fehlt – für mich",
    ]
    new.write_bytes("\r\n".join(lines).encode("cp1252"))
    words = ("--top", 3, "--review-precision", "0.8", "--json", "--encoding", "cp1252")
    done = terminal("predict", trained["run"], new, "--out", out, *words)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["rows"], record["classified"], record["blank"]) == (3, 2, 1)
    assert record["encoding_note"] == ""
    written = out.read_bytes().decode("cp1252").splitlines()
    assert written[0] == "id;text;predicted;probability;label_2;probability_2;label_3;probability_3;review"
    assert [line.startswith(given) for line, given in zip(written, lines, strict=True)] == [True] * 4
    assert written[2] == "2;;;;;;;;"
    assert record["review"]["rows"] == sum(line.endswith(";True") for line in written)
    assert record["review"]["precision"] == 0.8


def test_an_output_of_no_kind_is_refused_before_anything_is_computed(
    terminal: Terminal, trained: dict[str, object], tmp_path: Path
) -> None:
    done = terminal("predict", trained["run"], TICKETS, "--out", tmp_path / "out.ods")
    assert "'out.ods' ends with" in refused(done)
    assert not (tmp_path / "out.ods").exists()


def test_runs_lists_what_was_done(terminal: Terminal, trained: dict[str, object]) -> None:
    listed = json.loads(terminal("runs", "--json").stdout)["runs"]
    assert trained["run"] in {r["run"] for r in listed if r["state"] == "done"}
    assert trained["run"] in terminal("runs").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train", "nowhere.csv", "--text", "a", "--label", "b"), "no file 'nowhere.csv'"),
        (("train", TICKETS, "--text", "txt", "--label", "intent"), "no column 'txt'"),
        (("train", TICKETS, "--text", "text", "--label", "text"), "two different columns"),
        (("train", TICKETS, "--text", "text", "--label", "intent", "--lr", "0"), "lr is 0.0"),
        (
            ("train", TICKETS, "--text", "text", "--label", "intent", "--task", "tokens"),
            "no column of 'text' and 'intent' numbers the sentences: name it with --sentence",
        ),
        (
            ("train", TICKETS, "--text", "text", "--label", "intent", "--train-blocks", "9"),
            "blocks from 0 to 5",
        ),
        (
            ("train", TICKETS, "--text", "text", "--label", "intent", "--backbone", "/nowhere"),
            "no folder /nowhere",
        ),
        (
            ("train", TICKETS, "--text", "text", "--label", "intent", "--set", "freeze.blocks=[9]"),
            "is 9: give blocks from 0 to 5",
        ),
        (
            ("train", TICKETS, "--text", "text", "--label", "intent", "--set", "data.dataset=nobody"),
            "data.dataset is 'nobody': leave it out",
        ),
        (
            ("train", TICKETS, "--text", "text", "--label", "intent", "--teacher", "nobody"),
            "no run 'nobody'",
        ),
        (("stop", "nobody"), "no run 'nobody'"),
        (
            ("train", TICKETS, "--text", "text", "--label", "intent", "--backbone", ""),
            "id is '': give a text",
        ),
    ],
)
def test_a_bad_input_is_one_line_and_exit_code_2(
    terminal: Terminal, words: tuple[object, ...], sentence: str
) -> None:
    assert sentence in refused(terminal(*words))


def test_a_file_that_holds_no_table_leaves_no_empty_answers(
    terminal: Terminal, trained: dict[str, object], tmp_path: Path
) -> None:
    (tmp_path / "no.csv").write_bytes(b"")
    done = terminal("predict", trained["run"], tmp_path / "no.csv", "--out", tmp_path / "out.csv")
    assert "empty" in refused(done)
    assert not (tmp_path / "out.csv").exists()


def test_a_run_that_is_not_there_predicts_nothing(terminal: Terminal, tmp_path: Path) -> None:
    done = terminal.run("predict", "nothing", TICKETS, "--out", tmp_path / "out.csv")
    assert "no run 'nothing' here" in refused(done)
