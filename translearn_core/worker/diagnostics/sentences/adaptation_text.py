"""Sentence on what a way to a target domain is worth in labels of the target."""

from translearn_core.analysis.comparison.label_efficiency import Crossing
from translearn_core.results.metric import Metric
from translearn_core.worker.diagnostics.sentences.label_efficiency_text import about_labels, label_span


def worth_sentence(crossing: Crossing, way: str, alone: str, metric: Metric) -> str:
    """Return how many target labels `alone` needs for the score of `way`, with the interval."""
    labels = crossing.reference_size
    given = f"With {labels:,} labels of the target" if labels else "Without a label of the target"
    scored = f"{given}, {way} has {metric.label} {metric.format(crossing.score)}"
    span = label_span(crossing)
    if crossing.estimate is None:
        return f"{scored}; even with {crossing.largest:,} labels, {alone} does not reach that ({span})."
    if crossing.estimate <= crossing.smallest:
        return f"{scored}, which {alone} has with {crossing.smallest:,} labels or fewer ({span})."
    return f"{scored}; {alone} needs about {about_labels(crossing.estimate)} labels for that ({span})."
