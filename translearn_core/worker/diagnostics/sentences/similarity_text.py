"""Sentences about CKA before and after training, compared with a second seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from translearn_core.analysis.similarity.cka import JackknifeCka
from translearn_core.results import Estimate
from translearn_core.results.format import count_noun

BARELY_CHANGED = 0.99
"""A trained layer whose CKA is surely above this has barely changed."""


@dataclass(frozen=True)
class SimilarityText:
    """CKA of each layer before and after training, `before_after`, on `texts` texts, `n_train` of them seen.

    `floor` compares two randomly initialised networks, `chance` this run and one with another seed, if any.
    Layers up to the `boundary` were frozen; `noun` names a row (`DataConfig.row_noun`).
    """

    texts: int
    n_train: int
    boundary: int
    before_after: Sequence[JackknifeCka]
    floor: Sequence[JackknifeCka]
    chance: Sequence[JackknifeCka] | None
    noun: str = "text"

    def sentences(self) -> str:
        """Report the layers that changed most or least, and whether a second seed differs as much."""
        above = range(max(0, self.boundary + 1), len(self.before_after))
        comparable = [k for k in above if np.isfinite(self.before_after[k].value)]
        if not comparable:
            return (
                "Only the head trained: every layer is what it was."
                if not above
                else UNKNOWN.format(noun=self.noun)
            )
        order = sorted(comparable, key=lambda k: self.before_after[k].value)
        parts = (self._most_changed(order), self._unchanged(comparable), self._beyond_chance(order))
        return " ".join(filter(None, parts))

    def _most_changed(self, order: Sequence[int]) -> str:
        first, *others = order
        texts, estimate = count_noun(self.texts, self.noun), _estimate(self.before_after[first])
        texts = (
            f"{texts}, {self.n_train:,} of which the model learned from,"
            if self.n_train
            else f"{texts} the model did not learn from"
        )
        if others:
            second, next_estimate = others[0], _estimate(self.before_after[others[0]])
            sentence = (
                f"On {texts} layer {first} moved most: before and after it is alike to {estimate}, where 1 "
                f"is the same; then layer {second} with {next_estimate}."
            )
        else:
            sentence = (
                f"On {texts} layer {first} moved most: before and after it is alike to {estimate}, where 1 "
                "is the same."
            )
        if np.isfinite(floor := self.floor[first].value):
            sentence += f" Two networks with fresh weights are alike to {floor:.2f} in layer {first}."
        return sentence

    def _unchanged(self, comparable: Sequence[int]) -> str:
        sentences = []
        if self.boundary >= 0:
            sentences.append(_stood_still(self.boundary))
        barely = [k for k in comparable if self.before_after[k].estimate.low > BARELY_CHANGED]
        if barely:
            sentences.append(_hardly_moved(barely))
        return " ".join(sentences)

    def _beyond_chance(self, order: Sequence[int]) -> str:
        if self.chance is None:
            return "Whether another seed alone would change as much is not known: train a second seed."
        differences = {k: self.before_after[k].difference(self.chance[k]) for k in order}
        beyond = sorted(k for k in order if differences[k].high < 0)
        if not beyond:
            return (
                "That is not more than another seed alone does: two trainings that differ in nothing but the "
                f"seed are no more alike than before and after (in layer {order[0]} by "
                f"{_bracketed(-differences[order[0]])})."
            )
        most = min(beyond, key=lambda k: self.before_after[k].value)
        others = " In the other layers that trained it is not." if len(beyond) < len(order) else ""
        return (
            f"In {_layers(beyond)} that is more than another seed alone does: two trainings that "
            f"differ in nothing but the seed are alike to {self.chance[most].value:.2f} in layer {most}, by "
            f"{_bracketed(-differences[most])} more than before and after.{others}"
        )


UNKNOWN = "The layers that trained give the same vector for every {noun}, so they cannot be compared."


def _stood_still(last: int) -> str:
    if last < 2:
        return (
            "Layers 0 and 1 stood still, below all that trains."
            if last
            else "Layer 0 stood still, below all that trains."
        )
    return f"Layers 0 to {last} stood still, below all that trains."


def _hardly_moved(layers: Sequence[int]) -> str:
    first, last = layers[0], layers[-1]
    if len(layers) == 1:
        return f"Layer {first} trained and hardly moved."
    if _is_range(layers):
        return f"Layers {first} to {last} trained and hardly moved."
    return f"Layers {', '.join(map(str, layers[:-1]))} and {last} trained and hardly moved."


def list_layers(layers: Sequence[int]) -> str:
    """Return layers as text: ``Layer 3``, ``Layers 0 to 4``, ``Layers 1, 4 and 5``."""
    return _layers(layers).capitalize()


def _layers(layers: Sequence[int]) -> str:
    first, last = layers[0], layers[-1]
    if len(layers) == 1:
        return f"layer {first}"
    if _is_range(layers):
        return f"layers {first} to {last}"
    return f"layers {', '.join(map(str, layers[:-1]))} and {last}"


def _is_range(layers: Sequence[int]) -> bool:
    """Whether these are three layers or more without a gap."""
    return len(layers) > 2 and list(layers) == list(range(layers[0], layers[-1] + 1))


def _estimate(cka: JackknifeCka) -> str:
    return _bracketed(cka.estimate)


def _bracketed(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} {estimate.brackets(2)}"
