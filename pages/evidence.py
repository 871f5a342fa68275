"""Evidence: whether transfer helped, and how one knows."""

import streamlit as st

from pages._ui import baselines, chosen, forgotten, heading, label_curve, moved, taken_away, trusted

heading.top(
    "evidence",
    "A score alone convinces nobody. Here the run is held against what needs no transfer, with intervals, "
    "and you see how many labels it saved, what moved inside, what was lost on the way, and how far its "
    "answers can be trusted.",
)
run = chosen.finished()
PANELS = {
    "Did it help?": baselines.panel,
    "How many labels?": label_curve.panel,
    "What moved?": moved.panel,
    "What was lost?": forgotten.panel,
    "Can I trust it?": trusted.panel,
    "Take it away": taken_away.panel,
}
for tab, panel in zip(
    st.tabs(list(PANELS), key="evidence_part", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            panel(run)
