"""Embeddings page: 2-D projections of the texts before and after training."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.diagnostics import projection, projection_animation, snapshots
from pages._ui.results import training_predictions
from pages._ui.runs import run_picker
from pages._ui.shell import jobs, navigation, page_header, state
from translearn_core.jobs import PROJECTION

page_header.header(
    "embeddings",
    "Your texts, or their words, as one layer of the model represents them, in 2-D, before and after "
    "training. The evidence is below each picture: numbers from all dimensions of the layer.",
)
run = run_picker.finished()
if not diagnostic.supported(PROJECTION, run.job.config):
    navigation.stop_page()
config = run.job.config
backbone_info = jobs.backbone_info(config.backbone)
if backbone_info is None:
    navigation.stop_page()

training_predictions.offer(run, run_picker.evaluation(run))
projection.panel(run, backbone_info)
projection_animation.panel(run, backbone_info)
snapshots.panel(run, backbone_info)
state.remember_run(run.id)
