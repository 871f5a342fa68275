"""Evidence page: baselines, label efficiency, similarity, forgetting, error analysis and export."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages._ui.diagnostics import baselines, error_analysis, forgetting, label_efficiency, similarity
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.results import export, report
from pages._ui.runs import run_picker
from pages._ui.shell import page_header
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import BASELINES, ERROR_ANALYSIS, FORGETTING, PROBE, PROJECTION, SIMILARITY
from translearn_core.runs import Run

# diagnostics with a panel of their own, here or on another page
SHOWN = (BASELINES, SIMILARITY, FORGETTING, ERROR_ANALYSIS, PROBE, PROJECTION)

page_header.header(
    "evidence",
    "A score alone convinces nobody. Here the run is compared with baselines that need no transfer, with "
    "intervals, and you see how many labels it saved, which layers changed, what was forgotten, and how far "
    "its predictions can be trusted.",
)
run = run_picker.finished()


def report_and_export(run: Run[ExperimentConfig]) -> None:
    report.panel(run)
    export.panel(run)


PANELS: dict[str, Callable[[Run[ExperimentConfig]], None]] = {
    "Baselines": baselines.panel,
    "Label efficiency": label_efficiency.panel,
    "Similarity (CKA)": similarity.panel,
    "Forgetting": forgetting.panel,
    "Calibration and errors": error_analysis.panel,
    **{spec.title: partial(diagnostic.panel, spec) for spec in diagnostic.specs(elsewhere=SHOWN)},
    "Report and export": report_and_export,
}
for tab, panel in zip(
    st.tabs(list(PANELS), key="evidence_part", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            panel(run)
