"""One step of skip-gram: its gradient beside autograd's, and what it does."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits

from translearn_core.analysis.word_vectors.skip_gram_step import gradients, skip_gram_step
from translearn_core.errors import ConfigError

SENTENCE = ["the", "cat", "sat", "on", "the", "warm", "mat"]
SETTINGS = {"window": 2, "negatives": 3, "width": 4, "lr": 0.5, "steps": 1, "seed": 0}


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 12))
def test_the_gradient_is_that_of_autograd(seed: int, width: int, pairs: int):
    random = np.random.default_rng(seed)
    centre, others = random.normal(0, 3, width), random.normal(0, 3, (pairs, width))
    labels = random.integers(0, 2, pairs).astype(float)
    by_hand = gradients(centre, others, labels)
    u, v = (torch.tensor(a, requires_grad=True) for a in (centre, others))
    loss = binary_cross_entropy_with_logits(v @ u, torch.tensor(labels), reduction="sum")
    loss.backward()
    assert by_hand.loss == pytest.approx(loss.item(), abs=1e-9)
    assert by_hand.centre.tolist() == pytest.approx(u.grad.tolist(), abs=1e-9)
    assert by_hand.others.ravel().tolist() == pytest.approx(v.grad.ravel().tolist(), abs=1e-9)


def test_a_step_pulls_contexts_near_and_pushes_negatives_away():
    step = skip_gram_step(SENTENCE, 2, **SETTINGS)
    assert [p.word for p in step.pairs if p.label] == ["the", "cat", "on"]
    assert {p.word for p in step.pairs if not p.label} <= {"warm", "mat"}
    assert step.loss_after < step.loss
    for pair in step.pairs:
        assert (pair.error < 0) is bool(pair.label)
        assert pair.error == pytest.approx(pair.probability - pair.label)
    moved = np.array(step.vector) - SETTINGS["lr"] * np.array(step.gradient)
    assert step.vector_after == pytest.approx(tuple(moved))


def test_many_steps_learn_the_sentence():
    step = skip_gram_step(SENTENCE, 2, **SETTINGS | {"steps": 200})
    assert len(step.losses) == 200
    assert step.losses[-1] < 0.25 * step.losses[0]
    assert all((p.probability > 0.5) is bool(p.label) for p in step.pairs)


@pytest.mark.parametrize(
    ("words", "centre", "field"), [(["a", "b", "a"], 0, "sentence"), (SENTENCE, 7, "centre")]
)
def test_bad_input_is_named(words: list[str], centre: int, field: str):
    with pytest.raises(ConfigError, match=field):
        skip_gram_step(words, centre, **SETTINGS)
