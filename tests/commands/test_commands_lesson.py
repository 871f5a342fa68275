"""`translearn lesson`: the list, a checked file, outcomes that are computed, and sheets."""

import json
from pathlib import Path

import pytest

from tests.commands.terminals import Terminal, refused
from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson_file import LESSONS, lesson_ids, read_lesson
from translearn_core.results import Comparison

LUCK = LESSONS.folder / "luck.md"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A lesson whose experiment takes seconds: the head alone, on 20 labels, with two seeds."""
    text = LUCK.read_text(encoding="utf-8")
    text = text.replace("recipes: [last-k, linear]", "recipes: [probe, linear]")
    text = text.replace("names: {last-k: ", "names: {probe: ").replace(
        "seeds: [0, 1, 2, 3, 4, 5]", "seeds: [0, 1]"
    )
    path = tmp_path / "small.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_list_has_every_lesson_with_its_source(terminal: Terminal) -> None:
    records = json.loads(terminal("lesson", "list", "--json").stdout)
    assert [one["lesson"] for one in records] == list(lesson_ids())
    assert all(one["source"].startswith("arXiv:") and one["minutes"] <= 25 for one in records)


def test_an_outcome_is_what_its_experiment_computed(terminal: Terminal, small: Path, tmp_path: Path) -> None:
    done = terminal("lesson", "compute", small, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    outcome = outcomes.load(read_lesson(small), "seeds", tmp_path / "out")
    assert isinstance(outcome.result, Comparison)
    assert [arm.name for arm in outcome.result.arms] == [
        f"{arm}, seed {seed}" for seed in (0, 1) for arm in ("fine-tuning two blocks", "head only")
    ]
    assert outcome.about.runs == 4
    assert outcome.about.seconds > 0
    probe = {arm.headline for arm in outcome.result.arms if arm.name.startswith("fine-tuning")}
    assert len(probe) == 1, "a fit at once has no seed"


def test_what_is_wrong_is_said_by_a_sentence(terminal: Terminal, small: Path) -> None:
    small.write_text(
        small.read_text(encoding="utf-8").replace("minutes: 15", "minutes: 90"), encoding="utf-8"
    )
    assert "small.md: minutes is 90" in refused(terminal("lesson", "check", small))
    assert "There is no lesson 'nothing'" in refused(terminal("lesson", "check", "nothing"))
    assert "lesson is None" in refused(terminal("lesson", "check"))


@pytest.mark.parametrize("sheet", ["worksheet", "teacher"])
def test_a_sheet_is_written_as_one_file(terminal: Terminal, tmp_path: Path, sheet: str) -> None:
    out = tmp_path / "sheet.html"
    assert terminal("lesson", sheet, "luck", "--out", out).returncode == 0
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
