"""Letting a backbone read one's own texts before it learns labels: start it, watch it, use it."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.backbones import backbone_names, backbone_picker
from pages._ui.datasets import text_source
from pages._ui.forms import config_fields
from pages._ui.runs import run_actions
from pages._ui.shell import engine_warning, errors, jobs, result_cache, state
from pages._ui.shell.formatting import duration, epochs, plain, short
from translearn_core.config import BackboneConfig, PretrainConfig
from translearn_core.engine import ensure_engine
from translearn_core.results import BackboneInfo, Pretraining
from translearn_core.results.pretraining import LEAST_TEXTS
from translearn_core.runs import Run, State
from translearn_core.settings import settings

WHAT = (
    "The backbone reads your texts and learns to guess words that are covered. It needs no labels. What "
    "comes out is a new backbone that knows how your texts are written; it often helps where they differ "
    "much from books and encyclopedias."
)
FAIR = (
    "It reads all texts of the file but those of a validation or test file of its own. The texts of test "
    "rows that are drawn from a table are among them; their labels are not."
)
ONE_WAY = (
    "Backbone: this model reads from left to right only, so no word can be covered for it. Choose one such "
    "as BERT."
)
FIELDS = ("epochs", "lr", "batch_size", "masked")


def offer(backbone: BackboneConfig, anatomy: BackboneInfo) -> None:
    """Offer to go on with a backbone's pre-training, and show what came of it before."""
    mine = backbone_picker.pretrainings()
    opened = state.get_value(text_source.OPEN, False) or any(run.state.live for run in mine)
    state.set_value(text_source.OPEN, opened)  # it stays open when the last one ends
    with st.expander(
        "Continue its pre-training on your texts",
        icon=":material/auto_stories:",
        expanded=opened,
        key="pretraining",
    ):
        st.markdown(WHAT)
        with errors.show_errors():
            _begin(backbone, anatomy)
        every = [*state.store().runs(state.owner()), *mine] if mine else []
        for run in mine:
            with st.container(border=True, key=f"pretraining-{run.id}"):
                _row(run, every)


def _begin(backbone: BackboneConfig, anatomy: BackboneInfo) -> None:
    if anatomy.causal:
        st.caption(ONE_WAY)
        return
    chosen = text_source.choose()
    if chosen is None:
        return
    if chosen.different < LEAST_TEXTS:
        st.caption(
            f"There are {chosen.different} different texts in {plain(chosen.column)}; it takes "
            f"{LEAST_TEXTS}, better thousands."
        )
        return
    st.markdown(
        f"**{chosen.different:,} different texts** are in the column {plain(chosen.column)} of "
        f"{plain(chosen.dataset.name)}."
    )
    config = PretrainConfig(
        dataset=chosen.dataset.digest,
        text=chosen.column,
        backbone=backbone,
        token_limit=anatomy.features.token_limit,
    )
    with st.grid(4, min_column_width=150):
        config = config_fields.edit(config, FIELDS, "pretrain")
    st.caption(FAIR)
    earlier = jobs.found(config)
    known = earlier is not None and (earlier.state.live or earlier.state is State.DONE)
    if st.button(
        "Start", key="pretrain", icon=":material/play_arrow:", disabled=known,
        help="Exactly this is below already." if known else None,
    ):  # fmt: skip
        jobs.submit(config, proposal(config, chosen.dataset.name))
        st.rerun()


def proposal(config: PretrainConfig, file: str) -> str:
    """Return what the backbone that comes out is called at first: what it was, and what it has read."""
    was = backbone_names.backbone(config.backbone).rsplit("/", 1)[-1]
    return short(f"{short(was, 40)} read on: {short(file, 40)}, {epochs(config.epochs)}", 100)


def _row(run: Run, mine: Sequence[Run]) -> None:
    """Show one pre-training: how far it is, or what it brought and what can be done with it."""
    config = run.job.config
    assert isinstance(config, PretrainConfig)
    with st.container(horizontal=True, vertical_alignment="center"):
        jobs.badge(run)
        st.text(run.name, width="stretch")
        st.caption(f"from {plain(backbone_names.backbone(config.backbone))}", width="content")
        with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
            run_actions.menu(run, mine, controls=False)
    if run.state.live:
        st.fragment(run_every=jobs.POLL["train"])(_progress)(run.id)
        return
    if run.state is State.FAILED:
        errors.show_error(run.job.reason or "It failed without saying why.")
    if run.state is not State.DONE:
        st.button(
            "Go on", key=f"go_on-{run.id}", icon=":material/play_arrow:", on_click=run_actions.resume,
            args=(run.id,), help="From the last epoch that was finished.",
        )  # fmt: skip
        return
    found = result_cache.cached_result(run, Pretraining)
    if found is None:
        errors.show_error("The files of this backbone are gone: delete it here and start it again.")
        return
    _result(found)
    st.button(
        "Use this backbone",
        key=f"use-{run.id}",
        icon=":material/check:",
        on_click=backbone_picker.use,
        args=(run,),
    )


def _result(found: Pretraining) -> None:
    st.markdown(
        f"Loss on {found.held_out:,} texts held out: **{found.loss_before:.3f} → {found.loss_after:.3f}**. "
        f"A covered word was one of {found.perplexity_before:,.0f} equally likely ones before, "
        f"and is one of {found.perplexity_after:,.0f} now."
    )
    fresh = (
        " The model brought no part that guesses words; a new one learned alone for "
        f"{epochs(found.head_epochs)} before the first number was taken."
        if found.fresh_head
        else ""
    )
    st.caption(
        f"It learned from {found.texts:,} texts with {found.tokens:,} tokens in {duration(found.seconds)}, "
        f"{plain(found.precision)} on {plain(found.device)}.{fresh}"
    )


def _progress(run_id: str) -> None:
    with errors.show_errors():
        run = state.store().run(state.owner(), run_id)
        if not run.state.live:
            st.rerun()
        ensure_engine(settings())
        st.progress(jobs.share(run), text=jobs.progress_text(run).capitalize())
        engine_warning.engine_warning(run)
        left = jobs.was_left(run)
        st.button(
            "Stopping …" if run.job.stop else "Stop",
            key=f"stop_pretraining-{run.id}",
            icon=":material/stop:",
            on_click=run_actions.stop,
            args=(run.id,),
            disabled=run.job.stop or left,
            help="The epochs that are finished are kept; you can go on later.",
        )
        if left:
            st.caption(jobs.LEFT)
