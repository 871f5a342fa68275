"""Report and export panels of a run."""

from pages._ui.diagnostics.panel import supported
from pages._ui.results import export, report
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import EXPORT
from translearn_core.runs import Run


def panel(run: Run[ExperimentConfig]) -> None:
    """Offer a run's report and the export of its model."""
    report.panel(run)
    if supported(EXPORT, run):
        export.panel(run)
