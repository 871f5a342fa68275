"""What to say of layers that were held against themselves before a training, and against another seed's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from translearn_core.analysis.similarity.jackknife_cka import JackknifeCka
from translearn_core.results import Interval

HARDLY = 0.99
"""A layer that trained and is surely more alike than this has hardly moved."""


@dataclass(frozen=True)
class SimilarityText:
    """Layers before against after, `moved`, on so many `texts`, of which the model learned from `learnt`.

    `floor` is two networks with fresh weights; `chance` this run against another seed's, None where there is
    none. Layers up to the `boundary` could not move.
    """

    texts: int
    learnt: int
    boundary: int
    moved: Sequence[JackknifeCka]
    floor: Sequence[JackknifeCka]
    chance: Sequence[JackknifeCka] | None

    def sentences(self) -> str:
        """Say which layers moved most, which stood still, and whether it is more than another seed does."""
        above = range(max(0, self.boundary + 1), len(self.moved))
        there = [k for k in above if np.isfinite(self.moved[k].value)]
        if not there:
            return "Only the head trained: every layer is what it was." if not above else UNKNOWN
        order = sorted(there, key=lambda k: self.moved[k].value)
        said = [self._most(order), self._still(there), self._beyond_chance(order)]
        return " ".join(filter(None, said))

    def _most(self, order: Sequence[int]) -> str:
        first, *others = order
        seen = f"{self.texts:,} texts" + " the model did not learn from" * (not self.learnt)
        if self.learnt:
            seen += f", {self.learnt:,} of which the model learned from,"
        said = (
            f"On {seen} layer {first} moved most: before and after it is alike to "
            f"{_sure(self.moved[first])}, where 1 is the same"
        )
        if others:
            said += f"; then layer {others[0]} with {_sure(self.moved[others[0]])}"
        if np.isfinite(floor := self.floor[first].value):
            said += f". Two networks with fresh weights are alike to {floor:.2f} in layer {first}"
        return f"{said}."

    def _still(self, there: Sequence[int]) -> str:
        said = []
        if self.boundary >= 0:
            still = range(self.boundary + 1)
            said.append(f"{listed(still)} stood still, below all that trains.")
        hardly = [k for k in there if self.moved[k].interval.low > HARDLY]
        if hardly:
            said.append(f"{listed(hardly)} trained and hardly moved.")
        return " ".join(said)

    def _beyond_chance(self, order: Sequence[int]) -> str:
        if self.chance is None:
            return "Whether another seed alone would change as much is not known: train a second seed."
        apart = {k: self.moved[k].difference(self.chance[k]) for k in order}
        beyond = sorted(k for k in order if apart[k][1].high < 0)
        if not beyond:
            return (
                "That is not more than another seed alone does: two trainings that differ in nothing but the "
                f"seed are no more alike than before and after (in layer {order[0]} by "
                f"{_apart(apart[order[0]])})."
            )
        most = min(beyond, key=lambda k: self.moved[k].value)
        others = " In the other layers that trained it is not." if len(beyond) < len(order) else ""
        return (
            f"In {listed(beyond).lower()} that is more than another seed alone does: two trainings that "
            f"differ in nothing but the seed are alike to {self.chance[most].value:.2f} in layer {most}, by "
            f"{_apart(apart[most])} more than before and after.{others}"
        )


UNKNOWN = "The layers that trained give the same vector for every text, so they cannot be compared."


def listed(layers: Sequence[int]) -> str:
    """Return layers in words: ``Layer 3``, ``Layers 0 to 4``, ``Layers 1, 4 and 5``."""
    if len(layers) == 1:
        return f"Layer {layers[0]}"
    if list(layers) == list(range(layers[0], layers[-1] + 1)) and len(layers) > 2:
        return f"Layers {layers[0]} to {layers[-1]}"
    return f"Layers {', '.join(map(str, layers[:-1]))} and {layers[-1]}"


def _sure(found: JackknifeCka) -> str:
    return f"{found.value:.2f} [{found.interval.low:.2f}, {found.interval.high:.2f}]"


def _apart(less: tuple[float, Interval]) -> str:
    """Say by how much the second of a difference is above the first."""
    amount, interval = less
    return f"{-amount:.2f} [{-interval.high:.2f}, {-interval.low:.2f}]"
