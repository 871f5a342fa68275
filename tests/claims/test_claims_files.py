"""Claim files: those that ship are whole, and a wrong one is refused by a sentence with the fix."""

from pathlib import Path

import pytest

from translearn_core.claims.claim_file import CLAIMS, claim, claim_ids, read_claim
from translearn_core.claims.findings import finding, frame, outcome_file, stored_outcome
from translearn_core.config import RECIPES, RecipeName, expand_grid
from translearn_core.errors import DataError, NotFoundError
from translearn_core.prepared_experiments import figures
from translearn_core.prepared_experiments.experiment import BLOCKS
from translearn_core.prepared_experiments.judgement import Verdict

TEXT = (CLAIMS.folder / "low-rank.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("id", claim_ids())
def test_the_arms_of_a_claim_have_names_of_its_experiment(id: str) -> None:
    one = claim(id).experiment
    arms = {run.name for run in expand_grid(one.config("0" * 20, BLOCKS), one.blocks(BLOCKS))}
    names = claim(id).test.measure.of
    assert arms
    if one.recipe is None and one.names and one.alteration is None:
        assert set(names) <= {one.names.get(arm, arm) for arm in arms}


@pytest.mark.parametrize("id", claim_ids())
def test_a_measured_claim_has_a_verdict_by_its_interval_and_a_figure(id: str) -> None:
    found = finding(claim(id))
    assert found.judgement is not None
    one, test = found.judgement.measured, found.claim.test
    inside = test.on_side(one.low), test.on_side(one.high)
    expected = {(True, True): Verdict.REPRODUCED, (False, False): Verdict.OTHER_DIRECTION}
    assert found.verdict is expected.get(inside, Verdict.COULD_BE_CHANCE)
    assert figures.draw(found.result, found.claim.figure).data
    assert found.origin == "computed beforehand"


def test_every_claim_is_measured_and_every_source_of_a_recipe_has_one_but_that_of_distillation() -> None:
    assert not [id for id in claim_ids() if stored_outcome(claim(id)) is None]
    tested = {recipe.name for id in claim_ids() for recipe in claim(id).recipes}
    assert set(RECIPES) - tested == {RecipeName.DISTIL}  # it needs a finished run that teaches


def test_a_claim_without_a_result_was_not_run_here(write) -> None:
    other = read_claim(write(TEXT.replace("sizes: [60]", "sizes: [61]")))
    found = finding(other)
    assert (found.verdict, found.judgement, found.origin) == (Verdict.NOT_RUN, None, "not run here")
    table = frame([found])
    assert table.loc[0, "verdict"] == "not run here"
    with pytest.raises(NotFoundError, match="run 'translearn claims compute tried'"):
        outcome_file(other).load()


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str) -> Path:
        path = tmp_path / "tried.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  above: -5\n", "", "tried.yaml: test: a claim is above or below a number"),
        ("kind: difference", "kind: weight", "no measure 'weight': give test.measure.kind as one of score"),
        ('source: "2106.09685"', 'source: "LoRA"', "tried.yaml: source is 'LoRA'"),
        ("sample: tickets", "sample: nowhere", "sample is 'nowhere': give one of reviews"),
        ("recipes: [lora, last-k]", "recipes: [magic]", "tried.yaml: prepared.recipes.0 is 'magic'"),
        ("title: LoRA", "titel: LoRA", "tried.yaml: title is missing"),
        ("test:\n", "test\n", "tried.yaml is not YAML"),
    ],
)
def test_a_wrong_file_is_refused_by_a_sentence(write, old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(DataError) as refused:
        read_claim(write(TEXT.replace(old, new)))
    assert message in str(refused.value)


def test_an_experiment_of_a_lesson_must_be_there(write) -> None:
    text = TEXT[: TEXT.index("prepared:")] + "of_lesson: {lesson: luck, experiment: nothing}\n"
    with pytest.raises(DataError, match="no experiment 'nothing': give one of seeds"):
        read_claim(write(text))


@pytest.mark.parametrize("id", ["nothing", "../claims/low-rank", "LOW", ""])
def test_an_unknown_claim_is_not_found(id: str) -> None:
    with pytest.raises(NotFoundError, match="There is no claim"):
        claim(id)
