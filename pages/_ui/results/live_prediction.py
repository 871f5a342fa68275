"""Prediction of a sentence while it is typed, with the importance of its words."""

import contextlib
import time

from pages._ui.diagnostics import baselines
from pages._ui.shell import documentation_links, errors, jobs, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.errors import TranslearnError
from translearn_core.jobs import OCCLUSION, OcclusionConfig
from translearn_core.results import Occlusion
from translearn_core.results.format import percent
from translearn_core.runs import Run, State

PAUSE = "250ms"
"""Pause in typing after which the sentence is predicted."""
WAIT_SECONDS, POLL_SECONDS = 1.5, 0.04
"""How long the page waits for an answer before it shows the progress, and how often it looks."""
LIVE = "live_runs"
"""Session key of the runs submitted since the last answer, and of that answer."""

MEANING = (
    "The log-odds of the predicted class fall by so much without the word; below zero, the word speaks "
    "against it (occlusion)."
)
NUMBER_MEANING = "The predicted number falls by so much without the word; below zero, it rises (occlusion)."
TWIN = (
    " Beside it is the same class in the same model trained from random weights: words that matter as much "
    "there need no transfer."
)
NO_TWIN = " Train from scratch too, on the Evidence page, to see the same without transfer."


def panel(run: Run[ExperimentConfig]) -> None:
    """Draw the text field and the prediction of its text."""
    if OCCLUSION.unsupported(run.job.config):
        return
    st.fragment(_panel)(run)


def _panel(run: Run[ExperimentConfig]) -> None:
    with errors.show_errors():
        pair = run.job.config.data.text_pair is not None
        names = {"live_text": "Type a sentence and watch"}
        if pair:
            names = {"live_text": "Type a first text and watch", "live_second_text": "and a second text"}
        texts = []
        for column, (key, name) in zip(st.columns(len(names)), names.items(), strict=True):
            with column:
                texts.append(_typed(name, key))
        if not all(texts):
            return
        control = baselines.from_scratch_run(run)
        twin = control.job.id if control is not None and control.state is State.DONE else None
        if twin is not None and state.store().workspace.weights_deleted(twin):
            twin = None
        config = OcclusionConfig(
            job=run.job.id, text=texts[0], text_pair=texts[1] if pair else None, control=twin
        )
        answer = _answer(config)
        if answer is not None:
            _show(run, answer)
            _forget_others(config)


def _typed(label: str, key: str) -> str:
    """Draw a text field whose text is submitted at every pause in typing."""
    typed: str = st.text_input(
        label,
        key=key,
        max_chars=2_000,
        live=PAUSE,
        persist_state="session",
        placeholder="predicted while you type",
        icon=":material/bolt:",
    )
    return typed.strip()


def _answer(config: OcclusionConfig) -> Occlusion | None:
    """Return the result of a job, which usually comes within a second; else show its progress."""
    submitted = jobs.find_run(config) or jobs.submit(config)
    state.set_value(LIVE, (*state.get_value(LIVE, ()), submitted.id))
    end = time.monotonic() + WAIT_SECONDS
    while submitted.state.live and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
        submitted = state.store().run(state.owner(), submitted.id)
    answer: Occlusion | None = jobs.submit_and_watch(config)
    return answer


def _forget_others(config: OcclusionConfig) -> None:
    """Delete the other runs of this session: there would be one for every pause in typing."""
    answered = jobs.find_run(config)
    for run_id in dict.fromkeys(state.get_value(LIVE, ())):
        if answered is not None and run_id != answered.id:
            with contextlib.suppress(TranslearnError):  # deleted meanwhile, or the disk is read-only
                state.store().delete_run(state.owner(), run_id)
    state.set_value(LIVE, (answered.id,) if answered is not None else ())


def _sure(probability: float | None) -> str:
    return "" if probability is None else f", {percent(probability)} sure"


def _show(run: Run[ExperimentConfig], answer: Occlusion) -> None:
    st.markdown(f"**{plain(answer.predicted)}**{_sure(answer.probability)}")
    documentation_links.more_about("diagnostics", "occlusion")
    if answer.control_predicted is not None:
        sure = _sure(answer.control_probability)
        st.caption(f"From random weights: {plain(answer.control_predicted)}{sure}.")
    tables.figure(
        plots.word_importance(answer, page_header.dark()),
        answer.frame(),
        "word_importance",
        key="word_importance",
        alt="Importance of each word for the predicted class",
        note="",
    )
    without = "" if run.job.config.backbone.is_tfidf else NO_TWIN
    meaning = NUMBER_MEANING if answer.probability is None else MEANING
    st.caption(meaning + (without if answer.control_predicted is None else TWIN))
