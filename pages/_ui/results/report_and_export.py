"""What a run leaves behind for others: the report to read and the model to use."""

from pages._ui.results import export, report
from translearn_core.runs import Run


def panel(run: Run) -> None:
    """Offer a run's report and its model."""
    report.panel(run)
    export.panel(run)
