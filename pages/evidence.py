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
    "Baselines": baselines.panel,
    "Label efficiency": label_efficiency.panel,
    "Similarity (CKA)": similarity.panel,
    "Forgetting": forgetting.panel,
    "Calibration and errors": error_analysis.panel,
    "Report and export": report_and_export.panel,
}
for tab, panel in zip(
    st.tabs(list(PANELS), key="evidence_part", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            panel(run)
