"""Studies as a list, and one of them at work: how far it is, and the buttons to stop, resume or delete it."""

import streamlit as st

from pages._ui.backbones import backbone_names, server_folders
from pages._ui.shell import engine_warning, errors, jobs, navigation, result_cache, state, stop
from pages._ui.shell.formatting import ago, epochs, plain, short
from translearn_core.config import BackboneInfoConfig, ExperimentConfig, StudyConfig, depth_study
from translearn_core.config.studies.labels import cell_titles
from translearn_core.engine import ensure_engine
from translearn_core.errors import NotFoundError
from translearn_core.results import BackboneInfo
from translearn_core.runs import Run, State, Studies, Study, StudyProgress
from translearn_core.settings import settings

SHOWN = 3
"""Running jobs that are told one by one."""


def book() -> Studies:
    """Return the studies of the store."""
    return Studies(state.store())


def progress(study: Study) -> StudyProgress:
    """Return how far a study is."""
    return book().progress(study.owner, study.jobs)


def linked() -> Study | None:
    """Return the study that the page's address names; ends the page where it is not this browser's own."""
    wanted = st.query_params.get("study")
    if wanted is None:
        return None
    try:
        return book().get(state.owner(), wanted)
    except NotFoundError as problem:
        errors.show_error(problem)
        navigation.link("study", "All your studies")
        stop.stop_page()


def start(name: str, config: StudyConfig, blocks: dict[str, int], baseline: str | None = None) -> None:
    """Start a study, or go on with it where there is one that asks the same, and turn to it."""
    server_folders.check(config)
    study = book().add(state.owner(), name, config, blocks, baseline)
    ensure_engine(settings())
    navigation.switch_to("study", study=study.id)


def depth(run: Run, config: ExperimentConfig) -> None:
    """Offer the study of how deep a run should train, one click away."""
    looked = jobs.found(BackboneInfoConfig(backbone=config.backbone))
    anatomy = result_cache.cached_result(looked, BackboneInfo) if looked else None
    if anatomy is None:
        return
    study = depth_study(config, anatomy.n_blocks)
    runs = len(study.boundaries) * len(study.seeds)
    st.subheader("How deep should it train?", anchor=False)
    passes = epochs(sum(stage.epochs for stage in config.resolved_stages))
    staged = f" Your run had stages; here each trains at once, {passes}." if config.stages else ""
    st.caption(
        f"The same settings from every block up, with {len(study.seeds)} seeds each: {runs} runs.{staged} "
        "The curve shows from where on training more gains nothing. What was trained before is not trained "
        "again."
    )
    if st.button("Freeze-depth curve", key="depth_study", icon=":material/stairs:"):
        start(short(f"How deep? {run.name}", 100), study, {config.backbone.label: anatomy.n_blocks})


def shelf() -> None:
    """Show the owner's studies as rows."""
    mine = book().all(state.owner())
    if mine:
        st.subheader("Your studies", anchor=False)
    for study in mine:
        now = progress(study)
        with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"study-{study.id}"):
            jobs.badge_of(now.state)
            st.text(study.name, width="stretch")
            st.caption(f"{now.summary()} · {ago(study.created)}", width="content")
            if st.button("Open", key=f"open-{study.id}", type="tertiary", icon=":material/arrow_forward:"):
                navigation.switch_to("study", study=study.id)


def watch(study: Study) -> None:
    """Show how far a study is, drawn again every second while it changes, rarely where it ended early."""
    now = progress(study)
    alive = now.state.live
    every = None if now.state is State.DONE else jobs.POLL["train" if alive else "still"]
    st.fragment(run_every=every)(_panel)(study.id, alive, len(now.done) > 1)


def _panel(study_id: str, was_live: bool, had_two: bool) -> None:
    with errors.show_errors():
        try:
            study = book().get(state.owner(), study_id)
        except NotFoundError:  # deleted in another tab: the page says so, and ends there
            st.rerun()
        now = progress(study)
        if was_live != now.state.live or (not had_two and len(now.done) > 1):
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            jobs.badge_of(now.state)
            st.progress(len(now.done) / max(1, now.total), text=now.summary())
        if now.state.live:
            ensure_engine(settings())
            _at_work(study, now)
        elif now.failed:
            _failures(study)
        with st.container(horizontal=True):
            _buttons(study, now)


def _at_work(study: Study, now: StudyProgress) -> None:
    names = _names(study)
    for job in now.running[:SHOWN]:
        st.caption(f"{plain(names[job])}: {jobs.progress_text(state.store().run(study.owner, job))}")
    if not now.running:
        engine_warning.engine_warning(state.store().run(study.owner, now.waiting[0]))


def _failures(study: Study) -> None:
    with st.expander("What failed, and why", icon=":material/error:", expanded=True):
        names = _names(study)
        for run in book().failed(study)[:20]:
            st.text(f"{names[run.job.id]}: {run.job.reason or 'it did not say why'}")


def _names(study: Study) -> dict[str, str]:
    """Return what the runs of a study are called on its own page, by job."""
    tell, called = backbone_names.name_lookup(), cell_titles(study.cells)
    return {run.job: tell(f"{called[run.cell]}, seed {run.seed}") for run in study.runs}


def _buttons(study: Study, now: StudyProgress) -> None:
    if now.state.live:
        st.button(
            "Stop",
            key="stop_study",
            icon=":material/stop:",
            on_click=_stop,
            args=(study.id,),
            help="What is done stays; the rest can follow at any time.",
        )
    if now.stopped or now.failed or now.gone:
        st.button(
            "Try the rest again" if now.state.live else "Go on",
            key="resume_study",
            icon=":material/play_arrow:",
            type="secondary" if now.state.live else "primary",
            on_click=_resume,
            args=(study.id,),
            help="Asks again for runs that were stopped, failed or were deleted.",
        )


def menu(study: Study) -> None:
    """Offer another name, and to delete the study."""
    state.init_widget(f"study_name-{study.id}", study.name)
    st.text_input("Name", key=f"study_name-{study.id}", max_chars=200, on_change=_rename, args=(study.id,))
    st.checkbox(
        "Delete its runs too",
        key=f"study_runs-{study.id}",
        help="Runs that another study needs, or that were there before this one, stay.",
    )
    sure = st.checkbox("Yes, delete it", key=f"study_sure-{study.id}")
    if st.button(
        "Delete", key=f"study_delete-{study.id}", icon=":material/delete:", disabled=not sure, width="stretch"
    ):
        book().delete(state.owner(), study.id, runs=bool(state.get_value(f"study_runs-{study.id}")))
        navigation.switch_to("study")


def _stop(study: str) -> None:
    with errors.show_errors():
        book().stop(state.owner(), study)


def _resume(study: str) -> None:
    with errors.show_errors():
        book().resume(state.owner(), study)
        ensure_engine(settings())


def _rename(study: str) -> None:
    with errors.show_errors():
        if name := str(state.get_value(f"study_name-{study}")).strip():
            book().rename(state.owner(), study, name)
