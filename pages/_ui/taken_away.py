"""What a run leaves behind for others: the report to read and the model to use."""

from pages._ui import exported, reported
from translearn_core.runs import Run


def panel(run: Run) -> None:
    """Offer a run's report and its model."""
    reported.panel(run)
    exported.panel(run)
