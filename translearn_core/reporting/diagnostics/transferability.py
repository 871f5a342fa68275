"""Section on transferability scores."""

from translearn_core import plots
from translearn_core.jobs import TRANSFERABILITY
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Transferability


def section(scores: Transferability, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return LogME and the H-score beside the score of a probe."""
    figure = FigureBlock(
        plots.layer_ratings(scores, dark),
        f"LogME and, for classes, the H-score are from {scores.rows:,} training rows; the probe learns from "
        "the same and "
        "is scored on validation rows, never on test; its C, the inverse regularisation strength, is chosen "
        "by cross-validation on the training rows. LogME is a log probability, so only its order counts. "
        "The largest dot of a line is its best layer.",
        TableBlock("layer ratings", scores.frame()),
        alt="LogME and probe score by layer",
    )
    return Section(TRANSFERABILITY.heading, (scores.sentence,), (figure,))
