"""How a report writes shares, intervals and the score of a run."""

from translearn_core.config import Split
from translearn_core.results import Evaluation, Interval


def percent(share: float) -> str:
    """Return a share of one in percent."""
    return f"{100 * share:.1f} %"


def within(interval: Interval) -> str:
    """Return a 95 % interval of a share, in brackets."""
    return f"(95 %: {100 * interval.low:.1f} to {100 * interval.high:.1f} %)"


def answer(evaluation: Evaluation) -> str:
    """Say how good a run is on test, with intervals and the commonest class."""
    test = evaluation.metrics[str(Split.TEST)]
    return (
        f"It gets {percent(test.accuracy)} of the {test.n:,} test rows right "
        f"{within(test.accuracy_interval)}; macro-F1, which counts all classes alike, is {test.macro_f1:.3f} "
        f"(95 %: {test.macro_f1_interval.low:.3f} to {test.macro_f1_interval.high:.3f}). Always giving the "
        f"commonest class would get {percent(evaluation.majority)} right."
    )
