"""Rounds of self-training, on the Results page and while a run trains."""

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, navigation, page_header, result_cache, st, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, SelfTrainingMethod
from translearn_core.reporting.blocks import figure_name
from translearn_core.reporting.training_section import TRAINING
from translearn_core.results import SelfTraining
from translearn_core.runs import Run

TITLE = "What did rows without a label add?"
NOTHING = "No row without a label could be learned from, so the labelled rows trained alone."
ROUNDS = (
    "After each training the model predicts the rows without a label; predictions above the threshold become "
    "labels, and training starts again from the same weights. The best training on validation is kept."
)
EPOCHS = (
    "In each step an altered copy of a text is to get the label that the model gives the text, where it is "
    "confident. Texts are predicted after every epoch."
)
CLASSES = (
    "Class balance: a class with a larger share of the pseudo-labels than of the labelled rows is favoured; "
    "one whose pseudo-labels are seldom right teaches errors."
)
THRESHOLDS = (
    "Predictions of the final model that reach each threshold, and how many of them are right where the "
    "label is known: a lower threshold takes more texts and more errors."
)
ALONE = "the same settings without the rows that have no label, so that both can be compared on the test rows"
ALT = "Pseudo-labels added in each round, and how often they were right"
COLUMNS: dict[str, object] = tables.fractions(
    "validation score", "right of these", "right of all", "share of added", "share of labelled"
)


def panel(run: Run[ExperimentConfig]) -> None:
    """Show the rounds of a run that learned from rows without a label."""
    chosen = run.job.config.self_training
    if chosen is None:
        return
    st.subheader(f"{TITLE} {chosen.method.label.capitalize()}", anchor=False)
    result = result_cache.cached_result(run, SelfTraining)
    if result is None:
        st.caption(NOTHING)
        return
    st.markdown(plain(result.summary()))
    st.caption(EPOCHS if chosen.method is SelfTrainingMethod.CONSISTENCY else ROUNDS)
    if result.fills_figure:
        _figure(result, "self_training_rounds")
    classes = result.class_frame()
    if len(classes):
        with st.expander("Pseudo-labels of each class", icon=":material/balance:"):
            st.caption(CLASSES)
            tables.table(classes, "pseudo_labels", key="pseudo_labels", config=COLUMNS)
    thresholds = result.threshold_frame()
    if len(thresholds):
        with st.expander("Other thresholds", icon=":material/tune:"):
            st.caption(THRESHOLDS)
            tables.table(thresholds, "thresholds", key="thresholds", config=COLUMNS)
    _alone(run)


def _alone(run: Run[ExperimentConfig]) -> None:
    """Offer the same training on the labelled rows alone, and its comparison."""
    config = run.job.config
    alone = config.as_new_run().model_copy(update={"self_training": None})
    done = jobs.find_run(alone)
    if done is None:
        name = "Train with the labelled rows alone"
        if st.button(name, key="labelled_alone", icon=":material/play_arrow:", help=ALONE):
            new = jobs.submit(alone, f"{run.name}, labelled rows alone")
            navigation.switch_to("run", run=new.id)
    elif not run_picker.has_results(done):
        navigation.link("run", "See the run with the labelled rows alone", run=done.id)
    elif st.button(
        "Compare with the labelled rows alone", key="compare_alone", icon=":material/compare_arrows:"
    ):
        run_picker.compare(run, done)


def live(run: Run[ExperimentConfig]) -> None:
    """Show the rounds so far of a run that trains, or all of a finished one."""
    if run.job.config.self_training is None:
        return
    result = result_cache.cached_result(run, SelfTraining)
    if result is None:
        return
    st.subheader(f"Rows without a label: {run.job.config.self_training.method.label}", anchor=False)
    st.markdown(plain(result.so_far() if run.state.live else result.summary()))
    if result.fills_figure:
        _figure(result, f"self_training-{run.id}")


def _figure(result: SelfTraining, key: str) -> None:
    tables.figure(
        plots.self_training_rounds(result, page_header.dark()),
        result.frame(),
        "self_training_rounds",
        key=key,
        alt=ALT,
        note=figure_name(TRAINING, "rounds of self-training"),
    )
