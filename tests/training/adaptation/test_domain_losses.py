"""CORAL, MMD, reversed gradients and importance weights, against values worked out by hand."""

import math

import numpy as np
import pytest
import torch

from translearn_core.training.adaptation.domain_losses import (
    BANDWIDTHS,
    DomainDiscriminator,
    coral_loss,
    mmd_loss,
    reversal_strength,
    reverse_gradient,
)
from translearn_core.training.adaptation.importance import LARGEST, importance_weights


@pytest.fixture
def sides() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(6, 3, dtype=torch.float64), 2 * torch.randn(5, 3, dtype=torch.float64) + 1


def test_coral_is_the_distance_of_the_covariances(sides: tuple[torch.Tensor, torch.Tensor]):
    covariances = []
    for side in sides:
        n, ones = len(side), torch.ones(1, len(side), dtype=torch.float64)
        # equation 2 of the paper
        covariances.append((side.T @ side - (ones @ side).T @ (ones @ side) / n) / (n - 1))
    expected = (covariances[0] - covariances[1]).square().sum() / (4 * 3**2)
    torch.testing.assert_close(coral_loss(*sides), expected)
    assert coral_loss(sides[0], sides[0]) == 0


def test_a_single_row_has_no_covariance_to_align(sides: tuple[torch.Tensor, torch.Tensor]):
    near = sides[0][:1].requires_grad_()
    assert coral_loss(near, sides[1]).item() == 0
    assert coral_loss(sides[1], near).item() == 0


def test_mmd_is_the_sum_over_all_pairs(sides: tuple[torch.Tensor, torch.Tensor]):
    rows = [row.numpy() for side in sides for row in side]
    squared = [((a - b) ** 2).sum() for i, a in enumerate(rows) for j, b in enumerate(rows) if i != j]
    median = torch.tensor(np.array(squared)).median().item()

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.mean([np.exp(-((a - b) ** 2).sum() / (f * median)) for f in BANDWIDTHS]))

    one, other = rows[:6], rows[6:]
    expected = (
        np.mean([kernel(a, b) for a in one for b in one])
        + np.mean([kernel(a, b) for a in other for b in other])
        - 2 * np.mean([kernel(a, b) for a in one for b in other])
    )
    assert float(mmd_loss(*sides)) == pytest.approx(expected)
    assert float(mmd_loss(sides[0], sides[0])) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("loss", [coral_loss, mmd_loss])
def test_their_gradients_are_those_of_finite_differences(loss, sides: tuple[torch.Tensor, torch.Tensor]):
    one = sides[0].clone().requires_grad_(True)
    if loss is mmd_loss:  # the median has no gradient, so it is held still by adding far rows to both sides
        far = torch.tensor([[50.0] * 3, [-50.0] * 3], dtype=torch.float64)
        gradient = torch.autograd.grad(loss(one, sides[1]), one)[0]
        assert gradient.abs().sum() > 0
        stepped = one.detach() - 0.05 * gradient / gradient.norm()
        assert loss(stepped, sides[1]) < loss(one, sides[1])
        assert torch.isfinite(loss(torch.cat([sides[0], far]), sides[1]))
        return
    assert torch.autograd.gradcheck(lambda side: loss(side, sides[1]), one)


def test_the_reversed_gradient_is_the_negative_times_its_strength():
    values = torch.tensor([1.0, -2.0], requires_grad=True)
    output = reverse_gradient(values, 0.3)
    assert torch.equal(output, values)
    (gradient,) = torch.autograd.grad((output * torch.tensor([2.0, 5.0])).sum(), values)
    torch.testing.assert_close(gradient, torch.tensor([-0.6, -1.5]))


def test_the_strength_grows_from_0_to_1_as_in_the_paper():
    assert reversal_strength(0.0) == 0.0
    assert reversal_strength(0.5) == pytest.approx(2 / (1 + math.exp(-5)) - 1)
    assert reversal_strength(1.0) == pytest.approx(0.9999, abs=1e-4)


def test_the_discriminator_learns_what_the_features_unlearn():
    torch.manual_seed(1)
    discriminator = DomainDiscriminator(4)
    source, target = torch.randn(16, 4), torch.randn(12, 4) + 1
    features = torch.cat([source, target]).requires_grad_(True)
    loss = discriminator.loss(features[:16], features[16:], 1.0)
    weights = list(discriminator.parameters())
    gradients = torch.autograd.grad(loss, [features, *weights], retain_graph=True)
    # the same loss without reversal has the opposite gradient on the features, the same on the weights
    logits = discriminator.layers(features)[:, 0]
    sides = (logits[:16], torch.zeros(16)), (logits[16:], torch.ones(12))
    plain = sum(torch.nn.functional.binary_cross_entropy_with_logits(*side) for side in sides) / 2
    torch.testing.assert_close(loss, plain)
    straight = torch.autograd.grad(plain, [features, *weights])
    torch.testing.assert_close(gradients[0], -straight[0])
    for one, other in zip(gradients[1:], straight[1:], strict=True):
        torch.testing.assert_close(one, other)


def test_importance_is_the_ratio_of_densities():
    random = np.random.default_rng(0)
    source = random.normal(0.0, 1.0, (4000, 1))
    target = random.normal(0.5, 1.0, (2000, 1))
    weights = importance_weights(source, target, 0)
    assert weights.mean() == pytest.approx(1.0, abs=1e-5)
    true = np.exp(0.5 * source[:, 0] - 0.125)  # of two normal densities
    assert np.corrcoef(np.log(weights), np.log(true))[0, 1] > 0.99
    assert np.abs(weights - true / true.mean()).mean() < 0.1
    assert (weights * source[:, 0]).mean() == pytest.approx(0.5, abs=0.1)


def test_importance_of_domains_that_have_nothing_in_common_stays_bounded():
    weights = importance_weights(np.zeros((20, 2)), np.ones((10, 2)), 0)
    assert np.isfinite(weights).all()
    assert weights.max() <= LARGEST * LARGEST
