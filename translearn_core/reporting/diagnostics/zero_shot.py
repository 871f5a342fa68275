"""Section on zero-shot classification."""

from translearn_core import plots
from translearn_core.jobs import ZERO_SHOT
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot

SHARES = ("precision", "recall", "F1")
FEWEST_CHOICES = 2


def section(result: ZeroShot, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the classes with their scores, and the choice of the layer."""
    classes = TableBlock(
        "classes by description",
        result.classes,
        SHARES,
        heading="Which descriptions work?",
        caption="Precision: how many of the texts that were given this class have it. Recall: how many of "
        "its test texts were given it. Empty where there is nothing to count."
        + (f" Backbone: {result.backbone}." if result.backbone else ""),
    )
    blocks: list[FigureBlock | TableBlock] = [classes]
    if len(result.choices) >= FEWEST_CHOICES:
        blocks.append(
            FigureBlock(
                plots.description_spaces(result, dark),
                "Mutual information between texts without labels and the classes predicted for them, from 0 "
                "to the logarithm of the number of classes: high where predictions are sure and use all "
                "classes. The star is the choice. The test accuracy in the table had no part in it.",
                TableBlock("choice of the layer", result.choices, ("test accuracy",)),
                alt="Mutual information by layer, vectors as they are and centred",
                heading="Why this layer?",
            )
        )
    alarms = (result.alarm,) if result.alarm else ()
    return Section(ZERO_SHOT.heading, result.sentences, tuple(blocks), alarms)
