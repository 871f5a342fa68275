"""Evidence page: baselines, label efficiency, similarity, forgetting, error analysis and export."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pages._ui.diagnostics import baselines, error_analysis, forgetting, label_efficiency, similarity
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.results import export, report
from pages._ui.runs import run_picker
from pages._ui.share import share_popover
from pages._ui.shell import page_header, st
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import (
    BASELINES,
    ERROR_ANALYSIS,
    EXPORT,
    FORGETTING,
    LABEL_EFFICIENCY,
    LABEL_ERRORS,
    NEXT_STEPS,
    NUMBER_ERRORS,
    PROBE,
    PROJECTION,
    REPORT,
    SIMILARITY,
    JobSpec,
)
from translearn_core.runs import Run
from translearn_core.runs.personal.share_links import SharedRun

# diagnostics with a panel of their own, here or on another page
SHOWN = (BASELINES, SIMILARITY, FORGETTING, ERROR_ANALYSIS, PROBE, PROJECTION, NEXT_STEPS)

REPORT_TAB = "Report and export"

page_header.header(
    "evidence",
    "A score alone convinces nobody. Here the run is compared with baselines that need no transfer, with "
    "intervals, and you see how many labels it saved, which layers changed, what was forgotten, and how far "
    "its predictions can be trusted.",
)
run = run_picker.finished()
share_popover.popover(SharedRun(run=run.id), run.name)


def report_and_export(run: Run[ExperimentConfig]) -> None:
    report.panel(run)
    if diagnostic.supported(EXPORT, run.job.config):
        export.panel(run)


PANELS: dict[str, tuple[JobSpec[Any, Any], Callable[[Run[ExperimentConfig]], None]]] = {
    "Baselines": (BASELINES, baselines.panel),
    "Label efficiency": (LABEL_EFFICIENCY, label_efficiency.panel),
    "Similarity (CKA)": (SIMILARITY, similarity.panel),
    "Forgetting": (FORGETTING, forgetting.panel),
    "Calibration and errors": (ERROR_ANALYSIS, error_analysis.panel),
    **{spec.title: (spec, partial(diagnostic.panel, spec)) for spec in diagnostic.specs(elsewhere=SHOWN)},
    REPORT_TAB: (REPORT, report_and_export),
}
for spec in (ERROR_ANALYSIS, NUMBER_ERRORS, LABEL_ERRORS):
    if spec.problems is not None and run.job.config.data.problem not in spec.problems:
        del PANELS[spec.title]
first = REPORT_TAB if st.query_params.get("part") == report.PART else None
tabs = st.tabs(list(PANELS), default=first, key="evidence_part", on_change="rerun")
for tab, (spec, panel) in zip(tabs, PANELS.values(), strict=True):
    if tab.open:
        with tab:
            if diagnostic.supported(spec, run.job.config):
                panel(run)
