"""Embeddings page: 2-D projections of the texts before and after training."""

from pages._ui.diagnostics import projection, projection_animation, snapshots
from pages._ui.runs import run_picker
from pages._ui.shell import jobs, navigation, page_header, state

page_header.header(
    "embeddings",
    "A 2-D projection of your texts as one layer of the model represents them, before and after training. If "
    "training moved texts of one class together, the picture after training shows it. The numbers below each "
    "picture are the evidence: they are computed in all dimensions of the layer.",
)
run = run_picker.finished()
config = run.job.config
anatomy = jobs.backbone_info(config.backbone)
if anatomy is None:
    navigation.stop_page()

projection.panel(run, anatomy)
projection_animation.panel(run, anatomy)
snapshots.panel(run, anatomy)
state.remember_run(run.id)
