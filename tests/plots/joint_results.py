"""Results on several targets, as large as a test needs them."""

from itertools import combinations

import numpy as np
import pandas as pd

from translearn_core.results import EpochPoint, History
from translearn_core.results.diagnostics.gradient_conflict import GradientConflict


def make_learned_weights(names: tuple[str, ...], epochs: int = 3) -> History:
    """Return a history in which the weight of each target's loss grows."""
    return History(
        (),
        tuple(
            EpochPoint(k, k, {}, {}, 1.0, k == epochs, loss_weights=dict.fromkeys(names, 1 + 0.1 * k))
            for k in range(1, epochs + 1)
        ),
    )


def make_conflict(names: tuple[str, ...], blocks: int = 6) -> GradientConflict:
    """Return cosines between the first three targets, or between one and another, in every block."""
    random = np.random.default_rng(0)
    targets = names[:3] if len(names) > 1 else (*names, "another")
    lines = [
        (f"block {block}", first, second, cosine, cosine - 0.1, cosine + 0.1, 0.5)
        for first, second in combinations(targets, 2)
        for block, cosine in enumerate(random.uniform(-0.5, 0.5, blocks))
    ]
    columns = ["part", "first", "second", "cosine", "low", "high", "conflicting"]
    return GradientConflict(12, 384, ("They conflict in one block.",), pd.DataFrame(lines, columns=columns))
