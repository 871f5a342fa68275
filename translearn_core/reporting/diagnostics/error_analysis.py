"""Section on calibration, selective prediction, slices, label issues and confusions."""

from translearn_core import plots
from translearn_core.jobs import ERROR_ANALYSIS
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.diagnostics.error_blocks import (
    label_issues_block,
    reliability_block,
    slices_block,
)
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import ErrorAnalysis

RELIABILITY = (
    "Each bar is a bin of {rows} with about the same confidence; its height is their accuracy. The dashed "
    "line is perfect calibration; a bar below it is overconfident. Short bars in the lower picture hold few "
    "{rows}, so their whiskers, the 95 % intervals, are long. Temperature scaling changes the percentages "
    "and never the predictions."
)
COVERAGE = (
    "Abstention: accuracy against coverage, the share of {rows} that are answered. From left to right the "
    "threshold rises: coverage falls and accuracy mostly rises. Where to stop depends on the cost of a wrong "
    "answer: somebody has to read what the model abstains from. Confidence is after temperature scaling."
)
LABEL_ISSUES = (
    "A label issue is a row whose label a model that has not seen it finds unlikely. Read them. If the label "
    "is wrong, correct it on the Labels page, test rows first, for they decide the score. "
    "If the label is right, the {row} is hard, and more like it would help. Never correct a label unread."
)
CONFUSED = (
    "For each class, how many of its test rows are predicted as another one; the most confident errors are "
    "quoted."
)
COVERAGE_TABLE, CONFUSED_TABLE = "coverage", "confused classes"
"""Names of the blocks that a page draws in its own way."""


def section(result: ErrorAnalysis, data: ReportData, dark: bool = False) -> Section:
    """Return the reliability diagram, the risk-coverage curve, slices, label issues and confusions."""
    row = data.row_noun
    rows = f"{row}s"
    calibration, abstention, weakest, label_issues, *caveats = result.sentences
    blocks: list[FigureBlock | TableBlock] = [
        reliability_block(
            plots.reliability_diagram(result, dark),
            result.bins,
            calibration,
            heading="Can its confidence be trusted?",
            caption=RELIABILITY.format(rows=rows),
            alt="accuracy by confidence",
        ),
        TableBlock("calibration", result.frame(), ("calibration error", "error low", "error high")),
        FigureBlock(
            plots.risk_coverage_curve(result, dark=dark),
            COVERAGE.format(rows=rows),
            TableBlock(COVERAGE_TABLE, result.coverage, ("coverage", "accuracy", "low", "high")),
            alt=f"Share of the {rows} that are answered and share of these that are right, by threshold",
            heading="When should it abstain? Risk-coverage curve",
            sentences=(abstention,),
        ),
        slices_block(
            plots.slice_accuracies(result, dark),
            result.slices,
            weakest,
            overall="the accuracy on all test rows",
            alt="Accuracy",
        ),
        label_issues_block(
            result.suspects,
            label_issues,
            ("probability of label", "probability of suggested"),
            heading="Which labels look wrong?",
            caption=LABEL_ISSUES.format(row=row),
        ),
        TableBlock(CONFUSED_TABLE, result.pairs, ("share",), heading="Confused classes", caption=CONFUSED),
    ]
    return Section(ERROR_ANALYSIS.heading, blocks=tuple(blocks), caveats=tuple(caveats))
