"""`translearn claims`: the list with verdicts, a run of one's own, and an outcome that is computed."""

import json
from pathlib import Path

import pytest

from tests.commands.terminals import Terminal, refused
from translearn_core.claims.claim_file import CLAIMS, claim_ids, read_claim
from translearn_core.claims.findings import outcome_file
from translearn_core.prepared_experiments.judgement import Verdict


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A claim whose experiment takes seconds: heads on frozen layers, one seed."""
    text = (CLAIMS.folder / "concat-layers.yaml").read_text(encoding="utf-8")
    path = tmp_path / "small.yaml"
    path.write_text(text.replace("seeds: [0, 1, 2]", "seeds: [0, 1]"), encoding="utf-8")
    return path


def test_the_list_has_every_claim_with_source_and_verdict(terminal: Terminal) -> None:
    records = json.loads(terminal("claims", "list", "--json").stdout)
    assert [one["claim"] for one in records] == list(claim_ids())
    assert {one["verdict"] for one in records} <= set(map(str, Verdict))
    assert all(one["source"].startswith("arXiv:") for one in records)


def test_a_run_of_ones_own_is_shown_in_place_of_the_outcome(
    terminal: Terminal, small: Path, tmp_path: Path
) -> None:
    [before] = json.loads(terminal("claims", "show", small, "--json").stdout)
    assert (before["verdict"], before["measured"]) == ("not run here", None)
    done = terminal("claims", "run", small, "--json")
    assert done.returncode == 0, done.stderr
    [own] = json.loads(done.stdout)
    assert own["origin"] == "your own run"
    assert own["low"] <= own["measured"] <= own["high"]
    assert json.loads(terminal("claims", "show", small, "--json").stdout) == [own]
    assert terminal("claims", "compute", small, "--out", tmp_path / "out").returncode == 0
    stored = outcome_file(read_claim(small), tmp_path / "out").load()
    assert stored.about.runs == 4
    assert [arm.name for arm in stored.result.arms] == ["last four layers side by side", "last layer"]


def test_what_is_wrong_is_said_by_a_sentence(terminal: Terminal, small: Path) -> None:
    small.write_text(small.read_text(encoding="utf-8").replace("above: 0", "over: 0"), encoding="utf-8")
    assert "small.yaml" in refused(terminal("claims", "check", small))
    assert "There is no claim 'nothing'" in refused(terminal("claims", "run", "nothing"))
    assert "claim is None" in refused(terminal("claims", "run"))
