"""Section on the data and its findings."""

from translearn_core import plots
from translearn_core.config import ProblemType
from translearn_core.jobs import DIAGNOSE
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Diagnosis

ROWS = {
    ProblemType.SINGLE_LABEL: "Rows of each class",
    ProblemType.MULTI_LABEL: "Rows with each label",
    ProblemType.REGRESSION: "Rows by value",
    ProblemType.TOKENS: "Words with each tag",
}


def section(diagnosis: Diagnosis, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the rows of each class, the lengths of the texts, and the findings."""
    blocks = [
        FigureBlock(
            plots.class_counts(diagnosis, dark),
            f"{ROWS[diagnosis.problem]}, and the train/validation/test split.",
            TableBlock("rows by class", diagnosis.frame()),
        )
    ]
    if not diagnosis.lengths.empty:
        blocks.append(
            FigureBlock(
                plots.text_lengths(diagnosis, dark),
                f"How long the {diagnosis.problem.text_noun}s are; what is beyond "
                f"{diagnosis.token_limit} tokens is cut off.",
                TableBlock("lengths", diagnosis.lengths),
            )
        )
    sentences = tuple(finding.sentence for finding in diagnosis.findings)
    return Section(DIAGNOSE.heading, sentences, tuple(blocks))
