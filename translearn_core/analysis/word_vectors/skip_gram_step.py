"""One step of skip-gram with negative sampling, by hand.

References
----------
Mikolov et al. 2013, arXiv:1310.4546; the gradient as in Rong 2014, arXiv:1411.2738.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from translearn_core.errors import ConfigError
from translearn_core.results.training.skip_gram_step import SkipGramStep, StepPair

FloatArray = NDArray[np.float64]
LEAST_WORDS = 3
"""Least different words of a sentence."""


@dataclass(frozen=True)
class Gradients:
    """Loss in nats, and its gradients: by the centre's vector, (width,), and the others', (pairs, width)."""

    loss: float
    errors: FloatArray
    centre: FloatArray
    others: FloatArray


def gradients(centre: FloatArray, others: FloatArray, labels: FloatArray) -> Gradients:
    """Return loss and gradients of pairs of one centre word.

    Parameters
    ----------
    centre : array, shape (width,)
        Vector of the centre word.
    others : array, shape (pairs, width)
        Output vector of the other word of each pair.
    labels : array, shape (pairs,)
        1 for a word of the context, 0 for a negative one.
    """
    scores = others @ centre
    errors = expit(scores) - labels
    loss = float(np.logaddexp(0, np.where(labels == 1, -scores, scores)).sum())
    return Gradients(loss, errors, errors @ others, np.outer(errors, centre))


def skip_gram_step(
    words: Sequence[str],
    centre: int,
    *,
    window: int,
    negatives: int,
    width: int,
    lr: float,
    steps: int,
    seed: int,
) -> SkipGramStep:
    """Take `steps` steps on one centre word of a sentence; return the last.

    Vectors begin at random from `seed`, negatives are drawn from the sentence's other words, anew in every
    step, each word as likely as any other.

    Raises
    ------
    ConfigError
        If the sentence has too few words, or no such centre.
    """
    vocabulary = list(dict.fromkeys(words))
    if len(vocabulary) < LEAST_WORDS:
        expected = f"a sentence of at least {LEAST_WORDS} different words"
        raise ConfigError("sentence", " ".join(words), expected)
    if not 0 <= centre < len(words):
        raise ConfigError("centre", centre, f"a position from 0 to {len(words) - 1}")
    random = np.random.default_rng(seed)
    vector = random.uniform(-0.5, 0.5, width)
    outer = random.normal(0, 0.1, (len(vocabulary), width))
    contexts, far = _contexts(words, centre, window)
    labels = np.array([1.0] * len(contexts) + [0.0] * negatives)
    losses: list[float] = []
    for _ in range(steps):
        chosen = [*contexts, *random.choice(far, negatives)]
        rows = np.array([vocabulary.index(word) for word in chosen])
        before, others = vector, outer[rows]
        step = gradients(before, others, labels)
        losses.append(step.loss)
        vector = before - lr * step.centre
        np.subtract.at(outer, rows, lr * step.others)
    after = gradients(vector, outer[rows], labels)
    numbers = (labels, others @ before, step.errors + labels, step.errors, after.errors + labels)
    pairs = zip(chosen, *(column.tolist() for column in numbers), strict=True)
    return SkipGramStep(
        words=tuple(words),
        centre=centre,
        pairs=tuple(StepPair(str(word), int(label), *others) for word, label, *others in pairs),
        vector=tuple(before.tolist()),
        gradient=tuple(step.centre.tolist()),
        vector_after=tuple(vector.tolist()),
        loss=step.loss,
        loss_after=after.loss,
        losses=tuple(losses),
    )


def _contexts(words: Sequence[str], centre: int, window: int) -> tuple[list[str], list[str]]:
    """Return the words within the window, each once, and those that negatives are drawn from: the others.

    Where no other is left, negatives are drawn from the contexts.
    """
    word = words[centre]
    near = [w for k, w in enumerate(words) if abs(k - centre) <= window and w != word]
    contexts = list(dict.fromkeys(near))
    others = [w for w in dict.fromkeys(words) if w != word]
    return contexts, [w for w in others if w not in contexts] or others
