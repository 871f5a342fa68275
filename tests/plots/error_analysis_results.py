"""Realistic error analysis for tests of figures and pages."""

import numpy as np
import pandas as pd

from translearn_core.results import CalibrationScore, ErrorAnalysis, Estimate


def make_trust(names: tuple[str, ...] = ("bad", "good", "so-so"), temperature: float = 1.7) -> ErrorAnalysis:
    """Overconfident by ten points, weak on the first slice, with two label issues."""
    edges = np.linspace(0, 1, 16)
    parts = []
    for which, gap in (("raw", 0.1), ("scaled", 0.01)):
        rows = np.where(edges[:-1] >= 0.3, 12 + 20 * np.arange(15), 0)
        confidence = np.where(rows > 0, (edges[:-1] + edges[1:]) / 2, np.nan)
        accuracy = confidence - gap
        low, high = np.clip(accuracy - 0.08, 0, 1), np.clip(accuracy + 0.07, 0, 1)
        columns = {"confidence": confidence, "accuracy": accuracy, "low": low, "high": high}
        parts.append(
            pd.DataFrame({"which": which, "from": edges[:-1], "to": edges[1:], "rows": rows} | columns)
        )
    threshold = np.linspace(0, 1, 101).round(4)
    right = np.where(threshold < 0.99, 0.84 + 0.14 * threshold, np.nan)
    coverage = pd.DataFrame(
        {"threshold": threshold, "coverage": np.where(threshold < 0.99, 1 - 0.9 * threshold**2, 0.0),
         "accuracy": right, "low": right - 0.02, "high": np.clip(right + 0.02, 0, 1)}
    )  # fmt: skip
    slices = pd.DataFrame(
        {
            "column": ["source", *("topic" for _ in names), "(length of the text)"],
            "slice": [names[0], *names, "3 to 12 words"],
            "rows": [40, *range(60, 60 + len(names)), 200],
            "accuracy": [0.6, *np.linspace(0.8, 0.86, len(names)), 0.95],
        }
    )
    slices["low"], slices["high"] = slices["accuracy"] - 0.1, (slices["accuracy"] + 0.08).clip(upper=1)
    slices["difference"] = slices["accuracy"] - 0.84
    slices["difference low"], slices["difference high"] = (
        slices["difference"] - 0.1,
        slices["difference"] + 0.09,
    )
    slices["beyond chance"] = slices["difference"].abs() > 0.1
    suspects = pd.DataFrame(
        {
            "row": [7, 3], "split": ["train", "test"], "text": [f"a text that is {n}" for n in names[:2]],
            "label": [names[0], names[1]], "suggested": [names[1], names[0]],
            "probability of label": [0.02, 0.1], "probability of suggested": [0.97, 0.8],
        }
    )  # fmt: skip
    pairs = pd.DataFrame(
        {
            "label": [names[0], names[1]], "predicted": [names[1], names[0]], "rows": [31, 12],
            "share": [0.21, 0.08], "texts": [f"first {names[0]}\nsecond\nthird", "one alone"],
        }
    )  # fmt: skip
    return ErrorAnalysis(
        n_test=1821,
        n_validation=692,
        n_checked=9613,
        raw=CalibrationScore(1.0, Estimate(0.1, 0.08, 0.12), 0.41),
        scaled=CalibrationScore(temperature, Estimate(0.01, 0.0, 0.03), 0.35),
        noise=Estimate(0.02, 0.015, 0.026),
        sentences=(
            "It is too sure of itself.",
            "Answer only above 90 %.",
            f"Weakest is 'source' is '{names[0]}'.",
            "2 labels look wrong.",
            "Take it roughly.",
        ),
        bins=pd.concat(parts, ignore_index=True),
        coverage=coverage,
        slices=slices,
        suspects=suspects,
        pairs=pairs,
    )
