"""Evidence: whether transfer helped, and how one knows."""

import streamlit as st

from pages._ui.diagnostics import baselines, error_analysis, forgetting, label_efficiency, similarity
from pages._ui.results import report_and_export
from pages._ui.runs import run_picker
from pages._ui.shell import page_header

page_header.header(
    "evidence",
    "A score alone convinces nobody. Here the run is held against what needs no transfer, with intervals, "
    "and you see how many labels it saved, what moved inside, what was lost on the way, and how far its "
    "answers can be trusted.",
)
run = run_picker.finished()
PANELS = {
    "Did it help?": baselines.panel,
    "How many labels?": label_efficiency.panel,
    "What moved?": similarity.panel,
    "What was lost?": forgetting.panel,
    "Can I trust it?": error_analysis.panel,
    "Take it away": report_and_export.panel,
}
for tab, panel in zip(
    st.tabs(list(PANELS), key="evidence_part", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            panel(run)
