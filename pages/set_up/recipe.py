"""Recipe page: choose a transfer strategy and see its training timeline and cost beside it."""

from pages._ui.forms import advice, freeze_map, recipes, require_task, run_name, training_timeline
from pages._ui.shell import jobs, navigation, page_header, st
from pages._ui.shell.formatting import plain
from translearn_core.results import Workload

page_header.header(
    "recipe",
    "A transfer strategy: which parts train, when, and how fast. It sets all but pooling, token limit, batch "
    "size, class weights, seed, precision and device; change it below and on the next page.",
)
ready = require_task.require_task(learnable=False)
draft, backbone_info = ready.draft, ready.backbone_info
whole = jobs.backbone_info(run_name.with_all_blocks(draft.backbone))
if whole is None:
    navigation.stop_page()

family, chosen = recipes.choose_family(draft.experiment, whole.n_blocks)
left, right = st.columns([2, 3], gap="medium")
with right:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Your recipe: {plain(recipes.title(chosen))}**")
        if st.button("Go to training", key="to_train", type="primary", icon=":material/arrow_forward:"):
            navigation.switch_to("train")
    training_timeline.show_planned(draft.experiment, backbone_info, Workload.of(ready.diagnosis))
    st.markdown("**What it costs**")
    freeze_map.cost(backbone_info, ready.diagnosis)
with left:
    recipes.cards(draft.experiment, whole.n_blocks, family, chosen)
advice.panel(draft.experiment, whole.n_blocks)
st.subheader("Change it", anchor=False)
recipes.details(backbone_info, ready.diagnosis.unlabelled)
