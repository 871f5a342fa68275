"""Rounds of self-training, as large as a test needs them."""

from translearn_core.results import SelfTraining, SelfTrainingRound


def make_self_training(names: tuple[str, ...]) -> SelfTraining:
    """Return three rounds of pseudo-labels, of which half have a known label; the last one takes none."""
    k = len(names)
    rounds = tuple(
        SelfTrainingRound(
            number=n + 1, score=0.7 + 0.05 * n, confident=30 * k, added=(12 * taken,) * k,
            known=6 * taken * k, right=5 * taken * k, all_known=50 * k, all_right=40 * k,
            known_added=(6 * taken,) * k, right_added=(5 * taken,) * k,
        )
        for n, taken in enumerate((1, 2, 0))
    )  # fmt: skip
    return SelfTraining("self_training", 0.95, 40, 100 * k, names, rounds, (20,) * k)
