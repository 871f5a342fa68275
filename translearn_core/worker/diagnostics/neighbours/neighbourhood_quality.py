"""kNN label purity, silhouette and trustworthiness of a layer, and kNN overlap before/after training."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import Clusters, mean_interval, row_score_interval
from translearn_core.analysis.neighbours.knn_purity import (
    chance_purity,
    neighbour_overlap,
    neighbours_with_same_label,
)
from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices, silhouette, trustworthiness
from translearn_core.results import Estimate, NeighbourhoodQuality
from translearn_core.results.format import magnitude
from translearn_core.worker.context import Context

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

NEIGHBOURS = 10
MAX_QUERIES = 2_000
"""Largest random sample of texts whose neighbours are computed."""


@dataclass(frozen=True, eq=False)
class LayerPair:
    """One layer of a run: vectors of each variant, shape (n, width), and class indices, shape (n,).

    `test` are indices of test texts, `shown` of texts drawn in the projection. `changed` tells whether the
    variants differ, `numbers` whether classes are ranges of numbers. `clusters`, shape (n,), are the
    sentences of words, `noun` names a row (`DataConfig.row_noun`).
    """

    variants: Mapping[str, NDArray[np.floating]]
    labels: IntArray
    test: IntArray
    shown: IntArray
    changed: bool
    numbers: bool = False
    clusters: Clusters = None
    noun: str = "text"


@dataclass(frozen=True, eq=False)
class NeighbourhoodChange:
    """Neighbourhood quality before and after training; shares have one value per query, shape (queries,).

    `same_label` holds the shares of neighbours with the query's label, before and after, `overlap` the shares
    that stayed, of `count` neighbours each; `chance` is the expected share at random, `clusters` the
    sentences of queries that are words, `noun` the name of a row.
    """

    quality: tuple[NeighbourhoodQuality, ...]
    same_label: tuple[FloatArray, FloatArray]
    overlap: FloatArray
    chance: float
    count: int
    changed: bool
    numbers: bool = False
    clusters: Clusters = None
    noun: str = "text"

    @property
    def mean_overlap(self) -> Estimate:
        """The mean overlap; exactly 1 if the layer did not change."""
        return row_score_interval(self.overlap, self.clusters) if self.changed else Estimate(1.0, 1.0, 1.0)

    def sentences(self) -> str:
        """Summarise label purity before and after, its change, and the overlap."""
        if not len(self.overlap):
            return (
                f"There are too few test {self.noun}s to ask whether {self.noun}s of one label lie together "
                "in this layer."
            )
        group = "its label"
        if self.numbers:
            group = f"a number of the same range (a tenth of the {self.noun}s each)"
        chance = f"by chance {_percent(self.chance)}"
        before, after = (_purity(quality) for quality in (self.quality[0], self.quality[-1]))
        if not self.changed:
            return (
                f"Of a test {self.noun}'s {self.count} nearest neighbours in this layer, {before} carry "
                f"{group}; {chance}. Training did not change this layer: every {self.noun} keeps its "
                "neighbours."
            )
        return (
            f"Of a test {self.noun}'s {self.count} nearest neighbours in this layer, {before} carried "
            f"{group} before training and {after} after; {chance}. {self._purity_change()} "
            f"{self._overlap_text()}"
        )

    def _purity_change(self) -> str:
        change = mean_interval(self.same_label[1] - self.same_label[0], clusters=self.clusters)
        mean, low, high = 100 * change.value, 100 * change.low, 100 * change.high
        if low > 0:
            by = f"{magnitude(mean)} points ({low:.1f} to {high:.1f})"
            of = "similar numbers" if self.numbers else "one label"
            return f"{self.noun.capitalize()}s of {of} lie nearer together than before, by {by}."
        if high < 0:
            fewer = f"{magnitude(mean)} points fewer ({-high:.1f} to {-low:.1f})"
            return f"Training mixed the {'numbers' if self.numbers else 'labels'} here: {fewer}."
        return f"That difference, {low:+.1f} to {high:+.1f} points, could be chance."

    def _overlap_text(self) -> str:
        retained = self.count * float(self.overlap.mean())
        if retained < 0.5:
            return f"A {self.noun} keeps hardly any of its {self.count} neighbours."
        if retained > self.count - 0.5:
            return f"A {self.noun} keeps nearly all of its {self.count} neighbours."
        return f"A {self.noun} keeps {retained:.0f} of its {self.count} neighbours."


def measure_neighbourhoods(
    context: Context, layer: LayerPair, planes: NDArray[np.float32], seed: int
) -> NeighbourhoodChange:
    """Measure the neighbourhoods of a sample of test texts, and the trustworthiness of the projections.

    Parameters
    ----------
    context : Context
    layer : LayerPair
    planes : float32 array, shape (variants, n, 2)
        Projection of each variant.
    seed : int
        Seed of the sample.
    """
    queries = _sample(layer.test, seed)
    clusters = None if layer.clusters is None else layer.clusters[queries]
    variants = list(layer.variants.values())[: 2 if layer.changed else 1]

    def report(variant: int, part: float = 0.0) -> None:
        context.report("looking at neighbours", variant + part, len(variants))

    quality, same_label, neighbours = [], [], []
    for v, x in enumerate(variants):
        neighbours.append(knn_indices(x, NEIGHBOURS, queries, partial(report, v)))
        shares = neighbours_with_same_label(neighbours[v], layer.labels, queries)
        same_label.append(shares)
        separation = silhouette(x, layer.labels, layer.test, seed=seed)
        trust = trustworthiness(x[layer.shown], planes[v][layer.shown], NEIGHBOURS, seed=seed)
        quality.append(NeighbourhoodQuality(row_score_interval(shares, clusters), separation, trust))
    report(len(variants))
    return NeighbourhoodChange(
        quality=(quality[0], quality[-1]),
        same_label=(same_label[0], same_label[-1]),
        overlap=neighbour_overlap(neighbours[0], neighbours[-1]),
        chance=chance_purity(layer.labels, queries),
        count=neighbours[0].shape[1],
        changed=layer.changed,
        numbers=layer.numbers,
        clusters=clusters,
        noun=layer.noun,
    )


def _sample(rows: IntArray, seed: int) -> IntArray:
    """Return a sorted random sample of at most `MAX_QUERIES` rows."""
    if len(rows) <= MAX_QUERIES:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, MAX_QUERIES, replace=False))


def _purity(quality: NeighbourhoodQuality) -> str:
    purity = quality.purity
    return f"{_percent(purity.value)} ({_number(purity.low)} to {_percent(purity.high)})"


def _percent(share: float) -> str:
    return f"{_number(share)} %"


def _number(share: float) -> str:
    """Return a share in percent, with a decimal where rounding would give 0 or 100."""
    return f"{100 * share:.0f}" if 0.01 <= share <= 0.99 or share in (0.0, 1.0) else f"{100 * share:.1f}"
