"""Evidence page: baselines, label efficiency, similarity, forgetting, error analysis and export."""

import streamlit as st

from pages._ui.diagnostics import baselines, error_analysis, forgetting, label_efficiency, similarity
from pages._ui.results import report_and_export
from pages._ui.runs import run_picker
from pages._ui.shell import page_header

page_header.header(
    "evidence",
    "A score alone convinces nobody. Here the run is compared with baselines that need no transfer, with "
    "intervals, and you see how many labels it saved, which layers changed, what was forgotten, and how far "
    "its predictions can be trusted.",
)
run = run_picker.finished()
PANELS = {
    "Did it help? (baselines)": baselines.panel,
    "How many labels? (label efficiency)": label_efficiency.panel,
    "What moved? (similarity)": similarity.panel,
    "What was lost? (forgetting)": forgetting.panel,
    "Can I trust it? (calibration and errors)": error_analysis.panel,
    "Take it away (report and export)": report_and_export.panel,
}
for tab, panel in zip(
    st.tabs(list(PANELS), key="evidence_part", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            panel(run)
