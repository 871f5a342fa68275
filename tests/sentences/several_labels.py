"""Cases of sentences about several labels: calibration, slices, label issues, probes."""

from typing import cast

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.sentences.outcomes import counts, ends, estimates, shares
from tests.sentences.reading import Case, sentence
from translearn_core.results import Estimate, ProbeScores
from translearn_core.worker.diagnostics.sentences import label_errors_text, probing_text

Draw = st.DrawFn


@sentence
@st.composite
def label_calibration(draw: Draw) -> Case:
    """Mean probability and share of labels, and the label with the largest error."""
    mean, share = draw(shares), draw(shares)
    errors = sorted(
        draw(st.lists(estimates(shares), min_size=1, max_size=3)), key=lambda e: e.value, reverse=True
    )
    table = pd.DataFrame(
        [("joy", e.value, e.low, e.high) for e in errors],
        columns=["label", "calibration error", "error low", "error high"],
    )
    text = label_errors_text.calibration_text(table, mean, share)
    average = float(np.mean([e.value for e in errors]))
    worst = errors[0]
    return Case(
        text, [100 * mean, 100 * share, 100 * average, 100 * worst.value, *ends(worst)], names=["'joy'"]
    )


@sentence
@st.composite
def weak_slice_of_labels(draw: Draw) -> Case:
    """The slice with the smallest share of exactly right rows."""
    number = draw(st.integers(0, 3))
    lines = [
        ("source", f"s{'abc'[k]}", draw(counts), draw(shares), draw(shares) - 0.5, draw(st.booleans()))
        for k in range(number)
    ]
    columns = ["column", "slice", "rows", "accuracy", "difference", "beyond chance"]
    table = pd.DataFrame(lines, columns=columns).sort_values("difference")
    text = label_errors_text.weakest_slice_text(table)
    if not lines:
        return Case(text, claims={"no slices": True})
    weak = table[table["beyond chance"] & (table["difference"] < 0)]
    one = (table if weak.empty else weak).iloc[0]
    shown = [number, one["rows"], 100 * one["accuracy"]]
    if not weak.empty:
        shown.append(-100 * one["difference"])
    return Case(text, shown, claims={"No slice is weaker": weak.empty, "Weakest is": not weak.empty})


@sentence
@st.composite
def doubtful_labels(draw: Draw) -> Case:
    """Number of doubtful labels, and the first of them."""
    rows, number, kind = draw(counts), draw(counts), draw(st.sampled_from(("wrong", "missing")))
    found = draw(st.booleans())
    line = {"row": 7, "split": "test", "suspect": "joy", "kind": kind}
    table = pd.DataFrame([line] if found else [], columns=list(line))
    text = label_errors_text.label_issue_text(table, rows, number)
    claims = {
        "looks wrong": found and kind == "wrong",
        "seems to be missing": found and kind == "missing",
        "none has a label": not found,
    }
    return Case(text, [rows, number, 7] if found else [rows], claims=claims, names=["'joy'"])


@sentence
@st.composite
def label_caveats(draw: Draw) -> Case:
    """Caveats of few rows."""
    rows = draw(counts)
    text = " ".join(label_errors_text.caveats(rows))
    return Case(text, [rows] if rows < label_errors_text.FEW_ROWS else [])


@sentence
@st.composite
def label_probes(draw: Draw) -> Case:
    """What a layer knows of several labels, with a control task and a change by training."""
    test = np.array([[draw(shares), draw(shares)], [draw(shares), draw(shares)]])
    control = np.array([[[draw(shares), draw(shares)], [draw(shares), draw(shares)]]])
    tfidf, prior, rows = draw(shares), draw(shares), draw(counts)
    low, high = np.maximum(test - 0.1, 0.0), np.minimum(test + 0.1, 1.0)
    scores = ProbeScores(
        ("pretrained", "fine-tuned"), test[..., None].repeat(2, axis=-1), test, low, high, np.ones((2, 2)),
        majority=prior, tfidf=Estimate(tfidf, 0.0, 1.0), n_test=rows, control_test=control,
        control_majority=np.full(1, prior), metric="macro_f1",
    )  # fmt: skip
    recurring = draw(counts)
    text = " ".join(probing_text.sentences(scores, label=True, recurring=recurring))
    best = [int(k) for k in test.argmax(axis=1)]
    selectivity = float(scores.selectivity[0, best[0]])
    shown = [rows, 100 * tfidf, 100 * prior, 100 * control[0, 0, best[0]], 100 * abs(selectivity)]
    shown += [100 * value for v, k in enumerate(best) for value in (test[v, k], low[v, k], high[v, k])]
    known = [*best, 0.0, 100.0, recurring, 100 * test[0, 1], 100 * test[1, 1], 1.0]
    claims = {"sets of labels drawn": True, "reaches a macro-F1": True, "right": False}
    return Case(text, cast("list[float]", shown), known, claims)
