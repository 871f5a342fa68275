"""Results on domains, as large as a test needs them."""

import numpy as np
import pandas as pd

from translearn_core.config.domains import TOGETHER
from translearn_core.results import Estimate
from translearn_core.results.diagnostics.transfer_matrix import (
    DISTANCES,
    FROZEN_PROBE,
    TFIDF_MODEL,
    DistanceAgreement,
    TransferMatrix,
)


def make_transfer(names: tuple[str, ...]) -> TransferMatrix:
    """Return a matrix of the first four domains, or of one and another."""
    random = np.random.default_rng(0)
    domains = names[:4] if len(names) > 1 else (*names, "another")
    cells = []
    for model in (FROZEN_PROBE, TFIDF_MODEL):
        for source in (*domains, TOGETHER):
            for target in domains:
                score, loss = random.uniform(0.5, 0.9), random.uniform(-0.1, 0.3)
                at_home = source in (target, TOGETHER)
                lost = (np.nan,) * 3 if at_home else (loss, loss - 0.05, loss + 0.05)
                cells.append(
                    {
                        "model": model, "source": source, "target": target, "rows": 40, "layer": 6,
                        "seeds": 1,
                        **Estimate(score, score - 0.05, score + 0.05).columns("score", ""),
                        **Estimate(*lost).columns("loss"),
                    }
                )  # fmt: skip
    pairs = [(a, b) for a in domains for b in domains if a != b]
    distances = [
        {"source": a, "target": b, **{name: random.uniform(0, 2) for name in DISTANCES}} for a, b in pairs
    ]
    texts = [
        {
            "domain": name, "train": 40, "unknown tokens": 0.01, "pieces per word": 1.3, "texts cut": 0.2,
            "neighbours elsewhere": 0.3, "elsewhere by chance": 0.6, "same label there": 0.5,
        }
        for name in domains
    ]  # fmt: skip
    agreements = tuple(DistanceAgreement(name, len(pairs), Estimate(0.5, 0.1, 0.9)) for name in DISTANCES)
    return TransferMatrix(
        domains,
        ("A sentence.",),
        agreements,
        pd.DataFrame(cells),
        pd.DataFrame(distances),
        pd.DataFrame(texts),
    )
