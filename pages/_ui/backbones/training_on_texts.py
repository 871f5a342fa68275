"""Backbones trained on the owner's texts, without labels: forms, progress, results."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pages._ui.backbones import (
    backbone_names,
    backbone_picker,
    pretraining,
    skip_gram_step,
    vector_alignment,
    word_vectors,
)
from pages._ui.datasets import text_source
from pages._ui.runs import run_actions
from pages._ui.shell import errors, jobs, result_cache, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config import BackboneConfig
from translearn_core.jobs import ALIGN_VECTORS, PRETRAIN, WORD_VECTORS
from translearn_core.results import BackboneInfo
from translearn_core.runs import Run, State

FURTHER, VECTORS, ALIGNED = "This backbone further", "Word vectors", "Two word vectors in one space"
SHOW_RESULT: Mapping[str, Callable[[Run, Any], None]] = {
    PRETRAIN.kind: pretraining.show_result,
    WORD_VECTORS.kind: word_vectors.show_result,
    ALIGN_VECTORS.kind: vector_alignment.show_result,
}
"""What shows the result of each kind of training."""


def offer(backbone: BackboneConfig, backbone_info: BackboneInfo) -> None:
    """Offer to train a backbone further or word vectors, and list earlier trainings."""
    owned = backbone_picker.made_here()
    opened = state.get_value(text_source.OPEN, False) or any(run.state.live for run in owned)
    state.set_value(text_source.OPEN, opened)  # stays open when the last run ends
    with st.expander(
        "Train on your texts, without labels", icon=":material/auto_stories:", expanded=opened,
        key="pretraining",
    ):  # fmt: skip
        way = st.segmented_control(
            "What to train", (FURTHER, VECTORS, ALIGNED), key="train_on_texts", default=FURTHER, required=True
        )
        with errors.show_errors():
            if way == VECTORS:
                word_vectors.begin()
                skip_gram_step.panel()
            elif way == ALIGNED:
                vector_alignment.begin(owned)
            else:
                pretraining.begin(backbone, backbone_info)
        every = [*state.store().runs(state.owner()), *owned] if owned else []
        for run in owned:
            with st.container(border=True, key=f"pretraining-{run.id}"):
                _row(run, every)


def _row(run: Run[Any], owned: Sequence[Run]) -> None:
    """Show one training: its progress, or its result and actions."""
    config, resumable = run.job.config, run.job.spec.resumable
    with st.container(horizontal=True, vertical_alignment="center"):
        jobs.badge(run)
        st.text(run.name, width="stretch")
        st.caption(plain(backbone_names.origin(config)), width="content")
        with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
            run_actions.menu(run, owned, controls=False)
    if run.state.live:
        help = (
            "The epochs that are finished are kept; you can go on later." if run.job.spec.resumable else None
        )
        st.fragment(run_every=jobs.POLL["train"])(run_actions.progress)(
            run.id, _progress_text, f"stop_pretraining-{run.id}", help=help
        )
        return
    if run.state is State.FAILED:
        errors.show_error(run.job.reason or "It failed without saying why.")
    if run.state is not State.DONE:
        st.button(
            "Go on", key=f"go_on-{run.id}", icon=":material/play_arrow:", on_click=run_actions.resume,
            args=(run.id,),
            help="From the last epoch that was finished." if resumable else "From the beginning.",
        )  # fmt: skip
        return
    result = result_cache.cached_result(run, run.job.spec.result)
    if result is None:
        errors.show_error("The files of this backbone are gone: delete it here and start it again.")
        return
    SHOW_RESULT[run.job.spec.kind](run, result)
    st.button(
        "Use this backbone",
        key=f"use-{run.id}",
        icon=":material/check:",
        on_click=backbone_picker.use_made_here,
        args=(run,),
    )


def _progress_text(run: Run) -> str:
    return jobs.progress_text(run).capitalize()
