"""What to say of texts of a class that lie near each other, layer by layer, before and after a training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.comparison.mean_interval import mean_interval, share_mean_interval
from translearn_core.results import Interval
from translearn_core.worker.diagnostics.sentences.similarity_text import listed

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProjectionAnimationText:
    """Shares of a text's 10 nearest neighbours that carry its label, in L layers, before and after.

    `first` is the first layer that changed, None if none did; `chance` the share among texts drawn blindly.
    `chosen`, shape (2, L), are mean shares of the texts that a layer is chosen by; `shares`, shape (2, L, n),
    those of each test text, which are told. `kept`, shape (L,), is the share of neighbours that stayed.
    """

    first: int | None
    chance: float
    chosen: FloatArray
    shares: FloatArray
    kept: FloatArray

    @property
    def intervals(self) -> FloatArray:
        """The 95 % intervals of the test texts' mean shares, shape (2, L, 2)."""
        spans = [[share_mean_interval(texts) for texts in layers] for layers in self.shares]
        return np.asarray([[(span.low, span.high) for span in layers] for layers in spans])

    def sentences(self) -> str:
        """Say where texts of a class lie nearest, where training changed that most, and where it began."""
        return " ".join(filter(None, (self._nearest(), self._most_changed(), self._began())))

    def _nearest(self) -> str:
        where, chosen = self._best(0), "layer was"
        if self.first is not None:
            where, chosen = f"before training {where}; after it {self._best(1)}", "layers were"
        return (
            f"Texts of a class lie nearest together {where}. So many of a test text's 10 nearest neighbours "
            f"carry its label; of neighbours drawn blindly {_percent(self.chance)} would. The {chosen} "
            "chosen on validation texts."
        )

    def _best(self, variant: int) -> str:
        layer = int(self.chosen[variant].argmax())
        found = float(self.shares[variant, layer].mean())
        low, high = self.intervals[variant, layer]
        return f"in {_named(layer)}, {_percent(found)} ({100 * low:.1f} to {_percent(high)})"

    def _most_changed(self) -> str:
        if self.first is None:
            return ""
        after_less_before = self.shares[1, self.first :] - self.shares[0, self.first :]
        looks = len(after_less_before)
        spans = [mean_interval(texts, looks) for texts in after_less_before]
        means = after_less_before.mean(axis=1)
        sure = [k for k, span in enumerate(spans) if span.low > 0 or span.high < 0]
        most = max(sure or range(looks), key=lambda k: abs(means[k]))
        where, how = _named(self.first + most), _points(float(means[most]), spans[most], looks)
        if not sure:
            return (
                f"No layer changed in this by more than chance; the largest difference, {how}, is in {where}."
            )
        return f"Training made the largest difference in {where}: {how}."

    def _began(self) -> str:
        if self.first is None:
            return "Nothing moved in any layer: each is after training what it was before."
        last = len(self.kept) - 1
        stayed = (
            f"in {_named(last)} a text kept {_percent(float(self.kept[last]))} of its 10 nearest neighbours"
        )
        if self.first == 0:
            return f"Every layer changed, from the embeddings on; {stayed}."
        still = listed(range(self.first))
        stand = "stands as it was" if self.first == 1 else "stand as they were"
        return f"{still} {stand}, below all that trained. From {_named(self.first)} on texts moved; {stayed}."


def _named(layer: int) -> str:
    return f"layer {layer}" if layer else "layer 0, the embeddings"


def _points(difference: float, interval: Interval, looks: int) -> str:
    """Return a difference of shares in points, with its interval."""
    more = "more" if difference >= 0 else "fewer"
    sign = 1 if difference >= 0 else -1
    low, high = sorted((100 * sign * interval.low, 100 * sign * interval.high))
    for_all = f", wide enough to hold for all {looks} layers that changed" if looks > 1 else ""
    return f"{100 * abs(difference):.1f} points {more} ({low:.1f} to {high:.1f}{for_all})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
