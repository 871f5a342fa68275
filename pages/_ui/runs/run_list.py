"""Runs and data sets as rows with their actions."""

from collections.abc import Sequence
from typing import Any

from pages._ui.backbones import backbone_names
from pages._ui.datasets import data_sources, text_source
from pages._ui.results import scores
from pages._ui.runs import run_actions, run_difference, run_filter
from pages._ui.shell import errors, jobs, language, navigation, result_cache, st, state, tables
from pages._ui.shell.formatting import ago, duration, plain, size
from translearn_core.config import ExperimentConfig
from translearn_core.config.settings import settings
from translearn_core.engine import engine_status
from translearn_core.results import Pretraining, RunSummary, VectorAlignment, WordVectorTraining
from translearn_core.runs import UNREADABLE, Dataset, Run, State, Studies, Unreadable
from translearn_core.runs.joint_runs import shared_name, target_of

PAGE = 20
"""Runs per page."""

RUN, STUDY = "run", "study"


def engine() -> None:
    """Show the state of the engine."""
    status = engine_status(settings())
    word = "Ready" if status.ready else "Starting" if status.alive else "Asleep"
    help_ = "; ".join(status.devices) or "it starts by itself when there is something to do"
    st.metric("Engine", language.translate(word), border=True, help=help_)


def runs(trained: Sequence[Run[ExperimentConfig]], owned: Sequence[Run]) -> None:
    """Show training runs by study and data version, as rows and as a table; `owned` are runs of any kind."""
    everything = run_filter.listed_runs(trained)
    listed = run_filter.choose(everything)
    if not listed:
        st.caption("No run matches.")
        return
    pages = -(-len(listed) // PAGE)
    page = st.pagination(pages, key="runs_page") if pages > 1 else 1
    several, group = len({one.group for one in everything}) > 1, None
    with st.container(gap="small"):
        for one in listed[(page - 1) * PAGE : page * PAGE]:
            if several and one.group != group:
                group = one.group
                st.markdown(f"**{plain(group)}**")
            run = one.run
            if _row(run, [*(f"#{plain(tag)}" for tag in one.tags), *_scores(run)], owned, one.tags):
                navigation.switch_to("run" if run.state is not State.DONE else "results", run=run.id)
    if len(listed) > 1:
        run_difference.panel([one.run for one in listed])
    with st.expander("As a table", icon=":material/table_rows:"):
        shown = [one.run for one in listed]
        frame = scores.comparison(shown, by_target=True)
        tables.table(frame, "runs", key="runs", config=scores.columns(shown))


def backbones(made: Sequence[Run[Any]], owned: Sequence[Run]) -> None:
    """Show runs that make a backbone as rows."""
    with st.container(gap="small"):
        for run in made:
            if _row(run, [plain(backbone_names.origin(run.job.config)), *_losses(run)], owned):
                state.set_value(text_source.OPEN, True)
                navigation.switch_to("backbone")


def datasets(owned: Sequence[Dataset]) -> None:
    """Show data sets as rows."""
    learned = {dataset.digest for dataset in state.datasets()}
    of_texts = {file.digest for file in state.text_files()} - learned
    for dataset in owned:
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"dataset-{dataset.id}"
        ):
            st.text(dataset.name, width="stretch")
            st.caption(f"{size(dataset.bytes)}, {ago(dataset.created)}", width="content")
            if st.button("Open", key=f"open-{dataset.id}", type="tertiary", icon=":material/arrow_forward:"):
                if dataset.digest in of_texts:
                    text_source.open_pretraining(dataset.digest)
                state.open_dataset(dataset.digest)
                navigation.switch_to("data")
            if st.button("Delete", key=f"delete-{dataset.id}", type="tertiary", icon=":material/delete:"):
                data_sources.confirm_delete(dataset.digest, dataset.name)


def unreadable(runs: Sequence[Unreadable], studies: Sequence[Unreadable]) -> None:
    """Show runs and studies that this version cannot read, with a delete button each."""
    st.caption(UNREADABLE)
    for kind, items in ((RUN, runs), (STUDY, studies)):
        for item in items:
            with st.container(
                horizontal=True, vertical_alignment="center", border=True, key=f"unreadable-{item.id}"
            ):
                st.text(item.name, width="stretch")
                st.caption(f"{kind} · {ago(item.created)}", width="content")
                with st.popover("Delete", icon=":material/delete:", type="tertiary"):
                    st.button(
                        "Yes, delete it", key=f"delete-{item.id}", on_click=_delete_unreadable,
                        args=(kind, item.id), width="stretch",
                    )  # fmt: skip


def _delete_unreadable(kind: str, id: str) -> None:
    if kind == RUN:
        run_actions.delete(id)
        return
    with errors.show_errors():
        Studies(state.store()).delete(state.owner(), id)


def _row(run: Run, facts: Sequence[str], owned: Sequence[Run], tags: Sequence[str] | None = None) -> bool:
    """Show a run with its actions; return whether to open it."""
    if run.state.live:
        facts = [*facts, jobs.progress_text(run)]
    weight = state.store().disk_of(run.job.id)
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"run-{run.id}"):
        jobs.badge(run)
        target = target_of(run)
        st.text(run.name if target is None else shared_name(run), width="stretch")
        if target is not None:
            st.badge(plain(target), icon=":material/ads_click:", color="gray")
        st.caption(
            " · ".join([*facts, *([size(weight)] if weight else []), ago(run.created)]), width="content"
        )
        opened = st.button("Open", key=f"open-{run.id}", type="tertiary", icon=":material/arrow_forward:")
        with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
            run_actions.menu(run, owned, tags=tags)
    return opened


def _scores(run: Run[ExperimentConfig]) -> list[str]:
    result = result_cache.cached_result(run, RunSummary) if not run.state.live else None
    if result is None:
        return []
    metric, score = result.test.metric, result.test.headline
    return [f"{metric.label} {metric.format(score.value)}", duration(result.seconds["total"])]


def _losses(run: Run[Any]) -> list[str]:
    result = result_cache.cached_result(run, run.job.spec.result) if run.state is State.DONE else None
    match result:
        case Pretraining():
            losses = result.loss_before, result.loss_after
        case WordVectorTraining():
            losses = result.losses[0], result.losses[-1]
        case VectorAlignment():
            return [f"cosine {result.cosine_before:.3f} → {result.cosine_after:.3f}"]
        case _:
            return []
    return [f"loss {losses[0]:.3f} → {losses[1]:.3f}", duration(result.seconds)]
