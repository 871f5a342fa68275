"""Which rows to label next: properties of each choice, and what the labels are worth."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression

from translearn_core.analysis.few_labels.active_learning import (
    entropies,
    most_diverse,
    most_uncertain,
    uncertain_and_diverse,
)


def test_entropy_goes_from_certain_to_all_alike():
    probabilities = np.array([[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]])
    assert entropies(probabilities) == pytest.approx([0, np.log(2) / np.log(3), 1])
    assert most_uncertain(probabilities, 2).tolist() == [2, 1]


@pytest.fixture(scope="module")
def groups() -> tuple[np.ndarray, np.ndarray]:
    """Eight tight groups of very different sizes."""
    random = np.random.default_rng(0)
    group = np.repeat(np.arange(8), [400, 200, 100, 60, 40, 20, 15, 10])
    centres = random.normal(0, 6, (8, 10))
    return centres[group] + random.normal(0, 0.3, (len(group), 10)), group


def test_diverse_rows_reach_every_group_and_avoid_the_labelled_ones(groups):
    x, group = groups
    alone = most_diverse(x, x[:0], 8)
    assert len(set(group[alone])) == 8
    labelled = x[np.isin(group, [0, 1, 2])]
    assert {3, 4, 5, 6, 7} == set(group[most_diverse(x, labelled, 5)])
    assert (most_diverse(x, x[:0], 8) == alone).all()


def test_uncertain_and_diverse_rows_are_uncertain_and_unlike_each_other():
    random, group = np.random.default_rng(0), np.repeat(np.arange(6), [100, 50, 40, 30, 20, 10])
    x = np.eye(6)[group] + random.normal(0, 0.03, (250, 6))
    probabilities = np.where(np.isin(group, [1, 3, 5])[:, None], [0.55, 0.45], [0.98, 0.02])
    assert set(group[uncertain_and_diverse(probabilities, x, 3)]) == {1, 3, 5}
    assert len(set(group[most_uncertain(probabilities, 3)])) == 1, "uncertainty alone takes alike rows"


def test_the_gradient_distances_are_those_of_the_outer_products():
    random = np.random.default_rng(0)
    x, p = random.normal(size=(40, 5)), random.dirichlet([1, 1, 1], 40)
    slope = p.copy()
    slope[np.arange(40), p.argmax(axis=1)] -= 1
    gradients = (slope[:, :, None] * x[:, None, :]).reshape(40, -1)
    first = uncertain_and_diverse(p, x, 1)
    assert first.tolist() == [np.linalg.norm(gradients, axis=1).argmax()]
    chosen = uncertain_and_diverse(p, x, 40)
    assert sorted(chosen.tolist()) == list(range(40))
    distances = cdist(gradients[chosen[:1]], gradients)[0]
    assert distances[chosen[1]] > np.median(distances) / 4


def test_no_row_is_chosen_twice_where_all_are_alike():
    x = np.ones((6, 3))
    assert sorted(most_diverse(x, x[:1], 6).tolist()) == list(range(6))
    assert sorted(uncertain_and_diverse(np.full((6, 2), 0.5), x, 4).tolist()) != []
    assert len(set(uncertain_and_diverse(np.full((6, 2), 0.5), x, 4).tolist())) == 4


def accuracy_of_rounds(x, group, test_x, test_group, choose, seed):
    """Label two rows, then four rounds of five that `choose` takes; return the accuracy at the end."""
    random = np.random.default_rng(seed)
    labelled = list(random.choice(len(x), 6, replace=False))
    for round_number in range(4):
        left = np.setdiff1d(np.arange(len(x)), labelled)
        model = LogisticRegression(max_iter=500).fit(x[labelled], group[labelled])
        labelled += left[choose(model.predict_proba(x[left]), x[left], seed + round_number)].tolist()
    model = LogisticRegression(max_iter=500).fit(x[labelled], group[labelled])
    return (model.predict(test_x) == test_group).mean()


def test_labels_of_chosen_rows_are_worth_at_least_those_of_random_rows():
    random = np.random.default_rng(0)
    centres = random.normal(0, 1.2, (6, 8))
    share = [0.4, 0.25, 0.15, 0.1, 0.06, 0.04]

    def draw(rows):
        group = random.choice(6, rows, p=share)
        return centres[group] + random.normal(0, 0.7, (rows, 8)), group

    (x, group), (test_x, test_group) = draw(500), draw(500)

    def both(probabilities, rows, seed):
        return uncertain_and_diverse(probabilities, rows, 5, seed)

    def at_random(probabilities, rows, seed):
        return np.random.default_rng(seed).choice(len(rows), 5, replace=False)

    scores = {
        choose.__name__: np.mean(
            [accuracy_of_rounds(x, group, test_x, test_group, choose, 10 * seed) for seed in range(8)]
        )
        for choose in (both, at_random)
    }
    assert scores["both"] >= scores["at_random"], scores
