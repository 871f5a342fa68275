"""Finished examples: opening them, and what is said beside their results."""

from datetime import UTC, datetime

from pages._ui.datasets import data_sources
from pages._ui.shell import errors, navigation, st, state
from translearn_core.data import SAMPLES, SampleDataset
from translearn_core.data.sample_datasets import sample_of
from translearn_core.runs import Dataset, Run
from translearn_core.runs.examples import DEPTH, RUN, add_example, example_study, is_example

OWN_SEED = 1
"""Seed of a training of one's own beside the example, which has 0: another run, not the same one again."""


def card() -> None:
    """Offer the finished example if this installation has it, and the same training of one's own."""
    sample = sample_of(RUN.sample)
    if RUN.available:
        st.markdown("**A finished example, in 60 seconds**")
        st.markdown(
            f"{sample.title}, last {sample.blocks} blocks trained: the scores, the texts as points before "
            "and after, what each layer knows. It was computed beforehand."
        )
    with st.container(horizontal=True):
        if RUN.available and st.button(
            "Open the example", key="open_example", type="primary", icon=":material/visibility:"
        ):
            open_run()
        train_yourself()


def depth_card() -> None:
    """Offer the freeze-depth curve of the example if this installation has it."""
    if not DEPTH.available:
        return
    st.subheader("A finished example", anchor=False)
    st.caption(
        "Product reviews, five depths with one seed each, computed beforehand on a sample of this project."
    )
    if st.button("Show the curve", key="open_depth_example", type="primary", icon=":material/visibility:"):
        open_depth()


def open_run() -> None:
    """Open the results of the example run."""
    with errors.show_errors():
        run = add_example(state.store(), state.owner(), RUN)
        navigation.switch_to("results", run=run.id)


def open_depth() -> None:
    """Open the freeze-depth curve of the example."""
    with errors.show_errors():
        study = example_study(state.store(), state.owner(), DEPTH)
        navigation.switch_to("study", study=study.id)


def train_yourself() -> None:
    """Draw the button that sets up the example's training with another seed."""
    if st.button("Train it yourself", key="train_example", icon=":material/play_arrow:"):
        data_sources.load_sample(sample_of(RUN.sample))
        state.change(training=state.draft().training.model_copy(update={"seed": OWN_SEED}))
        state.reset("training.seed")
        navigation.switch_to("train")


def note(run: Run) -> None:
    """Say that a run is an example, with links to what it shows; nothing for other runs."""
    if not is_example(run) or run.job.finished is None:
        return
    made = datetime.fromtimestamp(run.job.finished, UTC).date()
    st.info(
        f"A finished example, computed beforehand ({made}) on a sample of this project. Its weights are not "
        "here: what needs them asks for a training first.",
        icon=":material/inventory_2:",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        navigation.link("embeddings", "The texts before and after", run=run.id)
        navigation.link("probes", "What each layer knows", run=run.id)
        train_yourself()


def question(dataset: Dataset | None) -> None:
    """Show the question of a sample; nothing for other data sets."""
    sample = _sample(dataset)
    if sample is not None:
        st.markdown(f":material/help: **{sample.question}**")


def _sample(dataset: Dataset | None) -> SampleDataset | None:
    if dataset is None:
        return None
    return next((one for one in SAMPLES if one.file == dataset.name and one.bytes == dataset.bytes), None)
