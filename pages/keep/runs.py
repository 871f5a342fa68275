"""Runs page: runs, pretrained backbones and data sets, with their disk usage."""

from pages._ui.backbones import backbone_picker
from pages._ui.runs import run_list, run_picker
from pages._ui.share import link_list
from pages._ui.shell import page_header, st, state
from pages._ui.shell.formatting import size
from translearn_core.config.settings import settings
from translearn_core.runs import ShareLinks, Studies

page_header.header(
    "runs",
    "These are your runs, backbones and data sets, and the disk space they take. Whoever has this browser "
    "has this workspace; what you delete is gone.",
)
store, owner = state.store(), state.owner()
runs, made, datasets = run_picker.pick_runs(), backbone_picker.made_here(), store.datasets(owner)
links = ShareLinks(store).all(owner)
stale = store.unreadable(owner), Studies(store).unreadable(owner)
with st.grid(4, min_column_width=150):
    st.metric("Runs", len(runs), border=True)
    st.metric("Data sets", len(datasets), border=True)
    st.metric(
        "Disk used",
        size(store.disk(owner)),
        border=True,
        help=f"of {size(1e6 * settings().max_owner_mb)} you may use",
    )
    run_list.engine()
if weight := store.workspace.activation_cache_disk_usage():
    limit = size(1e6 * settings().max_activations_mb)
    st.caption(
        f"Activation cache: {size(weight)} of outputs of frozen backbones, shared by all who work here, so "
        f"that no text is encoded twice. It takes {limit} at most; the least used entries are deleted first."
    )
if not (runs or made or datasets or links or any(stale)):
    page_header.empty("There is nothing here yet.", "Get some data", "data")
if runs:
    st.subheader("Runs", anchor=False)
    run_list.runs(runs, [*runs, *made])
if made:
    st.subheader("Backbones trained here", anchor=False)
    st.caption("Backbones that were trained further on your own texts, without labels, and word vectors.")
    run_list.backbones(made, [*runs, *made])
if datasets:
    st.subheader("Data sets", anchor=False)
    run_list.datasets(datasets)
if links:
    st.subheader("Share links", anchor=False)
    link_list.links(links)
if any(stale):
    st.subheader("Cannot be read", anchor=False)
    run_list.unreadable(*stale)
