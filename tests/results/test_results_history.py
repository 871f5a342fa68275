"""Only one epoch of a history is the best."""

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
