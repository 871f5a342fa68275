"""``translearn evidence`` with a real engine, the bundled backbone and a real run."""

import json
from pathlib import Path

import pytest

from tests.commands.terminals import Terminal, refused
from tests.corpora import first_tickets

PARTS = {"baselines", "probe", "similarity", "forgetting", "error_analysis"}


@pytest.fixture(scope="module")
def run(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("few") / "tickets.csv"
    file.write_bytes(first_tickets(200))
    return str(terminal.train("--train-blocks", "last:1", "--epochs", 2, file=file)["run"])


def test_it_says_what_helped_moved_was_lost_and_can_be_trusted(terminal: Terminal, run: str) -> None:
    done = terminal("evidence", run, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert set(record) >= PARTS
    names = [line["baseline"] for line in record["baselines"]["tables"]["baselines"]]
    assert names == ["majority class", "TF-IDF", "frozen probe"]
    low, high = record["accuracy_interval"]
    assert 0 <= low < record["accuracy"] < high <= 1
    moved = {line["layer"]: line["before and after"] for line in record["similarity"]["tables"]["layers"]}
    assert moved[5] == pytest.approx(1, abs=1e-3)  # below the block that trained
    assert moved[6] < moved[5]
    assert {line["model"] for line in record["probe"]["tables"]["probes"]} == {
        "pretrained",
        "fine-tuned",
        "random init",
    }
    assert all(record[part]["sentences"] for part in PARTS - {"probe"})
    printed = terminal("evidence", run)
    assert printed.returncode == 0
    assert record["baselines"]["sentences"][0] in printed.stdout


def test_what_few_rows_cannot_answer_says_why_and_the_rest_is_answered(
    terminal: Terminal, tmp_path: Path
) -> None:
    words = ("great", "lovely", "fine", "warm", "awful", "sad", "boring", "cold")
    rows = "".join(f"the film was {word} number {k},{k < 4}\n" for k, word in enumerate(words))
    (tmp_path / "few.csv").write_text(f"text,good\n{rows}")
    trained = terminal(
        "train", tmp_path / "few.csv", "--text", "text", "--label", "good", "--epochs", 1, "--json"
    )
    assert trained.returncode == 0, trained.stderr
    run = json.loads(trained.stdout)["run"]
    done = terminal("evidence", run, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    reasons = {part: record[part]["reason"] for part in PARTS & record.keys()}
    assert reasons == {"baselines": None, "probe": reasons["probe"], "error_analysis": None}
    assert "cannot be cut into 5 folds" in reasons["probe"]
    assert record["probe"]["tables"] == {}
    assert record["baselines"]["tables"]["baselines"]
    shown = terminal("evidence", run)
    assert shown.returncode == 0
    assert reasons["probe"] in shown.stdout
    out = tmp_path / "few.html"
    report = terminal("report", run, "--out", out, "--json")
    assert report.returncode == 0, report.stderr
    assert json.loads(report.stdout)["sections"]
    assert out.stat().st_size > 10_000


def test_a_run_that_is_not_there_is_named(terminal: Terminal, run: str) -> None:
    sentence = refused(terminal("evidence", "nothing"))
    assert "no run 'nothing'" in sentence
    assert "translearn runs" in sentence
    sentence = refused(terminal("evidence", run, "--second-seed-run", run))
    assert f"second_seed_run is '{run}'" in sentence, "the name typed, not the job id"
    assert "seed" in sentence


def test_too_many_earlier_runs_are_refused_before_anything_is_computed(terminal: Terminal, run: str) -> None:
    sentence = refused(terminal("evidence", run, *["--earlier-run", run] * 21))
    assert "earlier_runs is (" in sentence
    assert "at most 20" in sentence
