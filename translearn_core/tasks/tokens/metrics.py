"""Metrics of words in sentences, with intervals that resample whole sentences.

Words of a sentence resemble each other, so that an interval over single words would be too narrow.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import CELLS_AT_ONCE, percentile_interval

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
DRAWS = 2000
"""Draws of a bootstrap."""


def class_counts(labels: IntArray, predicted: IntArray, sentence: IntArray, classes: int) -> IntArray:
    """Return the correct, true and predicted words of each class by sentence, shape (sentences, 3, classes).

    `sentence` numbers the sentence of each word from 0.
    """
    sentences, correct = int(sentence.max(initial=-1)) + 1, labels == predicted
    places = (sentence[correct], labels[correct]), (sentence, labels), (sentence, predicted)
    sums = [np.bincount(row * classes + k, minlength=sentences * classes) for row, k in places]
    return np.stack([of_all.reshape(sentences, classes) for of_all in sums], axis=1)


def entity_counts(labels: Sequence[str], predicted: Sequence[str], sentence: IntArray) -> IntArray:
    """Return the correct, true and predicted entities of each sentence, shape (sentences, 3).

    Parameters
    ----------
    labels, predicted : sequence of str
        Tags of the words in IOB2. A predicted I that continues nothing begins an entity, as in conlleval.
    sentence : int array, shape (words,)
        Number of the sentence of each word, from 0, in ascending order.

    Notes
    -----
    An entity is correct if its type, first and last word are. Entities are found by seqeval.
    """
    from seqeval.metrics.sequence_labeling import get_entities

    starts = np.flatnonzero(np.diff(sentence, prepend=-1))
    counts = np.zeros((len(starts), 3), dtype=np.int64)
    true, answers = (
        {
            (number, *entity)
            for number, tags in enumerate(np.split(np.asarray(sequence, dtype=object), starts[1:]))
            if set(tags) != {"O"}
            for entity in get_entities(tags.tolist())
        }
        for sequence in (labels, predicted)
    )
    for column, entities in enumerate((true & answers, true, answers)):
        for number, *_ in entities:
            counts[number, column] += 1
    return counts


def accuracy(counts: FloatArray | IntArray) -> FloatArray:
    """Return the share of correct words, from summed `class_counts`, shape (..., 3, classes)."""
    sums = counts.sum(axis=-1)
    return np.asarray(sums[..., 0] / np.maximum(sums[..., 1], 1), dtype=np.float64)


def macro_f1(counts: FloatArray | IntArray) -> FloatArray:
    """Return the mean F1 of the classes that occur, from summed `class_counts`, shape (..., 3, classes)."""
    occurs = counts[..., 1, :] + counts[..., 2, :]
    f1 = 2 * counts[..., 0, :] / np.maximum(occurs, 1)
    return np.asarray(f1.sum(axis=-1) / np.maximum((occurs > 0).sum(axis=-1), 1), dtype=np.float64)


def entity_scores(counts: FloatArray | IntArray) -> FloatArray:
    """Return F1, precision and recall of entities, shape (..., 3), from summed `entity_counts`."""
    correct, true, predicted = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    ratios = (2 * correct, true + predicted), (correct, predicted), (correct, true)
    return np.stack([top / np.maximum(bottom, 1) for top, bottom in ratios], axis=-1)


def sentence_bootstrap(
    counts: IntArray, scores: Sequence[Callable[[IntArray], FloatArray]], *, seed: int, draws: int = DRAWS
) -> list[Estimate]:
    """Return scores of summed counts, each with its 95 % percentile bootstrap interval over sentences.

    Parameters
    ----------
    counts : int array, shape (sentences, ...)
    scores : sequence of callables
        From sums of counts, shape (n, ...), to scores, shape (n,).
    seed, draws : int
        Of the bootstrap.
    """
    n = len(counts)
    flat = counts.reshape(n, -1)
    random = np.random.default_rng(seed)
    sums = []
    for start in range(0, draws, step := max(1, CELLS_AT_ONCE // max(1, n))):
        weights = random.multinomial(n, np.full(n, 1 / n), size=min(step, draws - start))
        sums.append((weights.astype(np.float64) @ flat).round().astype(np.int64))
    drawn = np.concatenate(sums).reshape(-1, *counts.shape[1:])
    whole = counts.sum(axis=0, keepdims=True)
    return [percentile_interval(float(score(whole)[0]), score(drawn)) for score in scores]
