"""Only one epoch of a history is the best."""

from dataclasses import asdict

import pytest

from translearn_core.results import EpochPoint, History


def epoch(number: int, score: float, best: bool) -> EpochPoint:
    return EpochPoint(number, number, {"loss": 1.0}, {"loss": 1.0, "macro_f1": score}, 1.0, best)


@pytest.mark.parametrize(
    ("scores", "best"), [([0.1, 0.4, 0.3, 0.8, 0.8, 0.2], 4), ([0.5, 0.4], 1), ([0.1, 0.2, 0.3], 3)]
)
def test_one_epoch_is_the_best(scores: list[float], best: int) -> None:
    so_far = [score > max(scores[:k], default=-1.0) for k, score in enumerate(scores)]
    history = History((), tuple(epoch(k + 1, score, so_far[k]) for k, score in enumerate(scores)))
    assert [one.epoch for one in history.epochs if one.best] == [best]
    assert history.frame().loc[lambda frame: frame["best"], "epoch"].tolist() == [best]


def test_a_history_without_epochs_has_no_best() -> None:
    assert History((), ()).epochs == ()
    assert not History((), (epoch(1, 0.5, False),)).epochs[0].best


def test_a_point_of_an_earlier_version_becomes_metrics_by_split() -> None:
    names = ("loss", "accuracy", "macro_f1")
    earlier = {"epoch": 2, "step": 20, "seconds": 1.5, "best": True, "stage": 1, "moved": {"head": 0.1}}
    earlier |= {f"train_{name}": 0.1 * k for k, name in enumerate(names)}
    earlier |= {f"validation_{name}": 0.2 * k for k, name in enumerate(names)}
    point = EpochPoint.parse(earlier)
    assert point.train == {"loss": 0.0, "accuracy": 0.1, "macro_f1": 0.2}
    assert point.validation == {"loss": 0.0, "accuracy": 0.2, "macro_f1": 0.4}
    assert EpochPoint.parse(asdict(point)) == point
    assert point.row() == {name: value for name, value in earlier.items() if name != "moved"}
    assert History((), (point,)).metrics == names
