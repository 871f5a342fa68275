"""Sentences about kNN label purity, layer by layer, before and after training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import Clusters, mean_interval, row_score_interval
from translearn_core.results import Estimate
from translearn_core.results.format import magnitude, percent
from translearn_core.worker.diagnostics.sentences.similarity_text import list_layers

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProjectionAnimationText:
    """Shares of a text's 10 nearest neighbours with its label, in L layers, before and after training.

    `first` is the first layer that changed, None if none did; `chance` the expected share at random.
    `chosen`, shape (2, L), are mean shares of validation texts, which select a layer; `shares`, shape
    (2, L, n), those of each test text; `overlap`, shape (L,), the share of neighbours that stayed.
    `clusters`, shape (n,), are the sentences of test words; `noun` names a row (`DataConfig.row_noun`).
    """

    first: int | None
    chance: float
    chosen: FloatArray
    shares: FloatArray
    overlap: FloatArray
    clusters: Clusters = None
    noun: str = "text"

    @property
    def intervals(self) -> FloatArray:
        """The 95 % intervals of the test texts' mean shares, shape (2, L, 2)."""
        intervals = [[row_score_interval(texts, self.clusters) for texts in layers] for layers in self.shares]
        return np.asarray([[(span.low, span.high) for span in layers] for layers in intervals])

    def sentences(self) -> str:
        """Report the layers of highest purity, of largest change, and the first that changed."""
        return " ".join(filter(None, (self._best_layers(), self._largest_change(), self._first_change())))

    def _best_layers(self) -> str:
        where, chosen = self._best_layer(0), "layer was"
        if self.first is not None:
            where, chosen = f"before training {where}; after it {self._best_layer(1)}", "layers were"
        return (
            f"{self.noun.capitalize()}s of a class lie nearest together {where}. So many of a test "
            f"{self.noun}'s 10 nearest neighbours carry its label; of neighbours drawn blindly "
            f"{percent(self.chance)} would. The {chosen} chosen on validation {self.noun}s."
        )

    def _best_layer(self, variant: int) -> str:
        layer = int(self.chosen[variant].argmax())
        share = float(self.shares[variant, layer].mean())
        low, high = self.intervals[variant, layer]
        if not layer:
            return f"in layer 0, the embeddings, {percent(share)} ({100 * low:.1f} to {percent(high)})"
        return f"in layer {layer}, {percent(share)} ({100 * low:.1f} to {percent(high)})"

    def _largest_change(self) -> str:
        if self.first is None:
            return ""
        changes = self.shares[1, self.first :] - self.shares[0, self.first :]
        n_layers = len(changes)
        intervals = [mean_interval(texts, n_layers, self.clusters) for texts in changes]
        significant = [k for k, interval in enumerate(intervals) if interval.excludes_zero]
        most = max(significant or range(n_layers), key=lambda k: abs(intervals[k].value))
        where = _layer_name(self.first + most)
        how = _points(intervals[most], n_layers)
        if not significant:
            return (
                f"No layer changed in this by more than chance; the largest difference, {how}, is in {where}."
            )
        return f"Training made the largest difference in {where}: {how}."

    def _first_change(self) -> str:
        if self.first is None:
            return "Nothing moved in any layer: each is after training what it was before."
        last = len(self.overlap) - 1
        share = percent(float(self.overlap[last]))
        overlap = f"in {_layer_name(last)} a {self.noun} kept {share} of its 10 nearest neighbours"
        if self.first == 0:
            return f"Every layer changed, from the embeddings on; {overlap}."
        unchanged = list_layers(range(self.first))
        verb = "stands as it was" if self.first == 1 else "stand as they were"
        first = _layer_name(self.first)
        return f"{unchanged} {verb}, below all that trained. From {first} on {self.noun}s moved; {overlap}."


def _layer_name(layer: int) -> str:
    return f"layer {layer}" if layer else "layer 0, the embeddings"


def _points(difference: Estimate, n_layers: int) -> str:
    """Return a difference of shares in points, with its interval."""
    size = difference if difference.value >= 0 else -difference
    points, low, high = magnitude(100 * size.value), f"{100 * size.low:.1f}", f"{100 * size.high:.1f}"
    for_all = f", wide enough to hold for all {n_layers} layers that changed" if n_layers > 1 else ""
    if difference.value > 0:
        return f"{points} points more ({low} to {high}{for_all})"
    if difference.value < 0:
        return f"{points} points fewer ({low} to {high}{for_all})"
    return f"{points} points ({low} to {high}{for_all})"
