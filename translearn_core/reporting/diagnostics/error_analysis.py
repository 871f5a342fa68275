"""Section on calibration, selective prediction, slices, label issues and confusions."""

from translearn_core import plots
from translearn_core.jobs import ERROR_ANALYSIS
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import INTERVAL
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import ErrorAnalysis

RELIABILITY = (
    "Each bar is a bin of texts with about the same confidence; its height is their accuracy. The dashed "
    "line is perfect calibration; a bar below it is overconfident. Short bars in the lower picture hold few "
    "texts, so their whiskers, the 95 % intervals, are long. Temperature scaling changes the percentages and "
    "never the predictions."
)
COVERAGE = (
    "Abstention: accuracy against coverage, the share of texts that are answered. From left to right the "
    "threshold rises: coverage falls and accuracy mostly rises. Where to stop depends on the cost of a wrong "
    "answer: somebody has to read what the model abstains from. Confidence is after temperature scaling."
)
SLICES = (
    "A slice is a group of test rows, by length, language or a column. Weakest on top. The dashed line is "
    "the accuracy on all test rows. A diamond differs from all other rows by more than chance, corrected for "
    f"the number of slices. {INTERVAL}"
)
LABEL_ISSUES = (
    "A label issue is a row whose label a model that has not seen it finds unlikely. Read them. If the label "
    "is wrong, correct it on the Labels page, test rows first, for they decide the score. "
    "If the label is right, the text is hard, and more like it would help. Never correct a label unread."
)
CONFUSED = (
    "For each class, how many of its test rows are predicted as another one; the most confident errors are "
    "quoted."
)
COVERAGE_TABLE, CONFUSED_TABLE, RELIABILITY_TABLE = "coverage", "confused classes", "reliability"
"""Names of the blocks that a page draws in its own way."""


def section(result: ErrorAnalysis, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the reliability diagram, the risk-coverage curve, slices, label issues and confusions."""
    calibration, abstention, weakest, label_issues, *caveats = result.sentences
    blocks: list[FigureBlock | TableBlock] = [
        FigureBlock(
            plots.reliability_diagram(result, dark),
            RELIABILITY,
            TableBlock(
                RELIABILITY_TABLE, result.bins, ("from", "to", "confidence", "accuracy", "low", "high")
            ),
            alt="Reliability diagram: accuracy by confidence",
            heading="Can its confidence be trusted? Reliability diagram (calibration)",
            sentences=(calibration,),
        ),
        TableBlock("calibration", result.frame(), ("calibration error", "error low", "error high")),
        FigureBlock(
            plots.risk_coverage_curve(result, dark=dark),
            COVERAGE,
            TableBlock(COVERAGE_TABLE, result.coverage, ("coverage", "accuracy", "low", "high")),
            alt="Share of the texts that are answered and share of these that are right, by threshold",
            heading="When should it abstain? Risk-coverage curve",
            sentences=(abstention,),
        ),
        FigureBlock(
            plots.slice_accuracies(result, dark),
            SLICES,
            TableBlock("slices", result.slices, ("accuracy", "low", "high")),
            alt="Accuracy on slices of the test rows",
            heading="Where is it weak? Slices",
            sentences=(weakest,),
        ),
        TableBlock(
            "label issues",
            result.suspects,
            ("probability of label", "probability of suggested"),
            heading="Which labels look wrong? Label issues",
            sentences=(label_issues,),
            caption=LABEL_ISSUES,
        ),
        TableBlock(CONFUSED_TABLE, result.pairs, ("share",), heading="Confused classes", caption=CONFUSED),
    ]
    return Section(ERROR_ANALYSIS.heading, blocks=tuple(blocks), caveats=tuple(caveats))
