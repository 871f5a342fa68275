"""Section on label efficiency."""

from translearn_core import plots
from translearn_core.jobs import LABEL_EFFICIENCY
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import LabelEfficiency
from translearn_core.results.metric import metric_of

MEANING = (
    "A point is the mean over draws of the labels, its band the 95 % interval: over the test {noun}s, and "
    "from three draws on over the draws too. Smaller subsets are nested in larger ones, all methods learn "
    "from the same subsets and are scored on the same test {noun}s. The probe's layer and the best epoch of "
    "a run are chosen on validation {noun}s, whose labels come on top; the probe's strength C is chosen by "
    "cross-validation on its training labels. Prototypes give a {noun} the class with the nearest mean, in "
    "the layer that is best on validation {noun}s. Zero-shot, at 0 labels, compares {noun}s with the names "
    "of the classes; an NLI model also says by entailment which name fits. Every draw, with layer and C, is "
    "in the CSV. The sentence and the arrow read each line made monotone (isotonic regression), since more "
    "labels should not harm: its score may differ from the point drawn there."
)


def section(curve: LabelEfficiency, data: ReportData, dark: bool = False) -> Section:
    """Return the test score by number of training labels."""
    metric, noun = metric_of(curve.metric), data.row_noun
    rows = f"{curve.n_test:,} test {noun}s, {curve.n_validation:,} validation {noun}s"
    shares = (metric.column, "low", "high") if metric.share else ()
    figure = FigureBlock(
        plots.label_efficiency(curve, dark),
        f"{MEANING.format(noun=noun)} Here: {rows}.",
        TableBlock("label efficiency", curve.frame(), shares),
        alt=f"Test {metric.label} by the number of labels, a line for each method",
    )
    return Section(LABEL_EFFICIENCY.heading, curve.sentences, (figure,))
