"""Online code length of labels given a layer (MDL probing): how few bits send them to one who has the layer.

A row's label is coded by a probe of the rows before it. A probe that needs many rows to become right sends a
long code, however right it is in the end: the length measures the quality of a layer together with the effort
to read it.
"""

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.analysis.probing.layer_map import Layers, map_layers
from translearn_core.analysis.probing.linear_probe import (
    SEARCH_TOLERANCE,
    STRENGTHS,
    FloatArray,
    Progress,
    section,
)
from translearn_core.analysis.probing.logistic_regression import BatchedProblem, BatchedRegression
from translearn_core.tasks.classes.metrics import IntArray

PORTIONS = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0)
"""Shares of the rows after which the probe is fitted anew, as in the paper."""


@dataclass(frozen=True, eq=False)
class CodeLengths:
    """Code lengths in bits: of each variant, layer and order of the rows; `uniform` without any layer."""

    bits: FloatArray
    uniform: float


def online_code(
    features: Mapping[str, Layers],
    labels: IntArray,
    *,
    orders: int,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> CodeLengths:
    """Return the online code length of `labels` given each frozen layer.

    The first portion is sent by a uniform code; each further one by logistic regression on the rows before
    it, standardised by all rows, as both sides have the features. Of the regularisation strengths the one
    with the shortest code counts, and two bits that name it. A class that has not come yet has the
    probability that Laplace's rule gives it.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
        Pooled hidden states of the rows (see `map_layers`).
    labels : int array, shape (rows,)
    orders : int
        Random orders of the rows, the same for all layers.
    seed : int
    progress : callable, optional
        See `map_layers`.

    Raises
    ------
    TrainingError
        If features are not finite: the training diverged.

    References
    ----------
    Voita & Titov 2020, arXiv:2003.12298.
    """
    classes, y = np.unique(labels, return_inverse=True)
    random = np.random.default_rng(seed)
    functions = [
        partial(_code_length, y[order], order, len(classes)) for order in _orders(random, len(y), orders)
    ]
    lengths = map_layers(features, functions, progress)
    layers = len(next(iter(features.values())))
    bits = [[lengths[v, layer] for layer in range(layers)] for v in range(len(features))]
    return CodeLengths(np.array(bits), len(y) * math.log2(len(classes)))


def _orders(random: np.random.Generator, rows: int, count: int) -> list[IntArray]:
    return [random.permutation(rows) for _ in range(count)]


def portion_ends(rows: int) -> IntArray:
    """Return the number of rows up to the end of each portion, increasing to `rows`."""
    return np.unique(np.ceil(np.array(PORTIONS) * rows).astype(np.int64))


def _code_length(
    y: IntArray, order: IntArray, classes: int, x: NDArray[np.floating], pool: Executor, tick: Progress
) -> float:
    """Return the bits of labels `y`, which are in the order in which they are sent."""
    ends = portion_ends(len(y))
    first = int(ends[0]) * math.log2(classes)
    if len(ends) == 1:
        return first
    rows = torch.from_numpy(np.asarray(x[order], dtype=np.float32))
    deviation, mean = torch.std_mean(rows, dim=0, correction=0)
    deviation[deviation <= 1e-6 * mean.abs()] = 1.0
    portions = _Portions((rows - mean) / deviation, torch.from_numpy(y.astype(np.int64)), classes, ends, pool)
    shortest = math.inf
    for number, strength in enumerate(STRENGTHS):
        within = section(tick, *(k / len(STRENGTHS) for k in (number, number + 1)))
        bits = portions.bits(strength, within)
        if bits >= shortest:
            break
        shortest = bits
    return first + shortest + math.log2(len(STRENGTHS))


class _Portions:
    """Portions of the rows, each but the first with the regression on the rows before it."""

    def __init__(self, x: Tensor, y: Tensor, classes: int, ends: IntArray, pool: Executor) -> None:
        self.x, self.y, self.classes, self.spans = x, y, classes, list(pairwise(ends.tolist()))
        self.regressions = [
            # one a portion, so that the preconditioner suits its rows
            BatchedRegression(
                BatchedProblem(x[:end], y[:end, None], torch.ones(end, 1), classes, standardise=False), pool
            )
            for end, _ in self.spans
        ]

    def bits(self, strength: float, tick: Progress) -> float:
        """Return the bits of all portions but the first at a regularisation strength.

        Fits continue from the strength before.
        """
        total = 0.0
        for k, (regression, (start, end)) in enumerate(zip(self.regressions, self.spans, strict=True)):
            tick(k / len(self.spans))
            regression.fit(strength, torch.zeros(1, dtype=torch.int64), SEARCH_TOLERANCE, lambda _: None)
            logits = regression.logits(self.x[start:end], 0, 0)
            total += _portion_bits(logits, self.y, start, end, self.classes)
        return total


def _portion_bits(logits: Tensor, y: Tensor, start: int, end: int, classes: int) -> float:
    """Return the bits of the labels `y` from `start` to `end`, given the probe's logits for these rows."""
    label, absent = y[start:end], int((torch.bincount(y[:start], minlength=classes) == 0).sum())
    known: Tensor = torch.isin(label, y[:start])
    known_nats = math.log((start + absent) / start) - logits.double().log_softmax(1).gather(1, label[:, None])
    nats = torch.where(known, known_nats[:, 0], math.log(start + absent))
    return float(nats.sum()) / math.log(2)
