"""Frozen-probe baseline: a linear probe on each layer, the layer chosen on validation rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.problem import IntArray, Outputs


@dataclass(frozen=True, eq=False)
class FrozenProbe:
    """Best layer, its C, mean validation row scores, shape (layers,), and its outputs.

    `outputs` are those of the test rows, `held_out` those of the validation rows.
    """

    layer: int
    c: float
    validation: NDArray[np.float64]
    outputs: Outputs
    held_out: Outputs


def frozen_probe(
    features: Sequence[NDArray[np.floating]],
    target: Target,
    train: IntArray,
    validation: IntArray,
    test: IntArray,
    progress: Callable[[float, float], None],
) -> FrozenProbe:
    """Fit a linear probe on every layer; predict test rows with the layer best on validation rows.

    Each layer's C is chosen on training rows (see `LinearProbe`). Ties go to the lowest layer.

    Parameters
    ----------
    features : arrays, shape (rows, width) each
        Pooled hidden states, index 0 the embedding layer.
    target : Target
        One value per row.
    train, validation, test : int arrays
        Row indices of each split.
    progress : callable
        Called with layers done (fractional) and in all; may raise to stop.

    References
    ----------
    Alain & Bengio 2016, arXiv:1610.01644.
    """
    problem, models = PROBLEMS[target.problem], LINEAR_MODELS[target.problem]
    learned = target.select(train)
    scores, c, outputs, held_out = [], [], [], []
    for layer, x in enumerate(features):

        def report(share: float, layer: int = layer) -> None:
            progress(layer + share, len(features))

        probe = models.fit_probe(x[train], learned, progress=report)
        held_out.append(probe.predict(x[validation]))
        scores.append(float(problem.row_scores(target, validation, held_out[-1]).mean()))
        outputs.append(probe.predict(x[test]))
        c.append(probe.c)
    best = int(np.argmax(scores))
    return FrozenProbe(best, c[best], np.asarray(scores), outputs[best], held_out[best])
