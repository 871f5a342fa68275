"""Runs that learn from rows without a label: rounds, consistency, kills, and what stays as it was."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.training.test_training import Script, experiment, toy
from translearn_core.config import (
    AugmentConfig,
    BackboneConfig,
    ClassWeights,
    ExperimentConfig,
    HeadConfig,
    HeadKind,
    ProblemType,
    SelfTrainingConfig,
    SelfTrainingMethod,
    TargetConfig,
)
from translearn_core.data.dataset import PreparedDataset
from translearn_core.data.unlabelled import UNKNOWN
from translearn_core.errors import Stopped
from translearn_core.results import EpochPoint, Evaluation, History, SelfTraining, StepPoint
from translearn_core.results.training.training_timeline import actual_timeline
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.self_training.pseudo_labelled_rows import PseudoLabelledRows
from translearn_core.training.self_training.pseudo_labels import (
    PseudoLabeller,
    PseudoLabels,
    choose_pseudo_labels,
)
from translearn_core.training.training_rows import TrainingRows

METHODS = list(SelfTrainingMethod)
LABELLED = 16


def few(hidden: bool = True) -> PreparedDataset:
    """Reviews of which a few training rows have a label; the others are texts alone, if `hidden`."""
    data = toy()
    rest = np.flatnonzero(data.split == 0)[LABELLED:]
    keep = np.ones(len(data.texts), dtype=bool)
    keep[rest] = False
    key = data.labels[rest].copy()
    key[::4] = UNKNOWN
    return PreparedDataset(
        (data.target.select(keep),), tuple(t for t, k in zip(data.texts, keep, strict=True) if k),
        data.split[keep], data.rows[keep],
        unlabelled=tuple(data.texts[i] for i in rest) if hidden else (),
        unlabelled_key=key if hidden else np.empty(0, np.int64),
    )  # fmt: skip


def semi(
    tiny: str, method: SelfTrainingMethod, blocks: str = "last:1", **training: object
) -> ExperimentConfig:
    rounds = {"rounds": 2} if method is SelfTrainingMethod.SELF_TRAINING else {}
    chosen = SelfTrainingConfig(method=method, threshold=0.6, **rounds)
    base = experiment(tiny, blocks, **{"epochs": 2} | training)
    return ExperimentConfig.model_validate(base.model_copy(update={"self_training": chosen}).model_dump())


def test_a_run_is_named_by_how_it_learns_from_them(tiny: str):
    names = [semi(tiny, method).method_name() for method in METHODS]
    assert names == ["self-training, block 2", "consistency, block 2"]
    assert semi(tiny, METHODS[0]).trainings == 3
    assert semi(tiny, METHODS[1]).trainings == 1


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model" / "trained.safetensors")


@pytest.mark.parametrize("blocks", ["none", "last:1", "all"])
@pytest.mark.parametrize("method", METHODS)
def test_a_kill_at_any_time_changes_nothing(
    method: SelfTrainingMethod, blocks: str, tiny: str, tmp_path: Path
):
    config = semi(tiny, method, blocks)
    straight, second = Script(), Script()
    expected = straight.run(config, tmp_path / "straight", prepare=few)
    stop = len(straight.losses) - 2
    with pytest.raises(Stopped):
        Script(stop_after=3).run(config, tmp_path / "halves", prepare=few)
    with pytest.raises(Stopped):
        Script(stop_after=stop).run(config, tmp_path / "halves", prepare=few)
    resumed = second.run(config, tmp_path / "halves", prepare=few)
    assert second.losses == straight.losses
    assert resumed.test == expected.test
    one, other = weights(tmp_path / "straight"), weights(tmp_path / "halves")
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    rounds = [artifacts.load(tmp_path / name, SelfTraining) for name in ("straight", "halves")]
    assert rounds[0] == rounds[1]
    assert Checkpoint.read(tmp_path / "halves").rounds == Checkpoint.read(tmp_path / "straight").rounds


@pytest.mark.parametrize("method", METHODS)
def test_without_rows_that_lack_a_label_it_is_supervised_training(
    method: SelfTrainingMethod, tiny: str, tmp_path: Path
):
    config = semi(tiny, method)
    plain = config.model_copy(update={"self_training": None})
    for name, one in (("semi", config), ("plain", plain)):
        Script().run(one, tmp_path / name, prepare=lambda: few(hidden=False))
    one, other = weights(tmp_path / "semi"), weights(tmp_path / "plain")
    assert all(torch.equal(one[name], other[name]) for name in one)
    scores = [artifacts.load(tmp_path / name, Evaluation).metrics for name in ("semi", "plain")]
    assert scores[0] == scores[1]
    assert artifacts.load(tmp_path / "semi", SelfTraining) is None


def test_the_first_training_is_the_supervised_one(tiny: str, tmp_path: Path):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING)
    plain, rounds = Script(), Script()
    plain.run(config.model_copy(update={"self_training": None}), tmp_path / "plain", prepare=few)
    rounds.run(config, tmp_path / "rounds", prepare=few)
    first = [point for point in rounds.epochs if point.stage == 0]
    losses = [[p.train["loss"] for p in points] for points in (first, plain.epochs)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)


def test_rounds_start_again_with_balanced_pseudo_labels_and_say_how_many_were_right(
    tiny: str, tmp_path: Path
):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING, epochs=4)
    script = Script()
    script.run(config, tmp_path, prepare=few)
    result, data = artifacts.load(tmp_path, SelfTraining), few()
    assert result.labelled == LABELLED
    assert result.unlabelled == len(data.unlabelled) == 56
    added = Checkpoint.read(tmp_path).rounds
    assert [r.number for r in added] == [1, 2]
    for one in added:
        assert len(set(one.added)) == 1  # as many of each class
        assert 0 < one.total <= one.confident
        assert one.right <= one.known <= one.total
        assert one.all_known == (data.unlabelled_key >= 0).sum()
    assert result.rounds[-1].total == 0
    steps = {s: sum(p.stage == s for p in script.epochs) for s in range(3)}
    assert steps == {0: 4, 1: 4, 2: 4}
    starts = [next(p for p in script.epochs if p.stage == s) for s in range(3)]
    ends = [[p for p in script.epochs if p.stage == s][-1] for s in range(3)]
    for before, start in zip(ends[:-1], starts[1:], strict=True):  # not from the weights before
        assert start.moved["head"] < before.moved["head"]
    frame = result.frame()
    assert list(frame["training"]) == [r.number for r in result.rounds]
    assert frame["added: good"].tolist() == [r.added[1] for r in result.rounds]
    classes = result.class_frame()
    assert classes.groupby("training")["added"].sum().tolist() == [r.total for r in result.rounds[:-1]]
    assert classes.groupby("training")["known"].sum().tolist() == [r.known for r in result.rounds[:-1]]
    assert sum(result.labelled_classes) == LABELLED
    right = (classes["right of these"] * classes["known"]).groupby(classes["training"]).sum()
    assert right.tolist() == pytest.approx([r.right for r in result.rounds[:-1]])


@pytest.mark.parametrize("scores", [(0.5, 0.7, 0.6), (0.8, 0.7, 0.75), (0.8, 0.7, 0.8), (0.1, 0.2, 0.3)])
def test_the_best_training_on_validation_is_kept(
    scores: tuple[float, ...], tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    validate, seen = PseudoLabelledRows.validate, iter(scores)

    def scored(self: PseudoLabelledRows, *given: Any) -> dict[str, float]:
        return {**validate(self, *given), self.selection: next(seen)}

    monkeypatch.setattr(PseudoLabelledRows, "validate", scored)
    script = Script()
    summary = script.run(semi(tiny, SelfTrainingMethod.SELF_TRAINING, epochs=1), tmp_path, prepare=few)
    best = max(range(3), key=lambda k: (scores[k], k))  # of equals the later
    assert (summary.best_epoch, summary.best_stage) == (best + 1, best)
    assert [point.epoch for point in History((), tuple(script.epochs)).epochs if point.best] == [best + 1]
    result = artifacts.load(tmp_path, SelfTraining)
    assert [r.number for r in result.rounds] == list(range(1, best + 2))
    assert result.rounds[-1].score == pytest.approx(scores[best])
    assert ("Training 2 of 3 was best on validation" in result.summary()) == (best == 1)
    assert ("the first training, of the labelled rows alone, is kept" in result.summary()) == (best == 0)
    state, kept = Checkpoint.read(tmp_path), weights(tmp_path)
    state.take_best_training()
    assert state.best_epoch == best + 1
    assert all(torch.equal(kept[name], state.best[name]) for name in kept if name in state.best)


def test_the_timeline_has_the_rates_of_every_training(tiny: str, tmp_path: Path):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING, epochs=4, batch_size=8)
    script = Script()
    script.run(config, tmp_path, prepare=few)
    steps = [point for point in script.points if isinstance(point, StepPoint)]
    timeline = actual_timeline(config, 3, History(tuple(steps), tuple(script.epochs)), columns=10**6)
    assert [label for _, _, label in timeline.stages] == ["training 1", "training 2", "training 3"]
    lengths = [end - start for start, end, _ in timeline.stages]
    assert lengths[1] > lengths[0]  # pseudo-labelled rows train beside the others
    head = timeline.rates[timeline.parts.index("head")]
    assert head.tolist() == pytest.approx([step.head_lr for step in steps])


@pytest.mark.parametrize("method", METHODS)
def test_rounds_are_on_disk_while_it_trains(method: SelfTrainingMethod, tiny: str, tmp_path: Path):
    seen: list[tuple[int, int]] = []

    class Watch(Script):
        def record(self, points: Sequence[StepPoint | EpochPoint]) -> None:
            super().record(points)
            rounds = artifacts.load(tmp_path, SelfTraining)
            seen.append((len(self.epochs), len(rounds.rounds)))

    script = Watch()
    script.run(semi(tiny, method), tmp_path, prepare=few)
    epochs = dict(seen)  # rounds at the last point before the next epoch
    if method is SelfTrainingMethod.CONSISTENCY:
        assert epochs == {0: 0, 1: 1, 2: 2}
    else:  # 3 trainings of 2 epochs; a round is predicted before the next training's first step
        assert epochs == {0: 0, 1: 0, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2}
    assert ("training 2 of 3" in script.stages) == (method is SelfTrainingMethod.SELF_TRAINING)


def test_if_nothing_is_confident_the_labelled_rows_train_alone(tiny: str, tmp_path: Path):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING)
    strict = SelfTrainingConfig(threshold=0.9999999)
    config = config.model_copy(update={"self_training": strict})
    script = Script()
    summary = script.run(config, tmp_path, prepare=few)
    assert {p.stage for p in script.epochs} == {0}
    result = artifacts.load(tmp_path, SelfTraining)
    assert [r.total for r in result.rounds] == [0]
    assert "None of 56 texts" in result.summary()
    assert not result.fills_figure, "one score and no pseudo-label are no figure"
    assert summary.early_stage_sentence(config) is None


def test_a_run_stopped_before_a_round_has_an_epoch_counts_the_rounds_of_its_model(tiny: str, tmp_path: Path):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING, epochs=4)
    whole = Script()
    whole.run(config, tmp_path / "whole", prepare=few)
    first = sum(p.step for p in whole.epochs if p.stage == 0 and p.epoch == 4)
    with pytest.raises(Stopped):
        Script(stop_after=first + 1).run(config, tmp_path / "stopped", prepare=few)
    result = artifacts.load(tmp_path / "stopped", SelfTraining)
    assert len(Checkpoint.read(tmp_path / "stopped").rounds) == 1
    assert [r.number for r in result.rounds] == [1]
    assert result.rounds[0].total == 0, "its pseudo-labels trained nothing that is kept"
    assert "was stopped before they could train" in result.summary()


def test_altered_copies_are_no_labelled_rows(tiny: str, tmp_path: Path):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING, epochs=1)
    config = config.model_copy(update={"augment": AugmentConfig(copies=2)})
    Script().run(config, tmp_path, prepare=few)
    result = artifacts.load(tmp_path, SelfTraining)
    assert result.labelled == sum(result.labelled_classes) == LABELLED


def test_a_class_that_keeps_others_from_being_taken_is_named():
    labeller = PseudoLabeller(
        SelfTrainingConfig(threshold=0.9), np.arange(3), np.full(3, UNKNOWN), np.array([0, 2])
    )
    probabilities = np.array([[0.95, 0, 0.05], [0.99, 0, 0.01], [0.4, 0, 0.6]], dtype=np.float32)
    chosen = labeller.choose(probabilities)
    one = labeller.record(1, 0.5, probabilities, chosen)
    assert (one.total, one.confident, one.lacking) == (0, 2, (2,))
    text = SelfTraining("self_training", 0.9, 9, 3, ("a", "b", "c"), (one,)).summary()
    assert "2 of 3 texts" in text
    assert "none of 'c'" in text
    assert "'Balance classes'" in text


def test_a_probe_is_fitted_again_in_each_round(tiny: str, tmp_path: Path):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING, "none", epochs=1)
    probe = {
        "head": HeadConfig(kind=HeadKind.PROBE),
        "self_training": SelfTrainingConfig(threshold=0.5, rounds=2, balanced=False),
    }
    config = ExperimentConfig.model_validate(config.model_copy(update=probe).model_dump())
    one, other = Script(), Script()
    summary = one.run(config, tmp_path / "one", prepare=few)
    assert summary.epochs == 3
    assert [r.number for r in Checkpoint.read(tmp_path / "one").rounds] == [1, 2]
    other.run(config, tmp_path / "other", prepare=few)
    pairs = zip(weights(tmp_path / "one").values(), weights(tmp_path / "other").values(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


def test_consistency_changes_the_weights_and_counts_every_epoch(tiny: str, tmp_path: Path):
    config = semi(tiny, SelfTrainingMethod.CONSISTENCY)
    Script().run(config, tmp_path / "semi", prepare=few)
    Script().run(config.model_copy(update={"self_training": None}), tmp_path / "plain", prepare=few)
    one, other = weights(tmp_path / "semi"), weights(tmp_path / "plain")
    assert any(not torch.equal(one[name], other[name]) for name in one)
    assert [r.number for r in artifacts.load(tmp_path / "semi", SelfTraining).rounds] == [1, 2]


def test_pseudo_labels_are_the_most_confident_of_every_class():
    probabilities = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.55, 0.45], [0.96, 0.04]])
    rows, labels = choose_pseudo_labels(probabilities, 0.7, balanced=True)
    assert (rows.tolist(), labels.tolist()) == ([2, 4], [1, 0])
    rows, labels = choose_pseudo_labels(probabilities, 0.7, balanced=False)
    assert (rows.tolist(), labels.tolist()) == ([0, 1, 2, 4], [0, 0, 1, 0])
    assert len(choose_pseudo_labels(probabilities, 0.85, balanced=True)[0]) == 0  # none of one class


def test_weights_of_pseudo_labelled_rows():
    data = few()
    rows = TrainingRows(data.target, np.array([0, 1, 2]), np.array([20]), weighting=ClassWeights.BALANCED)
    n = len(data.texts)
    task = PseudoLabelledRows(rows, n + 2, 0.5, PseudoLabels(np.array([n, n + 1]), np.array([1, 0])))
    of_class = [float(rows.weights[np.flatnonzero(data.labels == k)[0]]) for k in (0, 1)]
    assert task.weights[n:].tolist() == pytest.approx([0.5 * of_class[1], 0.5 * of_class[0]])
    assert torch.equal(task.weights[:n], rows.weights)
    assert task.train.tolist() == [0, 1, 2, n, n + 1]
    assert task.targets[n:].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("update", "sentence"),
    [
        ({"head": HeadConfig(kind=HeadKind.PROBE), "augment": AugmentConfig(copies=1)}, "head.kind"),
        ({"resume_from": "0" * 20}, "resume_from"),
        ({"backbone": BackboneConfig(id="tf-idf"), "head": HeadConfig(kind=HeadKind.PROBE)}, "backbone"),
    ],
)
def test_what_does_not_go_with_it_says_so(update: dict[str, object], sentence: str, tiny: str):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING, "none")
    with pytest.raises(ValueError, match=sentence):
        ExperimentConfig.model_validate(config.model_copy(update=update).model_dump())


def test_numbers_and_several_labels_are_refused(tiny: str):
    config = semi(tiny, SelfTrainingMethod.SELF_TRAINING)
    target = TargetConfig(column="l", problem=ProblemType.REGRESSION)
    data = config.data.model_copy(update={"targets": (target,)})
    with pytest.raises(ValueError, match="one column of classes"):
        ExperimentConfig.model_validate(config.model_copy(update={"data": data}).model_dump())
    with pytest.raises(ValueError, match="rounds"):
        SelfTrainingConfig(method=SelfTrainingMethod.CONSISTENCY, rounds=2)
