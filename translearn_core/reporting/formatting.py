"""Formatting of shares, intervals and scores in a report."""

from translearn_core.config import Split
from translearn_core.results import Estimate, Evaluation
from translearn_core.results.metric import metric_of
from translearn_core.tasks import PROBLEMS

INTERVAL = "Bars are 95 % intervals."


def within(estimate: Estimate) -> str:
    """Format a 95 % interval of a fraction, in brackets."""
    return f"(95 %: {estimate.percent_range})"


def score_sentence(evaluation: Evaluation) -> str:
    """Return a sentence on the test scores with intervals and the constant baseline."""
    test = evaluation.metrics[str(Split.TEST)]
    scores = []
    for name, score in test.scores.items():
        metric = metric_of(name)
        meaning = f", the {metric.meaning}," * bool(metric.meaning)
        scores.append(
            f"{metric.label}{meaning} is {metric.format(score.value)} (95 %: {metric.format_range(score)})"
        )
    constant = PROBLEMS[evaluation.problem].constant_name
    return (
        f"On {test.n:,} test rows, {'; '.join(scores)}. The {constant} gets "
        f"{test.metric.format(evaluation.constant_baseline)}."
    )
