"""Section on calibration, slices and label issues of several labels."""

from translearn_core import plots
from translearn_core.jobs import LABEL_ERRORS
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import INTERVAL
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
SLICES = (
    "A slice is a group of test rows, by length, language or a column. Weakest on top. The dashed line is "
    "the share of all test rows that get exactly their labels. A diamond differs from all other rows by more "
    f"than chance, corrected for the number of slices. {INTERVAL}"
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
        FigureBlock(
            plots.label_reliability(result, dark),
            RELIABILITY,
            TableBlock("reliability", result.bins, ("from", "to", "confidence", "accuracy", "low", "high")),
            alt="Reliability diagram: share of texts that have a label by its probability",
            heading="Can its probabilities be trusted? Reliability diagram (calibration)",
            sentences=(calibration,),
        ),
        TableBlock(
            "calibration per label",
            result.calibration,
            ("mean probability", "share of rows", "calibration error", "error low", "error high"),
            caption=CALIBRATION,
        ),
        FigureBlock(
            plots.slice_exact_shares(result, dark),
            SLICES,
            TableBlock("slices", result.slices, ("accuracy", "low", "high")),
            alt="Share of rows with exactly their labels on slices of the test rows",
            heading="Where is it weak? Slices",
            sentences=(weakest,),
        ),
        TableBlock(
            "label issues",
            result.suspects,
            ("probability",),
            heading="Which labels look wrong or missing? Label issues",
            sentences=(label_issues,),
            caption=LABEL_ISSUES,
        ),
    )
    return Section(LABEL_ERRORS.heading, blocks=blocks, caveats=tuple(caveats))
