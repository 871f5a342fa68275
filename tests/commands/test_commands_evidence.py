"""``translearn evidence`` with a real engine, the bundled backbone and a real run."""

import json
from pathlib import Path

import pytest

from tests.commands.terminals import Terminal

PARTS = {"baselines", "probe", "similarity", "forgetting", "error_analysis"}


@pytest.fixture(scope="module")
def run(terminal: Terminal) -> str:
    return str(terminal.train("--train-blocks", "last:1", "--epochs", 2)["run"])


def test_it_says_what_helped_moved_was_lost_and_can_be_trusted(terminal: Terminal, run: str) -> None:
    done = terminal("evidence", run, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) >= PARTS
    names = [line["baseline"] for line in found["baselines"]["tables"]["baselines"]]
    assert names == ["majority class", "TF-IDF", "frozen probe"]
    low, high = found["accuracy_interval"]
    assert 0 <= low < found["accuracy"] < high <= 1
    moved = {line["layer"]: line["before and after"] for line in found["similarity"]["tables"]["layers"]}
    assert moved[5] == pytest.approx(1, abs=1e-3)  # below the block that trained
    assert moved[6] < moved[5]
    assert {line["model"] for line in found["probe"]["tables"]["probes"]} == {
        "pretrained",
        "fine-tuned",
        "random init",
    }
    assert all(found[part]["sentences"] for part in PARTS - {"probe"})
    told = terminal("evidence", run)
    assert told.returncode == 0
    assert found["baselines"]["sentences"][0] in told.stdout


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
    found = json.loads(done.stdout)
    reasons = {part: found[part]["reason"] for part in PARTS & found.keys()}
    assert reasons == {"baselines": None, "probe": reasons["probe"], "error_analysis": None}
    assert "cannot be cut into 5 folds" in reasons["probe"]
    assert found["probe"]["tables"] == {}
    assert found["baselines"]["tables"]["baselines"]
    shown = terminal("evidence", run)
    assert shown.returncode == 0
    assert reasons["probe"] in shown.stdout
    out = tmp_path / "few.html"
    report = terminal("report", run, "--out", out, "--json")
    assert report.returncode == 0, report.stderr
    assert json.loads(report.stdout)["sections"]
    assert out.stat().st_size > 10_000


def test_a_run_that_is_not_there_is_named(terminal: Terminal, run: str) -> None:
    done = terminal("evidence", "nothing")
    assert done.returncode == 2
    assert "no run 'nothing'" in done.stderr
    assert "translearn runs" in done.stderr
    done = terminal("evidence", run, "--second-seed-run", run)
    assert done.returncode == 2
    assert f"second_seed_run is '{run}'" in done.stderr, "the name typed, not the job id"
    assert "seed" in done.stderr


def test_too_many_earlier_runs_are_refused_before_anything_is_computed(terminal: Terminal, run: str) -> None:
    done = terminal("evidence", run, *["--earlier-run", run] * 21)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "earlier_runs is (" in done.stderr
    assert "at most 20" in done.stderr
