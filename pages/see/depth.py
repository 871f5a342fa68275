"""Freeze-depth page: how deep to train, from the head alone to the embeddings."""

from pages._ui.runs import examples, run_picker
from pages._ui.shell import navigation, page_header, st
from pages._ui.studies import study_list

page_header.header(
    "depth",
    "How much of the model must change? The same settings are trained from the head alone, on the left, down "
    "to the embeddings, on the right, with several seeds each. The curve shows from which depth on deeper "
    "training no longer pays off, and below it what every further step costs.",
)
study_list.show_studies(depth=True)
examples.depth_card()
st.subheader("Your own", anchor=False)
if not run_picker.runs_with_results():
    st.markdown("It starts from a finished run, whose settings it repeats at every depth.")
    navigation.link("data", "Start an experiment")
    navigation.stop_page()
run = run_picker.finished()
if run.job.config.fitted_at_once:
    st.caption(
        "This run was fitted at once, with no block that could train: choose one that trained in epochs."
    )
study_list.depth(run, run.job.config)
