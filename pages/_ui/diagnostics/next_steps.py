"""Panel of what to do after a run: each step with its number and a button."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.shell import navigation, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import NEXT_STEPS
from translearn_core.reporting.diagnostics.next_steps import NOTHING
from translearn_core.results.format import join_list
from translearn_core.runs import Run
from translearn_core.runs.report_jobs import next_steps_config

RUN_PAGES = ("evidence", "run")
"""Pages that show the run itself."""


def panel(run: Run[ExperimentConfig]) -> None:
    """Show the steps, or the button that looks for them."""
    diagnostic.heading(NEXT_STEPS)
    if not diagnostic.supported(NEXT_STEPS, run.job.config):
        return
    result = diagnostic.result(NEXT_STEPS, next_steps_config(state.store(), run))
    if result is None:
        return
    for number, step in enumerate(result.steps):
        with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"step-{number}"):
            st.markdown(f"**{plain(step.title)}.** {plain(step.sentence)}", width="stretch", help=step.source)
            if st.button(
                step.action, key=f"next-{step.code}", icon=":material/arrow_forward:", width="content"
            ):
                params = {"run": run.id} if step.page in RUN_PAGES else {}
                navigation.switch_to(step.page, **params)
    if not result.steps:
        st.markdown(NOTHING)
    st.caption(f"The rules rest on {plain(join_list(['this run', *result.measured]))}.")
