"""Continued pretraining (masked language modelling) on the owner's texts: start, progress, result."""

from collections.abc import Sequence

from pages._ui.backbones import backbone_names, backbone_picker
from pages._ui.datasets import text_source
from pages._ui.forms import config_fields
from pages._ui.runs import run_actions
from pages._ui.shell import errors, jobs, result_cache, st, state
from pages._ui.shell.formatting import duration, epochs, plain, short
from translearn_core.config import BackboneConfig
from translearn_core.jobs import PretrainConfig
from translearn_core.results import BackboneInfo, Pretraining
from translearn_core.results.training.pretraining import LEAST_TEXTS
from translearn_core.runs import Run, State

WHAT = (
    "Masked language modelling: the backbone learns to predict masked words of your texts. It needs no "
    "labels. The result is a new backbone adapted to how your texts are written; it often helps where they "
    "differ much from books and encyclopedias."
)
FAIR = (
    "It trains on all texts of the file but those of a separate validation or test file. The texts of test "
    "rows drawn from a table are among them; their labels are not."
)
ONE_WAY = (
    "Backbone: this is a causal model, which reads from left to right only, so it cannot predict masked "
    "words. Choose one such as BERT."
)
FIELDS = ("epochs", "lr", "batch_size", "mlm_probability")


def offer(backbone: BackboneConfig, backbone_info: BackboneInfo) -> None:
    """Offer continued pretraining of a backbone, and list earlier pretraining runs."""
    owned = backbone_picker.pretrainings()
    opened = state.get_value(text_source.OPEN, False) or any(run.state.live for run in owned)
    state.set_value(text_source.OPEN, opened)  # stays open when the last run ends
    with st.expander(
        "Continue its pretraining on your texts (masked language modelling)",
        icon=":material/auto_stories:",
        expanded=opened,
        key="pretraining",
    ):
        st.markdown(WHAT)
        with errors.show_errors():
            _begin(backbone, backbone_info)
        every = [*state.store().runs(state.owner()), *owned] if owned else []
        for run in owned:
            with st.container(border=True, key=f"pretraining-{run.id}"):
                _row(run, every)


def _begin(backbone: BackboneConfig, backbone_info: BackboneInfo) -> None:
    if backbone_info.causal:
        st.caption(ONE_WAY)
        return
    chosen = text_source.choose()
    if chosen is None:
        return
    first, *pair = map(plain, chosen.columns)
    if sum(chosen.different) < LEAST_TEXTS:
        names = " and ".join((first, *pair))
        st.caption(
            f"There are {sum(chosen.different)} different texts in {names}; it takes "
            f"{LEAST_TEXTS}, better thousands."
        )
        return
    further = "".join(f", {chosen.different[1]:,} in the column {name}" for name in pair)
    noun = "texts" if chosen.sentence is None else "sentences"
    st.markdown(
        f"**{chosen.different[0]:,} different {noun}** are in the column {first}{further} of "
        f"{plain(chosen.dataset.name)}."
    )
    config = PretrainConfig(
        dataset=chosen.dataset.digest,
        text=chosen.columns[0],
        text_pair=chosen.columns[1] if pair else None,
        sentence=chosen.sentence,
        backbone=backbone,
        token_limit=backbone_info.features.token_limit,
    )
    with st.grid(4, min_column_width=150):
        config = config_fields.edit(config, FIELDS, "pretrain")
    st.caption(FAIR)
    earlier = jobs.find_run(config)
    submitted = earlier is not None and (earlier.state.live or earlier.state is State.DONE)
    if st.button(
        "Start", key="pretrain", icon=":material/play_arrow:", disabled=submitted,
        help="Exactly this run is listed below." if submitted else None,
    ):  # fmt: skip
        jobs.submit(config, proposal(config, chosen.dataset.name))
        st.rerun()


def proposal(config: PretrainConfig, file: str) -> str:
    """Return the default name of the new backbone: source, file and epochs."""
    was = backbone_names.backbone(config.backbone).rsplit("/", 1)[-1]
    return short(f"{short(was, 40)} pretrained on: {short(file, 40)}, {epochs(config.epochs)}", 100)


def _row(run: Run[PretrainConfig], owned: Sequence[Run]) -> None:
    """Show one pretraining run: its progress, or its result and actions."""
    config = run.job.config
    with st.container(horizontal=True, vertical_alignment="center"):
        jobs.badge(run)
        st.text(run.name, width="stretch")
        st.caption(f"from {plain(backbone_names.backbone(config.backbone))}", width="content")
        with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
            run_actions.menu(run, owned, controls=False)
    if run.state.live:
        help = "The epochs that are finished are kept; you can go on later."
        st.fragment(run_every=jobs.POLL["train"])(run_actions.progress)(
            run.id, _progress_text, f"stop_pretraining-{run.id}", help=help
        )
        return
    if run.state is State.FAILED:
        errors.show_error(run.job.reason or "It failed without saying why.")
    if run.state is not State.DONE:
        st.button(
            "Go on", key=f"go_on-{run.id}", icon=":material/play_arrow:", on_click=run_actions.resume,
            args=(run.id,), help="From the last epoch that was finished.",
        )  # fmt: skip
        return
    result = result_cache.cached_result(run, Pretraining)
    if result is None:
        errors.show_error("The files of this backbone are gone: delete it here and start it again.")
        return
    _result(result)
    st.button(
        "Use this backbone",
        key=f"use-{run.id}",
        icon=":material/check:",
        on_click=backbone_picker.use_pretrained,
        args=(run,),
    )


def _result(result: Pretraining) -> None:
    st.markdown(
        f"Loss on {result.held_out:,} texts held out: **{result.loss_before:.3f} → "
        f"{result.loss_after:.3f}**. Perplexity of a masked word, as if it were one of so many equally "
        f"likely ones: {result.perplexity_before:,.0f} before, {result.perplexity_after:,.0f} now."
    )
    fresh = (
        " The model had no masked-language-model head; a new one was trained alone for "
        f"{epochs(result.head_epochs)} before the first measurement."
        if result.fresh_head
        else ""
    )
    st.caption(
        f"It learned from {result.texts:,} texts with {result.tokens:,} tokens in "
        f"{duration(result.seconds)}, {plain(result.precision)} on {plain(result.device)}.{fresh}"
    )


def _progress_text(run: Run) -> str:
    return jobs.progress_text(run).capitalize()
