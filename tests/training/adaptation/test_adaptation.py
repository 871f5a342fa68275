"""Runs that adapt to a target domain: each way trains, resumes bit-equal, and does what it says."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.targets import named_classes
from tests.training.test_training import Script, experiment, toy
from translearn_core.config import (
    AdaptationConfig,
    AdaptationMethod,
    AugmentConfig,
    DataConfig,
    DomainConfig,
    ExperimentConfig,
)
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import Stopped, TooFewSamplesError
from translearn_core.experiment.adaptation import _importance
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.adaptation.alignment import Alignment
from translearn_core.training.adaptation.domain_losses import coral_loss
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.task import StepPart
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs

METHODS = list(AdaptationMethod)


def domains(labels: int = 8) -> PreparedDataset:
    """Reviews at home and, a quarter of them, abroad, where some training texts have no labels."""
    data = toy()
    domain = np.where(np.arange(len(data.texts)) % 4 < 3, "home", "abroad").astype(object)
    train = np.flatnonzero((data.split == 0) & (domain == "abroad"))
    hidden = train[labels:]
    keep = np.ones(len(data.texts), dtype=bool)
    keep[hidden] = False
    keep[(data.split == 2) & (domain == "home")] = False
    texts = tuple(
        f"{text} abroad" if d == "abroad" else text for text, d in zip(data.texts, domain, strict=True)
    )
    return PreparedDataset(
        (data.target.select(keep),), tuple(t for t, k in zip(texts, keep, strict=True) if k),
        data.split[keep], data.rows[keep], domain=domain[keep],
        unlabelled=tuple(texts[i] for i in hidden),
    )  # fmt: skip


def adapting(tiny: str, method: AdaptationMethod, labels: int = 8, **training: object) -> ExperimentConfig:
    base = experiment(tiny, **training)
    places = DomainConfig(column="d", source=("home",), target=("abroad",), target_labels=labels)
    update = {
        "data": DataConfig(dataset="d", text="t", label="l", domains=places),
        "adaptation": AdaptationConfig(method=method),
    }
    return ExperimentConfig.model_validate(base.model_copy(update=update).model_dump())


@pytest.mark.parametrize("method", METHODS)
def test_each_way_trains_and_a_kill_changes_nothing(method: AdaptationMethod, tiny: str, tmp_path: Path):
    config = adapting(tiny, method, epochs=2)
    straight, first, second = Script(), Script(stop_after=9), Script()
    expected = straight.run(config, tmp_path / "straight", prepare=domains)
    with pytest.raises(Stopped):
        first.run(config, tmp_path / "halves", prepare=domains)
    resumed = second.run(config, tmp_path / "halves", prepare=domains)
    assert second.losses == straight.losses
    assert resumed.test == expected.test
    weights = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    saved = load_file(tmp_path / "straight" / "model" / "trained.safetensors")
    assert not [name for name in saved if name.startswith("discriminator")]


def test_where_the_backbone_is_slow_on_the_target_only_the_head_keeps_its_rate(tiny: str, tmp_path: Path):
    config = adapting(tiny, AdaptationMethod.SEQUENTIAL, epochs=1)
    slow = AdaptationConfig(method=AdaptationMethod.SEQUENTIAL, target_rate=0.1)
    one, other = Script(), Script()
    one.run(config, tmp_path / "fast", prepare=domains)
    other.run(config.model_copy(update={"adaptation": slow}), tmp_path / "slow", prepare=domains)
    histories = [Checkpoint.read(tmp_path / name).history for name in ("fast", "slow")]
    source_ends = next(point.step for point in histories[0] if isinstance(point, EpochPoint))
    steps = [[point for point in history if isinstance(point, StepPoint)] for history in histories]
    assert source_ends < steps[0][-1].step
    for fast, slowed in zip(*steps, strict=True):
        assert slowed.head_lr == fast.head_lr
        assert slowed.lr == pytest.approx(fast.lr * (0.1 if fast.step > source_ends else 1))


@pytest.mark.parametrize("method", [m for m in METHODS if m is not AdaptationMethod.SEQUENTIAL])
def test_without_adaptation_the_weights_differ(method: AdaptationMethod, tiny: str, tmp_path: Path):
    config = adapting(tiny, method, epochs=1)
    plain = config.model_copy(update={"adaptation": None})
    one, other = Script(), Script()
    one.run(config, tmp_path / "adapted", prepare=domains)
    other.run(plain, tmp_path / "plain", prepare=domains)
    saved = [load_file(tmp_path / name / "model" / "trained.safetensors") for name in ("adapted", "plain")]
    assert saved[0].keys() == saved[1].keys()
    assert any(not torch.equal(saved[0][name], saved[1][name]) for name in saved[0])


def test_source_rows_train_first_and_target_rows_then(tiny: str, tmp_path: Path):
    script = Script()
    script.run(adapting(tiny, AdaptationMethod.SEQUENTIAL, epochs=2), tmp_path, prepare=domains)
    data = domains()
    train = data.split == 0
    home, abroad = ((train & (data.domain == name)).sum() for name in ("home", "abroad"))
    steps = [-(-int(rows) // 8) for rows in (home, abroad)]
    assert [point.stage for point in script.epochs] == [0, 0, 1, 1]
    assert len(script.losses) == 2 * sum(steps)


def test_altered_copies_train_with_the_domain_of_their_row(tiny: str, tmp_path: Path):
    config = adapting(tiny, AdaptationMethod.SEQUENTIAL, epochs=1)
    script = Script()
    script.run(config.model_copy(update={"augment": AugmentConfig(copies=2)}), tmp_path, prepare=domains)
    data = domains()
    train = data.split == 0
    home, abroad = ((train & (data.domain == name)).sum() for name in ("home", "abroad"))
    steps = [point for point in script.points if isinstance(point, StepPoint)]
    source_ends = next(point.step for point in script.points if isinstance(point, EpochPoint))
    assert source_ends == -(-3 * int(home) // 8)
    assert len(steps) - source_ends == -(-3 * int(abroad) // 8)


def test_copies_of_a_source_row_weigh_alike_and_target_rows_stay_as_they_are():
    random = np.random.default_rng(0)
    origin = np.concatenate([np.arange(40), np.repeat(np.arange(30), 2)])  # 10 rows have no copy
    vectors = random.normal(size=(40, 24)).astype(np.float32)[origin]
    of_target = (np.arange(40) >= 20)[origin]
    labels = named_classes(origin % 2, "bad", "good")
    train = np.concatenate([np.arange(30), 40 + np.arange(60)])
    rows = TrainingRows(labels, train, np.arange(30, 35))
    weights = _importance(rows, of_target, origin, vectors, np.arange(30, 40), 0)
    assert (weights[of_target] == 1).all()
    of_source = ~of_target
    assert len(np.unique(weights[of_source])) > 10
    for row in range(20):
        assert len(np.unique(weights[origin == row])) == 1


def test_the_chosen_epoch_is_best_on_validation_rows_of_the_target(tiny: str, tmp_path: Path):
    script = Script()
    summary = script.run(adapting(tiny, AdaptationMethod.SEQUENTIAL, epochs=2), tmp_path, prepare=domains)
    points = [point for point in script.points if isinstance(point, EpochPoint)]
    best = max(points, key=lambda point: (point.validation["macro_f1"], point.epoch))
    assert summary.best_epoch == best.epoch


def test_target_rows_come_in_turn_and_do_not_depend_on_the_past():
    inputs, nothing = Inputs(np.ones(110, dtype=np.int64)), np.zeros(0, dtype=np.int64)

    def draw(step: int, size: int = 4, **piece: int) -> np.ndarray:
        alignment = Alignment(AdaptationConfig(), np.arange(100, 110), np.zeros(110, bool), size, seed=3)
        return alignment.draw(inputs, StepPart(nothing, step, **piece))

    drawn = np.concatenate([draw(step) for step in range(5)])
    assert sorted(drawn[:10].tolist()) == list(range(100, 110))
    assert sorted(drawn[10:].tolist()) == list(range(100, 110))
    assert np.array_equal(draw(3), drawn[12:16])
    assert len(draw(0, 25)) == 25
    pieces = [draw(2, piece=k, pieces=3) for k in range(3)]
    assert np.array_equal(np.concatenate(pieces), draw(2))


def test_target_words_are_drawn_by_sentences():
    sentence = np.repeat(np.arange(6), 3)
    inputs = Inputs(np.ones(18, dtype=np.int64), sentence=sentence)
    alignment = Alignment(AdaptationConfig(), np.arange(6, 18), np.zeros(18, bool), 2, seed=3)
    drawn = [alignment.draw(inputs, StepPart(np.arange(3), step)) for step in range(2)]
    assert [len(rows) for rows in drawn] == [6, 6]
    assert sorted(np.concatenate(drawn).tolist()) == list(range(6, 18))


class Features:
    """A model whose features are the rows of a table, as an alignment asks for them."""

    def __init__(self, table: torch.Tensor) -> None:
        self.table = table

    def features(self, rows: np.ndarray, compute: object) -> torch.Tensor:
        return self.table[torch.from_numpy(rows)]

    def standardise(self, features: torch.Tensor) -> torch.Tensor:
        return features


class Rows(Inputs):
    """Inputs whose batches are their row numbers."""

    def batch(self, rows: np.ndarray, *, learning: bool = False) -> np.ndarray:
        return rows


def test_labelled_target_rows_of_a_batch_are_no_source():
    torch.manual_seed(0)
    table, of_target = torch.randn(12, 3), np.arange(12) >= 6
    model, inputs = Features(table), Rows(np.ones(12, dtype=np.int64))
    alignment = Alignment(AdaptationConfig(method="coral"), np.arange(6, 12), of_target, 6, seed=3)
    mixed = np.array([0, 8, 1, 2, 11])
    loss = alignment.loss(model, table[mixed], inputs, None, StepPart(mixed))
    torch.testing.assert_close(loss, coral_loss(table[[0, 1, 2]], table[6:]))
    only = np.array([7, 9])
    assert alignment.loss(model, table[only], inputs, None, StepPart(only)) == 0


def test_a_target_without_texts_is_refused(tiny: str, tmp_path: Path):
    def nothing() -> PreparedDataset:
        data = domains(labels=0)
        return PreparedDataset(data.targets, data.texts, data.split, data.rows, domain=data.domain)

    config = adapting(tiny, AdaptationMethod.CORAL, labels=0)
    with pytest.raises(TooFewSamplesError, match="target domain has 0 training texts"):
        Script().run(config, tmp_path, prepare=nothing)


@pytest.mark.parametrize(
    ("method", "labels", "blocks", "sentence"),
    [
        (AdaptationMethod.CORAL, 8, "none", "train a block at least"),
        (AdaptationMethod.SEQUENTIAL, 0, "last:1", r"set data\.domains\.target_labels"),
    ],
)
def test_what_cannot_adapt_says_so(
    method: AdaptationMethod, labels: int, blocks: str, sentence: str, tiny: str
):
    base = experiment(tiny, blocks)
    places = DomainConfig(column="d", source=("home",), target=("abroad",), target_labels=labels)
    data = DataConfig(dataset="d", text="t", label="l", domains=places)
    update = {"data": data, "adaptation": AdaptationConfig(method=method)}
    with pytest.raises(ValueError, match=sentence):
        ExperimentConfig.model_validate(base.model_copy(update=update).model_dump())


def test_without_domains_it_says_so(tiny: str):
    update = {"adaptation": AdaptationConfig(method=AdaptationMethod.DANN)}
    with pytest.raises(ValueError, match=r"name both in data\.domains"):
        ExperimentConfig.model_validate(experiment(tiny).model_copy(update=update).model_dump())
