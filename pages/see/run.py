"""Progress page: one training run, live."""

from pages._ui.runs import run_picker, training_monitor
from pages._ui.share import share_popover
from pages._ui.shell import page_header, st
from translearn_core.runs import State
from translearn_core.runs.personal.share_links import SharedRun

page_header.header(
    "run",
    "This is a training as it happens. It goes on without this page: keep the link and come back. When the "
    "validation curve stops improving while the training curve still does, the model has begun to overfit.",
)
run = run_picker.any_run()
if not run.job.config.data.several_targets:
    share_popover.popover(SharedRun(run=run.id), run.name)
if run.state is State.DONE or (run.state is State.STOPPED and run_picker.has_results(run)):
    st.subheader("See what happened", anchor=False)
    run_picker.links(run)
training_monitor.watch(run)
