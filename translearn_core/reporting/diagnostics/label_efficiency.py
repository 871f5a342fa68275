"""Section on label efficiency."""

from translearn_core import plots
from translearn_core.jobs import LABEL_EFFICIENCY
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import LabelEfficiency
from translearn_core.results.metric import metric_of

MEANING = (
    "A point is the mean over draws of the labels, its band the 95 % interval: over the test texts, and from "
    "three draws on over the draws too. Smaller subsets are nested in larger ones, all methods learn from "
    "the same subsets and are scored on the same test texts. The probe's layer and the best epoch of a run "
    "are chosen on validation texts, whose labels come on top; the probe's strength C is chosen by "
    "cross-validation on its training labels. Every draw, with layer and C, is in the CSV."
)


def section(curve: LabelEfficiency, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the test score by number of training labels."""
    metric = metric_of(curve.metric)
    shares = (metric.column, "low", "high") if metric.share else ()
    figure = FigureBlock(
        plots.label_efficiency(curve, dark),
        f"{MEANING} Here: {curve.n_test:,} test texts, {curve.n_validation:,} validation texts.",
        TableBlock("label efficiency", curve.frame(), shares),
        alt=f"Test {metric.label} by the number of labels, a line for each method",
    )
    return Section(LABEL_EFFICIENCY.heading, curve.sentences, (figure,))
