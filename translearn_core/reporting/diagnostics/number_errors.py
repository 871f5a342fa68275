"""Section on prediction intervals, slices and largest residuals."""

from translearn_core import plots
from translearn_core.jobs import NUMBER_ERRORS
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.diagnostics.error_blocks import slices_block
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import NumberErrors

COVERAGE = (
    "An interval of a level is to hold that share of the true numbers. Its width comes from validation rows; "
    "the line shows the share of test rows that it holds. Below the dashed line intervals are too narrow."
)
LARGEST = (
    "Read them: if the number in the table is wrong, correct it and upload the file again. If it is right, "
    "the text is hard, and more like it would help."
)


def section(result: NumberErrors, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the coverage of the intervals, slices and largest residuals."""
    intervals, weakest, largest, *caveats = result.sentences
    blocks = (
        FigureBlock(
            plots.interval_coverage(result, dark),
            COVERAGE,
            TableBlock("interval coverage", result.coverage, ("level", "coverage", "low", "high")),
            alt="Share of the test rows inside the intervals by level",
            heading="How far off may it be? Prediction intervals",
            sentences=(intervals,),
        ),
        slices_block(
            plots.slice_errors(result, dark),
            result.slices,
            weakest,
            overall="the mean absolute error on all test rows",
            alt="Mean absolute error",
            fractions=(),
        ),
        TableBlock(
            "largest residuals",
            result.largest,
            heading="Which numbers look wrong? Largest residuals",
            sentences=(largest,),
            caption=LARGEST,
        ),
    )
    return Section(NUMBER_ERRORS.heading, blocks=blocks, caveats=tuple(caveats))
