"""Section on calibration, slices and label issues of several labels."""

from translearn_core import plots
from translearn_core.jobs import LABEL_ERRORS
from translearn_core.reporting.blocks import Section, TableBlock
from translearn_core.reporting.diagnostics.error_blocks import (
    label_issues_block,
    reliability_block,
    slices_block,
)
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import LabelErrors

RELIABILITY = (
    "Each bar is a bin of decisions, one for each text and label, with about the same probability; its "
    "height is the share of them where the text has the label. On the dashed line both are equal. The lower "
    "picture counts the decisions on a log scale: most labels do not apply to most texts."
)
CALIBRATION = (
    "Calibration of each label on its own: mean probability, share of the texts that have it, and how far "
    "both lie apart in bins of equal probability (ECE), the worst first."
)
LABEL_ISSUES = (
    "A label is doubtful if a model that has not seen the row predicts otherwise: wrong, if the row has it, "
    "or missing, if it lacks it. Read them. If the label is wrong, correct it in your table and upload it "
    "again, test rows first, for they decide the score. Never correct a label unread."
)


def section(result: LabelErrors, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the reliability diagram, calibration per label, slices and label issues."""
    calibration, weakest, label_issues, *caveats = result.sentences
    blocks = (
        reliability_block(
            plots.label_reliability(result, dark),
            result.bins,
            calibration,
            heading="Can its probabilities be trusted?",
            caption=RELIABILITY,
            alt="share of texts that have a label by its probability",
        ),
        TableBlock(
            "calibration per label",
            result.calibration,
            ("mean probability", "share of rows", "calibration error", "error low", "error high"),
            caption=CALIBRATION,
        ),
        slices_block(
            plots.slice_exact_shares(result, dark),
            result.slices,
            weakest,
            overall="the share of all test rows that get exactly their labels",
            alt="Share of rows with exactly their labels",
        ),
        label_issues_block(
            result.suspects,
            label_issues,
            ("probability",),
            heading="Which labels look wrong or missing?",
            caption=LABEL_ISSUES,
        ),
    )
    return Section(LABEL_ERRORS.heading, blocks=blocks, caveats=tuple(caveats))
