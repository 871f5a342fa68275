"""Formatting of shares, intervals and scores in a report."""

from translearn_core.config import Split
from translearn_core.results import Estimate, Evaluation
from translearn_core.results.format import percent

INTERVAL = "Bars are 95 % intervals."


def within(estimate: Estimate) -> str:
    """Format a 95 % interval of a fraction, in brackets."""
    return f"(95 %: {estimate.percent_range})"


def score_sentence(evaluation: Evaluation) -> str:
    """Return a sentence on the test scores with intervals and the majority-class baseline."""
    test = evaluation.metrics[str(Split.TEST)]
    accuracy, macro_f1 = test["accuracy"], test["macro_f1"]
    return (
        f"It gets {percent(accuracy.value)} of the {test.n:,} test rows right "
        f"{within(accuracy)}; macro-F1, which counts all classes alike, is {macro_f1.value:.3f} "
        f"(95 %: {macro_f1.low:.3f} to {macro_f1.high:.3f}). The majority-class "
        f"baseline (always the most frequent class) gets {percent(evaluation.majority)} right."
    )
