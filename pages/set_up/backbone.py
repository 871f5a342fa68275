"""Backbone page: choose a pretrained model and the blocks that train."""

from pages._ui.backbones import backbone_picker, download_panel, training_on_texts
from pages._ui.diagnostics import transferability
from pages._ui.forms import freeze_map, require_task
from pages._ui.shell import jobs, navigation, page_header, result_cache, st, state, tables
from pages._ui.shell.formatting import count, plain, size
from translearn_core.jobs import BackboneInfoConfig
from translearn_core.results import Diagnosis

page_header.header(
    "backbone",
    "The backbone is a pretrained model. Decide which of its layers stay frozen and which train: that "
    "decides how much is transferred, and what it costs.",
)
require_task.require_backbone()
backbone = backbone_picker.choose()
if not download_panel.agreed(backbone):
    navigation.stop_page()
if not jobs.failed(BackboneInfoConfig(backbone=backbone)):
    state.choose_backbone(backbone, jobs.known(BackboneInfoConfig(backbone=state.draft().backbone)))
backbone_info = download_panel.require_backbone_info(backbone)
if backbone_info is None:
    navigation.stop_page()
draft = state.fit_to(backbone_info)
st.caption(
    f"{plain(backbone_info.architecture)}: {count(backbone_info.parameters)} parameters in "
    f"{backbone_info.n_blocks} blocks of width {backbone_info.width}, reads up to "
    f"{backbone_info.token_limit} tokens, {size(backbone_info.bytes)}. "
    f"{plain(backbone_info.language_note or '')}"
)

diagnosis = None
if draft.diagnose is not None:
    run = jobs.find_run(draft.diagnose) or jobs.submit(draft.diagnose)
    diagnosis = result_cache.cached_result(run, Diagnosis)

left, right = st.columns([5, 4], gap="large")
with left:
    st.subheader("Freeze map", anchor=False)
    st.markdown("Click a part to freeze it or let it train. The **head** on top is new and always trains.")
    freeze_map.choose(backbone_info)
with right:
    st.subheader("What it costs", anchor=False)
    freeze_map.cost(backbone_info, diagnosis)
    if draft.data is None:
        st.caption("Choose a table on the Data page to see time and memory.")
transferability.panel(draft)
training_on_texts.offer(backbone, backbone_info)
with st.expander("Parameters of each part", icon=":material/table_rows:"):
    tables.table(backbone_info.frame(), "backbone_info", key="backbone_info")
with st.container(horizontal=True):
    if draft.data is None:
        if st.button("Choose a table", key="to_data", type="primary", icon=":material/arrow_forward:"):
            navigation.switch_to("data")
    else:
        if st.button("Choose a recipe", key="to_recipe", type="primary", icon=":material/arrow_forward:"):
            navigation.switch_to("recipe")
        if st.button("Go to training", key="to_train", icon=":material/play_circle:"):
            navigation.switch_to("train")
