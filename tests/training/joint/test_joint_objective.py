"""Loss of several targets: its parts, its gradient, weights by hand and by uncertainty."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.targets import single_label
from translearn_core.config import ClassWeights, ProblemType
from translearn_core.tasks import JointTarget, Target
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.transfer.joint_objective import JointObjective, pack

CLASSES, LABELS, ROWS = 3, 2, 12
KNOWN = np.array([[k % 4 != 0, k % 3 != 0, True] for k in range(ROWS)])
"""Which rows have a class, a number, and labels."""


def joint_target() -> JointTarget:
    random = np.random.default_rng(0)
    values = (
        random.integers(0, CLASSES, ROWS),
        random.normal(5.0, 2.0, ROWS),
        random.random((ROWS, LABELS)) < 0.5,
    )
    types = (ProblemType.SINGLE_LABEL, ProblemType.REGRESSION, ProblemType.MULTI_LABEL)
    names = (("a", "b", "c"), ("stars",), ("x", "y"))
    return JointTarget.of(
        [
            Target(f"target {k}", *parts, known=None if KNOWN[:, k].all() else KNOWN[:, k])
            for k, parts in enumerate(zip(types, names, values, strict=True))
        ]
    )


def joint_rows(**options: object) -> JointRows:
    return JointRows(joint_target(), np.arange(ROWS - 2), np.arange(ROWS - 2, ROWS), **options)


def test_a_row_adds_the_losses_of_the_targets_that_it_has() -> None:
    rows = joint_rows(loss_weights=(1.0, 0.5, 2.0))
    outputs = torch.randn(ROWS, CLASSES + 1 + LABELS, generator=torch.Generator().manual_seed(1))
    losses = rows.objective.loss(outputs, rows.targets)
    classes, numbers, labels = (part.values for part in rows.target.parts)
    train = np.flatnonzero(KNOWN[:, 1])
    scale = numbers[train[train < ROWS - 2]].std()
    for k in range(ROWS):
        expected = 2.0 * functional.binary_cross_entropy_with_logits(
            outputs[k, 4:], torch.tensor(labels[k]).float()
        )
        if KNOWN[k, 0]:
            expected = expected + functional.cross_entropy(outputs[k, :3], torch.tensor(classes[k]))
        if KNOWN[k, 1]:
            expected = expected + 0.5 * ((outputs[k, 3] - numbers[k]) / scale) ** 2
        assert losses[k].item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("learned", [False, True])
def test_the_gradient_is_that_of_finite_differences(learned: bool) -> None:
    rows = joint_rows()
    outputs = torch.randn(ROWS, CLASSES + 1 + LABELS, dtype=torch.float64, requires_grad=True)
    log_variances = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64, requires_grad=True)
    targets = rows.targets.double()

    def loss(outputs: torch.Tensor, log_variances: torch.Tensor) -> torch.Tensor:
        weights = log_variances if learned else None
        return JointObjective(rows.objective.parts, weights).loss(outputs, targets).mean()

    assert torch.autograd.gradcheck(loss, (outputs, log_variances))


def test_learned_weights_follow_kendall() -> None:
    rows = joint_rows()
    learned = JointObjective(rows.objective.parts, torch.tensor([0.4, -0.6, 0.0]))
    losses = [1.5, 2.0, math.nan]
    expected = math.exp(-0.4) * 1.5 + 0.2 + 0.5 * math.exp(0.6) * 2.0 - 0.3
    assert learned.weighted_losses(losses) == pytest.approx(expected)
    assert learned.learned_weights() == pytest.approx([math.exp(-0.4), 0.5 * math.exp(0.6), 1.0])
    assert rows.objective.learned_weights() == []


def test_a_row_without_values_has_no_gradient_in_the_heads_it_lacks() -> None:
    rows = joint_rows()
    outputs = torch.zeros(ROWS, CLASSES + 1 + LABELS, requires_grad=True)
    rows.objective.loss(outputs, rows.targets).sum().backward()
    unknown = torch.from_numpy(~KNOWN)
    assert (outputs.grad[:, :3][unknown[:, 0]] == 0).all()
    assert (outputs.grad[:, 3][unknown[:, 1]] == 0).all()
    assert (outputs.grad[:, 3][~unknown[:, 1]] != 0).all()


def test_balanced_weights_are_those_of_each_target_alone() -> None:
    rows = joint_rows(weighting=ClassWeights.BALANCED)
    packed = rows.weights
    own = rows.single[0].weights
    known = torch.from_numpy(KNOWN[:, 0])
    torch.testing.assert_close(packed[known, 0], own[known])
    assert (packed[~known, 0] == 1).all()
    torch.testing.assert_close(packed[:, 2:], rows.single[2].weights)


def test_packing_marks_what_is_unknown() -> None:
    target = JointTarget.of([single_label([1, 0], 2), Target(
        "n", ProblemType.REGRESSION, ("n",), np.array([2.5, 0.0]), known=np.array([True, False])
    )])  # fmt: skip
    np.testing.assert_array_equal(pack(target.parts).numpy(), [[1, 2.5], [0, np.nan]])
