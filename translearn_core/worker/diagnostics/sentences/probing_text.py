"""What probes say in words: which layer knows most, how much of that is its own, what training lost."""

import numpy as np

from translearn_core.config import LENGTH
from translearn_core.data.findings import quote
from translearn_core.results import ProbeScores

BEFORE, AFTER = "pretrained", "fine-tuned"
FEW_ROWS = 100
"""Fewer test rows of a control task than this are said to be few."""


def best_layers(scores: ProbeScores) -> dict[str, int]:
    """Return each model's layer with the best cross-validated score; the lower one of equals."""
    chosen = scores.cross_validated.mean(axis=2).argmax(axis=1)
    return {variant: int(layer) for variant, layer in zip(scores.variants, chosen, strict=True)}


def sentences(scores: ProbeScores, *, label: bool, recurring: int) -> tuple[str, ...]:
    """Say what probes found; `label`, if they were asked for what the run learned.

    `recurring` counts the test rows on which the control task can be known.
    """
    what = (
        "the label" if label else "the length of a text" if scores.target == LENGTH else quote(scores.target)
    )
    said = [_most(scores, what)]
    if len(scores.control_test):
        said.append(_selective(scores, recurring))
    if {BEFORE, AFTER} <= set(scores.variants):
        said.append(_changed(scores, what, label=label))
    return tuple(said)


def _most(scores: ProbeScores, what: str) -> str:
    parts = []
    for variant, layer in best_layers(scores).items():
        v = scores.variants.index(variant)
        where = "the embeddings, before any block" if layer == 0 else f"layer {layer}"
        interval = f"({_percent(scores.low[v, layer])} to {_percent(scores.high[v, layer])})"
        parts.append(
            f"in the {variant} model {where}: a probe there gets {_percent(scores.test[v, layer])} right "
            f"{interval}"
        )
    return (
        f"Which layer knows most about {what}? On {scores.n_test:,} test rows, {'; '.join(parts)}. Counting "
        f"words (TF-IDF) gets {_percent(scores.tfidf)}, always the commonest answer "
        f"{_percent(scores.majority)}."
    )


def _selective(scores: ProbeScores, recurring: int) -> str:
    variant, layer = next((v, k) for v, k in best_layers(scores).items() if v != "random init")
    v = scores.variants.index(variant)
    control = float(scores.control_test[:, v, layer].mean())
    if not np.isfinite(control):
        return (
            "How much of that is the layer's own cannot be told: no test text begins with a word that a "
            "training text begins with, so nothing can be learned by heart."
        )
    few = f", only {recurring:,} rows, so take it roughly" if recurring < FEW_ROWS else ""
    return (
        "How much of that is the layer's, and not the probe's? On a control task, classes drawn at random "
        f"for each first word, the same probe on layer {layer} of the {variant} model gets "
        f"{_percent(control)} of the texts whose first word it has seen{few}; always the commonest gets "
        f"{_percent(float(scores.control_majority.mean()))}. Whatever it gets above that it has learned by "
        f"heart. The rest, {100 * scores.selectivity[v, layer]:.1f} points, is selectivity: what the layer "
        "makes easy to read."
    )


def _changed(scores: ProbeScores, what: str, *, label: bool) -> str:
    before, after = scores.variants.index(BEFORE), scores.variants.index(AFTER)
    top = scores.test.shape[1] - 1
    first, last = float(scores.test[before, top]), float(scores.test[after, top])
    numbers = f"a probe gets {_percent(first)} before training and {_percent(last)} after it"
    if np.array_equal(scores.test[before], scores.test[after]):
        return "No layer changed what it knows: the backbone stayed as it was."
    apart = (
        scores.low[after, top] > scores.high[before, top] or scores.high[after, top] < scores.low[before, top]
    )
    if label:
        how = "more than chance" if apart else "the intervals overlap, so it could be chance"
        return f"What did training do to it? In the last layer, which the head reads, {numbers}: {how}."
    if not apart:
        answer = "not visibly: the intervals overlap"
    else:
        answer = "yes, some of it" if last < first else "no, it is easier to read than before"
    return f"Did training wipe out what the last layer knew about {what}? There {numbers}: {answer}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
