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
from translearn_core.tasks.classification_metrics import IntArray

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
    seen = torch.from_numpy((np.arange(len(y))[:, None] < ends[:-1]).astype(np.float32))
    target = torch.from_numpy(y[:, None].astype(np.int64))
    problem = BatchedProblem((rows - mean) / deviation, target, seen, classes, standardise=False)
    regression = BatchedRegression(problem, pool)
    parts = torch.arange(len(ends) - 1)
    shortest = math.inf
    for number, strength in enumerate(STRENGTHS):
        within = section(tick, *(k / len(STRENGTHS) for k in (number, number + 1)))
        regression.fit(strength, parts, SEARCH_TOLERANCE, within)
        bits = sum(_portion_bits(regression, part, ends) for part in range(len(ends) - 1))
        if bits >= shortest:
            break
        shortest = bits
    return first + shortest + math.log2(len(STRENGTHS))


def _portion_bits(regression: BatchedRegression, part: int, ends: IntArray) -> float:
    """Return the bits of the portion that follows the rows of a part."""
    problem, (start, end) = regression.objective.problem, ends[part : part + 2].tolist()
    log_p = regression.logits(problem.x[start:end], 0, part).double().log_softmax(dim=1)
    label = problem.y[start:end]
    counts = torch.bincount(problem.y[:start, 0], minlength=problem.classes)
    absent = int((counts == 0).sum())
    known: Tensor = counts[label[:, 0]] > 0
    seen_nats = math.log((start + absent) / start) - log_p.gather(1, label)[:, 0]
    nats = torch.where(known, seen_nats, math.log(start + absent))
    return float(nats.sum()) / math.log(2)
