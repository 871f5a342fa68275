"""Who lies near whom in one layer, before and after: how many neighbours carry a label, how many stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis import (
    chance_purity,
    knn_indices,
    neighbour_overlap,
    neighbours_with_same_label,
    silhouette,
    trustworthiness,
)
from translearn_core.analysis.comparison.mean_interval import mean_interval, share_mean_interval
from translearn_core.analysis.neighbours.distances import Progress
from translearn_core.results import Interval, NeighbourhoodQuality
from translearn_core.worker.context import Context

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

NEIGHBOURS = 10
ASKED = 2_000
"""Texts at most that are asked for their neighbours, drawn by seed."""


@dataclass(frozen=True, eq=False)
class LayerPair:
    """One layer of a run: its vectors by variant, each of shape (n, width), and which texts are whose.

    `test` are the texts the model did not learn from, `shown` those that a picture draws. `moved` says
    whether the variants differ at all.
    """

    variants: Mapping[str, NDArray[np.floating]]
    labels: IntArray
    test: IntArray
    shown: IntArray
    moved: bool


@dataclass(frozen=True, eq=False)
class NeighbourhoodChange:
    """What the asked texts' neighbours say; the shares have one value a text, shape (asked,).

    `near` holds the numbers of each variant, `own` the shares of neighbours that carry a text's label, before
    and after, and `kept` the shares that stayed. `count` neighbours were asked of each.
    """

    near: tuple[NeighbourhoodQuality, ...]
    own: tuple[FloatArray, FloatArray]
    kept: FloatArray
    chance: float
    count: int
    moved: bool

    @property
    def kept_interval(self) -> Interval:
        """The 95 % interval of what is kept; where nothing moved that is no estimate."""
        return share_mean_interval(self.kept) if self.moved else Interval(1.0, 1.0)

    def sentences(self) -> str:
        """Say in plain words what the neighbours come to."""
        if not len(self.kept):
            return (
                "There are too few test texts to ask whether texts of one label lie together in this layer."
            )
        asked = f"Of a test text's {self.count} nearest neighbours in this layer, "
        blindly = f"by chance {_percent(self.chance)}"
        before, after = (_share(one) for one in (self.near[0], self.near[-1]))
        if not self.moved:
            return (
                f"{asked}{before} carry its label; {blindly}. Training did not change this layer: every text "
                "keeps its neighbours."
            )
        return (
            f"{asked}{before} carried its label before training and {after} after; {blindly}. "
            f"{self._changed()} {self._stayed()}"
        )

    def _changed(self) -> str:
        change = self.own[1] - self.own[0]
        mean, span = 100 * float(change.mean()), mean_interval(change)
        low, high = 100 * span.low, 100 * span.high
        if low > 0:
            by = f"{mean:.0f} points ({low:.0f} to {high:.0f})"
            return f"Texts of one label lie nearer together than before, by {by}."
        if high < 0:
            return f"Training mixed the labels here: {-mean:.0f} points fewer ({-high:.0f} to {-low:.0f})."
        return f"That difference, {low:+.1f} to {high:+.1f} points, could be chance."

    def _stayed(self) -> str:
        stayed = self.count * float(self.kept.mean())
        if stayed < 0.5:
            return f"A text keeps hardly any of its {self.count} neighbours."
        if stayed > self.count - 0.5:
            return f"A text keeps nearly all of its {self.count} neighbours."
        return f"A text keeps {stayed:.0f} of its {self.count} neighbours."


def neighbours_of(
    context: Context, layer: LayerPair, planes: NDArray[np.float32], seed: int
) -> NeighbourhoodChange:
    """Ask test texts for their nearest neighbours among all texts, and the pictures how far they show them.

    Parameters
    ----------
    context : Context
        Told how far it is; may stop it.
    layer : Layer
    planes : float32 array, shape (variants, n, 2)
        The picture of each variant.
    seed : int
        Of the texts that are asked.
    """
    asked = _drawn(layer.test, seed)
    variants = list(layer.variants.values())[: 2 if layer.moved else 1]
    total = 3 * len(variants)

    def told(done: int, part: float = 0.0) -> None:
        context.report("looking at neighbours", done + part, total)

    near, own, closest = [], [], []
    for v, x in enumerate(variants):
        closest.append(knn_indices(x, NEIGHBOURS, asked, partial(told, 3 * v)))
        own.append(neighbours_with_same_label(closest[v], layer.labels, asked))
        told(3 * v + 1)
        apart = silhouette(x, layer.labels, asked, ASKED, seed, partial(told, 3 * v + 1))
        told(3 * v + 2)
        shown = _trusted(x[layer.shown], planes[v][layer.shown], seed, partial(told, 3 * v + 2))
        pure = float(own[v].mean()) if own[v].size else float("nan")
        near.append(NeighbourhoodQuality(pure, share_mean_interval(own[v]), apart, shown))
    told(total)
    return NeighbourhoodChange(
        near=(near[0], near[-1]),
        own=(own[0], own[-1]),
        kept=neighbour_overlap(closest[0], closest[-1]),
        chance=chance_purity(layer.labels, asked),
        count=closest[0].shape[1],
        moved=layer.moved,
    )


def _trusted(x: NDArray[np.floating], plane: NDArray[np.float32], seed: int, told: Progress) -> float:
    """Ask some of the rows of a picture how far their neighbours on it are neighbours in full width."""
    asked = _drawn(np.arange(len(x)), seed)
    near = knn_indices(x, NEIGHBOURS, asked, lambda part: told(part / 2))
    return trustworthiness(x, near, plane, NEIGHBOURS, asked, lambda part: told((1 + part) / 2))


def _drawn(rows: IntArray, seed: int) -> IntArray:
    """Return at most as many rows as are asked, in order."""
    if len(rows) <= ASKED:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, ASKED, replace=False))


def _share(found: NeighbourhoodQuality) -> str:
    return f"{_percent(found.purity)} ({_number(found.interval.low)} to {_percent(found.interval.high)})"


def _percent(share: float) -> str:
    return f"{_number(share)} %"


def _number(share: float) -> str:
    """Return a share in percent, whole unless it is so near to none or all that this would say it is."""
    return f"{100 * share:.0f}" if 0.01 <= share <= 0.99 or share in (0.0, 1.0) else f"{100 * share:.1f}"
