"""Train page: settings and summary of the experiment, learning-rate finder, start button."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.forms import (
    freeze_map,
    lr_finder,
    require_task,
    run_name,
    summary,
    teachers,
    train_settings,
)
from pages._ui.runs import examples
from pages._ui.share import share_popover
from pages._ui.shell import jobs, navigation, page_header, st
from pages._ui.shell.formatting import short
from translearn_core.jobs import LR_FINDER

page_header.header(
    "train",
    "This is the experiment you have put together. Check it and start: the training goes on in the "
    "background, also when you close this page.",
)
ready = require_task.require_task(pretrained=False)
examples.question(ready.dataset)
draft, backbone_info, diagnosis = ready.draft, ready.backbone_info, ready.diagnosis

left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("Settings", anchor=False)
    draft = train_settings.edit(draft, backbone_info)
    if diagnostic.supported(LR_FINDER, draft.experiment):
        lr_finder.panel(draft.experiment, lr_finder.max_seconds(draft.experiment, backbone_info, diagnosis))
with right:
    st.subheader("The experiment", anchor=False)
    summary.describe_experiment(ready.dataset, draft, diagnosis)
    if not draft.backbone.is_tfidf:
        freeze_map.cost(backbone_info, diagnosis)
    share_popover.settings_popover(draft.experiment, f"{ready.dataset.name}: settings")

experiment = draft.experiment
experiment.check(backbone_info.n_blocks)
teachers.check(experiment)
earlier = jobs.find_run(experiment)
if earlier is not None:
    st.caption(summary.trained_before(earlier.state))
with st.container(horizontal=True, vertical_alignment="bottom"):
    default_name = short(
        f"{ready.dataset.name}, {run_name.transfer_name(experiment)}"
        f"{run_name.default_run_name(experiment)}, seed {draft.training.seed}",
        100,
    )
    name = st.text_input(
        "Name of this run", key="run_name", placeholder=default_name, max_chars=100, persist_state="page"
    )
    pressed = st.button("Train", key="train", type="primary", icon=":material/play_arrow:")
if pressed:
    run = jobs.submit(experiment, name.strip() or (earlier.name if earlier else default_name))
    navigation.switch_to("run", run=run.id)
