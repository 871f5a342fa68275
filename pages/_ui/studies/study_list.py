"""List of studies, and the progress of one with buttons to stop, resume or delete it."""

from pages._ui.backbones import backbone_names, server_folders
from pages._ui.shell import engine_warning, errors, jobs, navigation, result_cache, st, state
from pages._ui.shell.formatting import ago, epochs, plain, short
from pages._ui.studies.repetitions import first_repetitions
from translearn_core.config import ExperimentConfig, StudyConfig, depth_study
from translearn_core.config.settings import settings
from translearn_core.config.studies.arm_labels import arm_titles
from translearn_core.engine import ensure_engine
from translearn_core.errors import NotFoundError
from translearn_core.jobs import BackboneInfoConfig
from translearn_core.results import RunSummary
from translearn_core.results.format import approximate_duration
from translearn_core.runs import Run, State, Studies, Study, StudyProgress
from translearn_core.runs.studies.expected_time import expected_seconds

MAX_RUNNING_LISTED = 3
"""Running jobs that are listed."""


def study_store() -> Studies:
    """Return the studies of the store."""
    return Studies(state.store())


def progress(study: Study) -> StudyProgress:
    """Return the progress of a study."""
    return study_store().progress(study.owner, study.jobs)


def linked() -> Study | None:
    """Return the study in the page's address; end the page if it is not the owner's."""
    requested = st.query_params.get("study")
    if requested is None:
        return None
    try:
        return study_store().get(state.owner(), requested)
    except NotFoundError as problem:
        errors.show_error(problem)
        navigation.link("study", "All your studies")
        navigation.stop_page()


def start(name: str, config: StudyConfig, blocks: dict[str, int], baseline: str | None = None) -> None:
    """Start a study, or resume one with the same config, and go to it."""
    server_folders.check(config)
    study = study_store().add(state.owner(), name, config, blocks, baseline)
    ensure_engine(settings())
    navigation.switch_to("study", study=study.id)


def depth(run: Run, config: ExperimentConfig) -> None:
    """Offer the freeze-depth study of a run that can be trained deeper with the same settings."""
    if config.fitted_at_once:
        return
    backbone_info = jobs.known(BackboneInfoConfig(backbone=config.backbone))
    if backbone_info is None:
        return
    st.subheader("How deep should it train? Freeze-depth curve", anchor=False)
    study = depth_study(config, backbone_info.n_blocks, **_depth_repetitions(run, config))
    runs = len(study.boundaries) * len(study.seeds) * (study.k_folds or 1)
    passes = epochs(sum(stage.epochs for stage in config.resolved_stages))
    staged = f" Your run had stages; here each trains at once, {passes}." if config.stages else ""
    st.caption(
        f"The same settings from every block up, with {len(study.seeds)} seeds each: {runs} runs.{staged} "
        "The curve shows from which depth on more training gains nothing. Finished runs are not trained "
        "again."
    )
    if st.button("Freeze-depth curve", key="depth_study", icon=":material/stairs:"):
        start(short(f"How deep? {run.name}", 100), study, {config.backbone.label: backbone_info.n_blocks})


def _depth_repetitions(run: Run, config: ExperimentConfig) -> dict[str, int]:
    """Return the repetitions of a depth study; of few rows it asks whether all are to be tested on."""
    summary = result_cache.cached_result(run, RunSummary)
    preset = first_repetitions(config.data, summary.test.n if summary is not None else 0)
    if "k_folds" not in preset:
        return preset
    folds, seeds = preset["k_folds"], preset["seeds"]
    all_rows = st.checkbox(
        f"Test on every row: {folds} folds, drawn {seeds} times",
        True,
        key="depth_folds",
        help="The test rows of one split are few, and most differences could be chance. So each row is a "
        "test row of some runs. Without it three seeds share one test split, which is quicker.",
    )
    return preset if all_rows else {"seeds": 3}


