"""Section on the baselines of a run."""

from translearn_core import plots
from translearn_core.jobs import BASELINES
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import INTERVAL
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Baselines

FRACTIONS = (
    "accuracy", "accuracy low", "accuracy high", "macro F1", "macro F1 low", "macro F1 high",
    "margin of the run", "margin low", "margin high",
)  # fmt: skip


def section(result: Baselines, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the run beside its baselines, with verdicts."""
    figure = FigureBlock(
        plots.baseline_dots(result, dark),
        f"Test accuracy of the run and of its baselines, on the same {result.test.n:,} rows. {INTERVAL} "
        "Diamonds do better than the run by more than chance.",
        TableBlock("baselines", result.frame(), FRACTIONS),
        alt="Test accuracy of the run and its baselines",
    )
    alarms = tuple(line.negative_transfer for line in result.lines if line.negative_transfer)
    sentences = (result.sentence, *(line.verdict for line in result.lines))
    return Section(BASELINES.heading, sentences, (figure,), alarms=alarms, caveats=result.caveats)
