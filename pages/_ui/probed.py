"""What probes say in words: the layer that knows most, chosen on the training rows and scored on test."""

import pandas as pd

from pages._ui.words import percent, plain
from translearn_core.results import ProbeScores

CHOICE = (
    "The best layers are chosen by cross-validation on the training rows, never on test. For the fine-tuned "
    "model that cross-validation is optimistic, because it was trained on those very labels: trust its test "
    "score."
)
"""How the best layers were found, and what that is worth."""


def best_layers(scores: ProbeScores) -> pd.DataFrame:
    """Return the line of each model's layer with the best cross-validated score; the lower one of equals."""
    frame = scores.frame()
    return frame.loc[frame.groupby("model", sort=False)["cross-validated"].idxmax()]


def said(scores: ProbeScores) -> str:
    """Return which layer of each model knows most, how well it does on test, and the lines to beat."""
    lines = []
    for line in best_layers(scores).to_dict("records"):
        where = "the embeddings, before any block" if line["layer"] == 0 else f"layer {line['layer']}"
        right = f"{percent(line['test'])} of {scores.n_test:,} test rows"
        interval = f"{percent(line['test low'])} to {percent(line['test high'])}"
        lines.append(
            f"In the {plain(line['model'])} model it is **{where}**: a probe there gets {right} right "
            f"({interval})."
        )
    beat = (
        f"Counting words (TF-IDF) gets {percent(scores.tfidf)}, always the commonest answer "
        f"{percent(scores.majority)}."
    )
    return " ".join(["Which layer knows most about your labels?", *lines, beat])