def show_studies(*, depth: bool = False) -> None:
    """Show the owner's studies as rows; `depth`: those of several depths only."""
    studies = [one for one in study_store().all(state.owner()) if not depth or len(one.config.boundaries) > 1]
    if studies:
        st.subheader("Your studies", anchor=False)
    for study in studies:
        current = progress(study)
        with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"study-{study.id}"):
            jobs.badge_of(current.state)
            st.text(study.name, width="stretch")
            st.caption(f"{current.summary()} · {ago(study.created)}", width="content")
            if st.button("Open", key=f"open-{study.id}", type="tertiary", icon=":material/arrow_forward:"):
                navigation.switch_to("study", study=study.id)


def watch(study: Study, seconds: float | None = None) -> None:
    """Show the progress of a study; poll every second while it is live, every 5 if it ended early.

    `seconds` are what all its runs took elsewhere, shown until those that are done here say more.
    """
    current = progress(study)
    alive = current.state.live
    every = None if current.state is State.DONE else jobs.POLL["train" if alive else "still"]
    st.fragment(run_every=every)(_panel)(study.id, alive, len(current.done) > 1, seconds)


def _panel(study_id: str, was_live: bool, had_two: bool, seconds: float | None) -> None:
    with errors.show_errors():
        try:
            study = study_store().get(state.owner(), study_id)
        except NotFoundError:  # deleted in another tab: the page shows the error
            st.rerun()
        current = progress(study)
        if was_live != current.state.live or (not had_two and len(current.done) > 1):
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            jobs.badge_of(current.state)
            st.progress(
                len(current.done) / max(1, current.total), text=_progress_text(study, current, seconds)
            )
        if current.state.live:
            ensure_engine(settings())
            _at_work(study, current)
        elif current.failed:
            _failures(study)
        with st.container(horizontal=True):
            _buttons(study, current)


def _progress_text(study: Study, current: StudyProgress, seconds: float | None) -> str:
    """Return how far a study is, and while it is live how long all of it takes."""
    expected = (expected_seconds(state.store(), study) or seconds) if current.state.live else None
    if expected is None:
        return current.summary()
    return f"{current.summary()}; about {approximate_duration(expected)} in all"


def _at_work(study: Study, current: StudyProgress) -> None:
    names = _names(study)
    for job in current.running[:MAX_RUNNING_LISTED]:
        st.caption(f"{plain(names[job])}: {jobs.progress_text(state.store().run(study.owner, job))}")
    if not current.running:
        first = current.waiting[0]
        st.caption(f"{plain(names[first])}: {jobs.progress_text(state.store().run(study.owner, first))}")
        engine_warning.engine_warning(state.store().run(study.owner, current.waiting[0]))


def _failures(study: Study) -> None:
    with st.expander("What failed, and why", icon=":material/error:", expanded=True):
        names = _names(study)
        for run in study_store().failed(study)[:20]:
            st.text(f"{names[run.job.id]}: {run.job.reason or 'it did not say why'}")


def _names(study: Study) -> dict[str, str]:
    """Return display names of the runs of a study by job."""
    tell, called = backbone_names.name_lookup(), arm_titles(study.arms)
    return {run.job: tell(f"{called[run.arm]}, seed {run.seed}") for run in study.runs}


def _buttons(study: Study, current: StudyProgress) -> None:
    if current.state.live:
        st.button(
            "Stop",
            key="stop_study",
            icon=":material/stop:",
            on_click=_stop,
            args=(study.id,),
            help="What is done stays; the rest can follow at any time.",
        )
    if current.stopped or current.failed or current.gone:
        st.button(
            "Try the rest again" if current.state.live else "Go on",
            key="resume_study",
            icon=":material/play_arrow:",
            type="secondary" if current.state.live else "primary",
            on_click=_resume,
            args=(study.id,),
            help="Asks again for runs that were stopped, failed or were deleted.",
        )


def menu(study: Study) -> None:
    """Draw the menu to rename or delete the study."""
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
        study_store().delete(state.owner(), study.id, runs=bool(state.get_value(f"study_runs-{study.id}")))
        navigation.switch_to("study")


def _stop(study: str) -> None:
    with errors.show_errors():
        study_store().stop(state.owner(), study)


def _resume(study: str) -> None:
    with errors.show_errors():
        study_store().resume(state.owner(), study)
        ensure_engine(settings())


def _rename(study: str) -> None:
    with errors.show_errors():
        if name := str(state.get_value(f"study_name-{study}")).strip():
            study_store().rename(state.owner(), study, name)
