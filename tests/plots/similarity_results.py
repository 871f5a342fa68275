"""Realistic results of similarity and forgetting for tests of figures and pages."""

import numpy as np
import pandas as pd

from translearn_core.results import (
    Difference,
    Estimate,
    Forgetting,
    MaskedLmLoss,
    SentenceSimilarity,
    Similarity,
    TaskRetention,
)


def make_similarity(layers: int = 7, *, seed: bool = True, boundary: int = 4) -> Similarity:
    """CKA of 1 up to the boundary, then falling to 0.4."""
    layer = np.arange(layers)
    matrix = 0.95 ** np.abs(layer[:, None] - layer[None, :])
    diagonal = np.where(layer <= boundary, 1.0, 1 - 0.3 * (layer - boundary))
    changed = matrix * np.minimum(1, diagonal)[None, :]
    missing = np.full(layers, np.nan)
    return Similarity(
        rows=1821,
        boundary=boundary,
        sentence="On 1,821 texts the model did not learn from layer 6 moved most.",
        matrix=changed,
        before=matrix,
        diagonal=diagonal,
        low=np.where(layer <= boundary, diagonal, diagonal - 0.03),
        high=np.where(layer <= boundary, diagonal, diagonal + 0.03),
        sibling=np.where(layer <= boundary, 1.0, 0.9) if seed else missing,
        floor=0.8 - 0.02 * layer,
    )


def make_forgetting(names: tuple[str, ...] = ("intent (a, b, c)",), *, masked: bool = True) -> Forgetting:
    """Tasks of which the first was lost, pairs that are kept to 0.8, and a loss that rose."""
    tasks = tuple(
        TaskRetention(
            run=f"job {k}",
            name=name,
            n_test=200,
            before=Estimate(0.85, 0.8, 0.9),
            with_old_head=None if k else Estimate(0.4, 0.33, 0.47),
            refit_head=Estimate(0.8 - 0.01 * (k % 5), 0.7, 0.84),
            pretrained=Estimate(0.82, 0.77, 0.87),
            lost=Difference(-0.02 - 0.01 * (k % 5), -0.08, 0.01 - 0.02 * (k == 0), 1),
            sentence=f"{name}: 0.020 was lost.",
        )
        for k, name in enumerate(names)
    )
    reference = SentenceSimilarity(
        120,
        Estimate(0.83, 0.75, 0.89),
        0.78,
        0.7,
        Estimate(-0.08, -0.13, -0.02),
        "The order of 120 pairs is kept to 0.83.",
    )
    table = pd.DataFrame(
        {
            "first": ["It rains.", "The cat sleeps.", "He runs."],
            "second": ["There is rain.", "A cat is asleep.", "The bank is closed."],
            "alike": [4, 4, 0],
            "before": [0.9, 0.8, 0.1],
            "after": [0.5, 0.85, 0.4],
        }
    )
    words = (
        MaskedLmLoss(500, 2.1, 3.4, Estimate(1.3, 1.1, 1.5), "Guessing covered words got harder.")
        if masked
        else None
    )
    return Forgetting(tasks, reference, words, table)
