"""Section on the conflict of the gradients of several targets."""

from translearn_core import plots
from translearn_core.jobs.diagnostics.gradient_conflict import GRADIENT_CONFLICT
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.diagnostics.gradient_conflict import GradientConflict


def section(result: GradientConflict, data: ReportData, dark: bool = False) -> Section:
    """Return the cosines by part of the backbone and pair of targets."""
    del data
    block = FigureBlock(
        plots.gradient_conflict(result, dark),
        f"Mean cosine between the gradients of two targets on {result.batches} batches of training rows, "
        f"{result.rows:,} rows in all, at the weights that were kept, with its 95 % interval. Below the "
        "dotted line the targets conflict.",
        TableBlock("gradient conflict", result.frame(), fractions=("conflicting",)),
        alt="Cosine between the gradients of the targets in each part of the backbone",
    )
    return Section(GRADIENT_CONFLICT.heading, result.sentences, (block,))
