"""Cases of sentences about predicted numbers: intervals, slices, residuals, probes, metrics."""

from typing import cast

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.sentences.outcomes import counts, ends, estimates, shares
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.error_analysis.conformal import LEVELS
from translearn_core.results import Estimate, ProbeScores
from translearn_core.results.metric import metric_of
from translearn_core.worker.diagnostics.sentences import number_errors_text, probing_text

Draw = st.DrawFn
sizes = st.sampled_from((0.001, 0.5, 3.0, 1234.5, 98765.0)) | st.integers(1, 9999).map(lambda k: k / 8)


@sentence
@st.composite
def metric_clause(draw: Draw) -> Case:
    """A model's score as a predicate."""
    name, value = draw(st.sampled_from(("accuracy", "macro_f1", "pearson", "mae"))), draw(shares)
    metric = metric_of(name)
    text = metric.clause(value)
    return Case(text, [100 * value if metric.share else value], claims={"right": name == "accuracy"})


@sentence
@st.composite
def interval(draw: Draw) -> Case:
    """The width and the coverage of an interval, if there are enough rows for one."""
    n_validation, n_test = draw(counts), draw(counts)
    levels = draw(st.sampled_from(((), LEVELS, LEVELS[:3])))
    lines = [(level, draw(sizes), draw(estimates(shares))) for level in levels]
    table = pd.DataFrame(
        [(level, width, e.value, e.low, e.high) for level, width, e in lines],
        columns=["level", "half width", "coverage", "low", "high"],
    )
    text = number_errors_text.interval_text(table, n_validation, n_test)
    if not lines:
        return Case(text, [n_validation], claims={"too few": True})
    level, width, covered = min(lines, key=lambda line: abs(line[0] - 0.9))
    shown = [100 * level, width, n_validation, n_test, 100 * covered.value, *ends(covered)]
    claims = {
        "as promised": covered.low <= level <= covered.high,
        "fewer than promised": covered.high < level,
        "more than promised": covered.low > level,
    }
    return Case(text, shown, claims=claims)


@sentence
@st.composite
def weak_slice(draw: Draw) -> Case:
    """The slice with the largest errors."""
    number = draw(st.integers(0, 3))
    lines = [
        ("source", f"s{'abc'[k]}", draw(counts), draw(sizes), draw(sizes) - 100, draw(st.booleans()))
        for k in range(number)
    ]
    columns = ["column", "slice", "rows", "error", "difference", "beyond chance"]
    table = pd.DataFrame(lines, columns=columns).sort_values("difference", ascending=False)
    text = number_errors_text.weakest_slice_text(table)
    if not lines:
        return Case(text, claims={"no slices": True})
    weak = table[table["beyond chance"] & (table["difference"] > 0)]
    one = (table if weak.empty else weak).iloc[0]
    shown = [number, one["rows"], one["error"], abs(one["difference"])]
    claims = {
        "No slice is weaker": weak.empty,
        "Weakest is": not weak.empty,
        "more than that": one["difference"] >= 0,
    }
    return Case(text, shown, claims=claims)


@sentence
@st.composite
def largest_residuals(draw: Draw) -> Case:
    """Rows far from their prediction, and the first of them."""
    deviation = draw(sizes)
    residuals = sorted(draw(st.lists(sizes, min_size=1, max_size=4)), reverse=True)
    label = draw(sizes)
    table = pd.DataFrame(
        {"residual": residuals, "row": 7, "split": "test", "label": label, "predicted": 0.25}
    )
    far = int(np.sum(np.abs(residuals) > 3 * deviation))
    text = number_errors_text.largest_text(table, deviation)
    shown = [far] * (far > 0) + [3, 7, label, 0.25]
    return Case(text, shown, claims={"More than": far == len(residuals), "^No row": far == 0})


@sentence
@st.composite
def interval_caveats(draw: Draw) -> Case:
    """Warnings about few rows."""
    rows = draw(counts), draw(counts)
    text = " ".join(number_errors_text.caveats(*rows))
    return Case(text, [n for n in rows if n < number_errors_text.FEW_ROWS])


@sentence
@st.composite
def number_probes(draw: Draw) -> Case:
    """What a layer knows of a number, with a control task and a change by training."""
    test = np.array([[draw(shares), draw(shares)], [draw(shares), draw(shares)]])
    control = np.array([[[draw(shares), draw(shares)], [draw(shares), draw(shares)]]])
    tfidf, rows = draw(shares), draw(counts)
    low, high = np.maximum(test - 0.1, 0.0), np.minimum(test + 0.1, 1.0)
    scores = ProbeScores(
        ("pretrained", "fine-tuned"), test[..., None].repeat(2, axis=-1), test, low, high, np.ones((2, 2)),
        majority=0.0, tfidf=Estimate(tfidf, 0.0, 1.0), n_test=rows, control_test=control,
        control_majority=np.zeros(1), metric="pearson",
    )  # fmt: skip
    recurring = draw(counts)
    text = " ".join(probing_text.sentences(scores, label=True, recurring=recurring))
    best = [int(k) for k in test.argmax(axis=1)]
    selectivity = float(scores.selectivity[0, best[0]])
    shown = [rows, tfidf, control[0, 0, best[0]], abs(selectivity)]
    shown += [value for v, k in enumerate(best) for value in (test[v, k], low[v, k], high[v, k])]
    known = [*best, 0.0, 1.0, recurring, test[0, 1], test[1, 1]]
    claims = {"numbers drawn": True, "classes drawn": False, "reaches a Pearson's r": True}
    return Case(text, cast("list[float]", shown), known, claims)
