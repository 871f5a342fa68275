"""Contrastive fine-tuning: values of the loss by hand, batches of pairs, and runs that resume bit-equal."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.training.test_training import Script, experiment, toy
from translearn_core.config import (
    ContrastiveConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    PairLoss,
    ProblemType,
    RecipeName,
    TargetConfig,
    match_recipe,
    recipe,
)
from translearn_core.config.base import canonical_json
from translearn_core.config.studies.min_steps import with_min_steps
from translearn_core.errors import Stopped, TrainingError
from translearn_core.results import RunSummary
from translearn_core.results.training.training_timeline import planned_timeline
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.contrastive.pair_loss import PairObjective
from translearn_core.training.contrastive.text_pairs import pair_batches
from translearn_core.training.gradients import Gradients
from translearn_core.transfer import load_fine_tuned

UNIT = torch.tensor([[2.0, 0.0], [0.6, 0.8], [0.0, 3.0]])
"""Two vectors of class 0 and one of class 1; their cosines are 0.6, 0 and 0.8."""
LABELS = torch.tensor([0, 0, 1])


def contrastive(tiny: str, blocks: str = "last:1", draws: int = 2, **training: object) -> ExperimentConfig:
    base = experiment(tiny, blocks, **training)
    update = {"contrastive": ContrastiveConfig(draws=draws), "head": HeadConfig(kind=HeadKind.PROBE)}
    return ExperimentConfig.model_validate(base.model_copy(update=update).model_dump())


def test_the_cosine_loss_of_a_batch_by_hand():
    losses = PairObjective(ContrastiveConfig()).loss(UNIT, LABELS)
    expected = [(0.4**2 + 0.0**2) / 2, (0.4**2 + 0.8**2) / 2, (0 + (0.0**2 + 0.8**2) / 2) / 2]
    assert losses.tolist() == pytest.approx(expected, abs=1e-6)


def test_the_supervised_contrastive_loss_of_a_batch_by_hand():
    config = ContrastiveConfig(loss=PairLoss.SUPERVISED, temperature=0.5)
    losses = PairObjective(config).loss(UNIT, LABELS)
    of_first = -math.log(math.exp(1.2) / (math.exp(1.2) + math.exp(0.0)))
    of_second = -math.log(math.exp(1.2) / (math.exp(1.2) + math.exp(1.6)))
    assert losses.tolist() == pytest.approx([of_first, of_second, 0.0], abs=1e-6)


@pytest.mark.parametrize("loss", list(PairLoss))
def test_the_gradient_is_finite_and_draws_a_class_together(loss: PairLoss):
    vectors = UNIT.clone().requires_grad_()
    objective = PairObjective(ContrastiveConfig(loss=loss))
    objective.loss(vectors, LABELS).sum().backward()
    assert torch.isfinite(vectors.grad).all()
    with torch.no_grad():
        moved = vectors - 0.05 * vectors.grad
    before, after = (torch.cosine_similarity(x[0], x[1], dim=0) for x in (UNIT, moved))
    assert after > before


@pytest.mark.parametrize(("rows", "size"), [(50, 8), (20, 32), (7, 3)])
def test_each_text_is_drawn_equally_often_and_once_a_batch(rows: int, size: int):
    cost, train = np.arange(3, 103), np.arange(10, 10 + rows)
    labels = np.arange(rows) % 3
    batches = pair_batches(cost, train, labels, 6, size, seed=1, epoch=0)
    again = pair_batches(cost, train, labels, 6, size, seed=1, epoch=0)
    assert [batch.tolist() for batch in batches] == [batch.tolist() for batch in again]
    assert len(batches) == ContrastiveConfig(draws=6).steps_per_epoch(rows, size)
    drawn = np.bincount(np.concatenate(batches), minlength=100)
    assert drawn[train].min() >= 5, "a text drawn twice for one batch stands there once"
    assert drawn.sum() <= 6 * rows
    assert all(len(np.unique(batch)) == len(batch) <= size for batch in batches)
    other = pair_batches(cost, train, labels, 6, size, seed=1, epoch=1)
    assert rows <= size or [b.tolist() for b in other] != [b.tolist() for b in batches]


def test_texts_of_a_class_meet_in_most_batches():
    labels = np.repeat(np.arange(77), 8)
    batches = pair_batches(np.full(616, 12), np.arange(616), labels, 4, 32, seed=0, epoch=0)
    pairs = [int((labels[b][:, None] == labels[b][None]).sum() - len(b)) // 2 for b in batches]
    assert min(pairs) >= 20
    assert all(len(np.unique(labels[batch])) > 4 for batch in batches)


@pytest.mark.parametrize("blocks", ["last:1", "all"])
def test_a_kill_changes_nothing(blocks: str, tiny: str, tmp_path: Path):
    config = contrastive(tiny, blocks, epochs=2)
    straight, first, second = Script(), Script(stop_after=25), Script()
    expected = straight.run(config, tmp_path / "straight")
    with pytest.raises(Stopped):
        first.run(config, tmp_path / "halves")
    resumed = second.run(config, tmp_path / "halves")
    assert second.losses == straight.losses
    assert resumed.test == expected.test
    weights = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    saved = [load_file(tmp_path / name / "model" / "trained.safetensors") for name in ("straight", "halves")]
    assert saved[0].keys() == saved[1].keys()
    assert all(torch.equal(saved[0][name], saved[1][name]) for name in saved[0])


def test_pairs_train_first_and_then_the_head_is_fitted_to_the_new_features(tiny: str, tmp_path: Path):
    script, config = Script(), contrastive(tiny, epochs=2, draws=4)
    summary = script.run(config, tmp_path)
    assert [point.stage for point in script.epochs] == [0, 0, 1]
    assert script.epochs[1].train["loss"] < script.epochs[0].train["loss"]
    assert set(script.epochs[0].validation) == {"loss"}
    assert script.epochs[2].validation["accuracy"] == summary.validation.scores["accuracy"].value
    assert (summary.best_epoch, summary.best_stage, summary.boundary) == (3, 1, 2)
    assert len(script.losses) == 2 * config.contrastive.steps_per_epoch(72, config.training.batch_size)
    model = load_fine_tuned(tmp_path)
    test = np.flatnonzero(toy().split == 2)
    again = model.predict([toy().texts[i] for i in test]).predictions.argmax(1)
    assert (again == toy().target.values[test]).mean() == summary.test.scores["accuracy"].value
    stored = json.loads((tmp_path / "model" / "model.json").read_text())
    assert stored["config"]["contrastive"]["draws"] == 4


def test_the_recipe_is_found_again_and_old_ids_stay(tiny: str):
    plain = experiment(tiny)
    assert "contrastive" not in canonical_json(plain)
    config = recipe("contrastive").apply(plain, 3)
    assert config.contrastive == ContrastiveConfig()
    assert match_recipe(config, 3) is RecipeName.CONTRASTIVE
    assert config.method_name() == "contrastive, blocks 0–2"
    assert not config.fitted_at_once
    assert with_min_steps(config, 8, 500) == config
    assert config.steps_per_epoch(616) == -(-20 * 616 // config.training.batch_size)


def test_the_planned_timeline_ends_with_the_pairs(tiny: str):
    config = recipe("contrastive").apply(experiment(tiny), 3)
    timeline = planned_timeline(config, 3, config.steps_per_epoch(100))
    assert [(start, end) for start, end, _ in timeline.stages] == [(0, config.steps_per_epoch(100))]


@pytest.mark.parametrize(
    ("update", "sentence"),
    [
        ({"freeze": FreezePlan()}, "at least one block that trains"),
        ({"head": HeadConfig()}, "the head is fitted at once, after the pairs"),
        ({"training": {"patience": 2}}, "no early stopping"),
        (
            {"data": DataConfig(dataset="d", text="t", targets=(
                TargetConfig(column="l", problem=ProblemType.REGRESSION),))},
            "one class a row",
        ),
    ],
)  # fmt: skip
def test_what_has_no_pairs_says_so(update: dict[str, object], sentence: str, tiny: str):
    values = contrastive(tiny).model_copy(update={k: v for k, v in update.items() if k != "training"})
    dumped = values.model_dump()
    dumped["training"] |= update.get("training", {})
    with pytest.raises(ValueError, match=sentence):
        ExperimentConfig.model_validate(dumped)


def test_a_target_of_numbers_does_not_fit_the_recipe(tiny: str):
    number = TargetConfig(column="l", problem=ProblemType.REGRESSION)
    base = experiment(tiny).model_copy(update={"data": DataConfig(dataset="d", text="t", targets=(number,))})
    assert not recipe("contrastive").fits(base, 3)
    assert recipe("last-k").fits(base, 3)


def test_a_run_stopped_among_the_pairs_keeps_a_fitted_head_and_goes_on(tiny: str, tmp_path: Path):
    config, first, second, straight = contrastive(tiny, epochs=3), Script(stop_after=25), Script(), Script()
    with pytest.raises(Stopped):
        first.run(config, tmp_path / "halves")
    stopped = artifacts.load(tmp_path / "halves", RunSummary)
    assert stopped is not None
    assert stopped.test.scores["accuracy"].value > 0.7
    assert second.run(config, tmp_path / "halves").test == straight.run(config, tmp_path / "straight").test


def test_a_batch_of_pairs_that_memory_has_no_room_for_is_refused(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def greedy(self: Gradients, *_: object) -> object:
        raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes.")

    monkeypatch.setattr(Gradients, "_backward", greedy)
    with pytest.raises(TrainingError, match=r"8 texts.*lower training\.batch_size"):
        Script().run(contrastive(tiny, epochs=1), tmp_path)
