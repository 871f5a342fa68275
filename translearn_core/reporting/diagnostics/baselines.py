"""Section on the baselines of a run."""

from translearn_core import plots
from translearn_core.jobs import BASELINES
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import INTERVAL
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Baselines


def section(result: Baselines, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the run beside its baselines, with verdicts."""
    score = result.test.metric.label
    fractions = ("margin of the run", "margin low", "margin high") * result.test.metric.share
    figure = FigureBlock(
        plots.baseline_dots(result, dark),
        f"Test {score} of the run and of its baselines, on the same {result.test.n:,} rows. {INTERVAL}",
        TableBlock("baselines", result.frame(), (*result.test.share_columns, *fractions)),
        alt=f"Test {score} of the run and its baselines",
    )
    alarms = tuple(line.negative_transfer for line in result.lines if line.negative_transfer)
    sentences = (result.sentence, *(line.verdict for line in result.lines))
    return Section(BASELINES.heading, sentences, (figure,), alarms=alarms, caveats=result.caveats)
