"""Formatting of shares, intervals and scores in a report."""

from translearn_core.config import Split
from translearn_core.results import Evaluation, Interval

INTERVAL = "Bars are 95 % intervals."


def percent(share: float) -> str:
    """Format a fraction as a percentage."""
    return f"{100 * share:.1f} %"


def within(interval: Interval) -> str:
    """Format a 95 % interval of a fraction, in brackets."""
    return f"(95 %: {100 * interval.low:.1f} to {100 * interval.high:.1f} %)"


def score_sentence(evaluation: Evaluation) -> str:
    """Return a sentence on the test scores with intervals and the majority-class baseline."""
    test = evaluation.metrics[str(Split.TEST)]
    return (
        f"It gets {percent(test.accuracy)} of the {test.n:,} test rows right "
        f"{within(test.accuracy_interval)}; macro-F1, which counts all classes alike, is {test.macro_f1:.3f} "
        f"(95 %: {test.macro_f1_interval.low:.3f} to {test.macro_f1_interval.high:.3f}). The majority-class "
        f"baseline (always the most frequent class) gets {percent(evaluation.majority)} right."
    )
