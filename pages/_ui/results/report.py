"""Report panel of a run, a study or a diagnostic: question, diagnostics included, progress, file."""

from collections.abc import Sequence

from pages._ui.forms.cli_command import files
from pages._ui.results.export import file_name
from pages._ui.runs import run_actions
from pages._ui.shell import engine_warning, errors, jobs, language, result_cache, st, state
from pages._ui.shell.formatting import ago, plain, short, size
from translearn_core.config import ExperimentConfig, JobConfig, job_id, referenced_jobs
from translearn_core.errors import NotFoundError
from translearn_core.jobs import (
    REPORT,
    BackboneInfoConfig,
    ReportConfig,
    spec_of,
)
from translearn_core.results import ReportFile
from translearn_core.runs import Notes, Run, State, Study
from translearn_core.runs.report_jobs import run_diagnostics, study_diagnostics
from translearn_core.runs.reproduce import cli_command
from translearn_core.storage import verify_file

WHAT = (
    "One page with the question, the data, how it was trained, every figure with what it means, what weakens "
    "it, and how to do it again. It opens in any browser without a network, so it can be sent or printed."
)
WHAT_DIAGNOSTIC = (
    "One page with the question, every figure with what it means, its numbers, and how to do it again. It "
    "opens in any browser without a network, so it can be sent or printed."
)
PART = "report"
"""Name of the report's part of the Evidence page in its address."""
FIRST = "Missing parts are computed first, which takes some seconds to a few minutes."
MOST_COMMAND = 20_000
"""Most characters of a command."""
STOP = "Stops the report and the part it waits for; finished parts are kept."
MARKS = {State.DONE: ":material/check:", State.FAILED: ":material/error:", State.STOPPED: ":material/add:"}
"""Icons of parts that have ended."""


def panel(run: Run[ExperimentConfig]) -> None:
    """Offer a report of a run."""
    parts = run_diagnostics(state.store(), run)
    _panel(run_report(run, parts), parts)


def run_report(run: Run[ExperimentConfig], parts: Sequence[JobConfig]) -> ReportConfig:
    """Return the report of a run with the diagnostics `parts`, without a question."""
    return ReportConfig(
        job=run.job.id,
        parts=tuple(map(job_id, parts)),
        name=run.name,
        command=_command(run, run.job.config),
        notes=Notes(state.store()).all(run.owner, run.id),
    )


def study_panel(study: Study, done: Sequence[str]) -> None:
    """Offer a report of a study with the finished runs `done`; draw nothing before there are two."""
    parts = study_diagnostics(study, done)
    if len(done) < 2:
        return
    _panel(study_report(study, parts), parts)


def study_report(study: Study, parts: Sequence[JobConfig]) -> ReportConfig:
    """Return the report of a study with the diagnostics `parts`, without a question."""
    table, _ = files(study.owner, study.config.data.dataset)
    return ReportConfig(
        parts=tuple(map(job_id, parts)),
        name=study.name,
        study=study.config,
        blocks=study.blocks,
        data=table[:200],
        notes=Notes(state.store()).all(study.owner, study.id),
    )


def diagnostic_panel(name: str, *parts: JobConfig, command: str = "") -> None:
    """Offer a report of diagnostics of a table, called `name`; the first stands for it.

    `command` computes that one again from a terminal.
    """
    report_config = ReportConfig(
        parts=tuple(map(job_id, parts)), name=short(name, 200), command=command[:MOST_COMMAND]
    )
    _panel(report_config, parts, WHAT_DIAGNOSTIC)


def _panel(report_config: ReportConfig, parts: Sequence[JobConfig], what: str = WHAT) -> None:
    """Draw the panel; `report_config` has no question yet, `parts` are the diagnostics included."""
    st.subheader("Report", anchor=False)
    st.markdown(what)
    key = report_config.job or job_id(parts[0])
    question = st.text_input(
        "What did you want to know?",
        key=f"report_question-{key}",
        max_chars=500,
        placeholder="Can a small model tell complaints from praise?",
        help="stands at the top of the report, in your words",
        persist_state="session",
    )
    st.markdown("  \n".join(map(_line, parts)))
    latest = latest_report(report_config.job, parts)
    if latest is not None and latest.state.live:
        watch_report(latest)
        return
    if not all(map(_is_done, parts)):
        st.caption(FIRST)
    if st.button("Make the report", key="make_report", icon=":material/description:"):
        make_report(report_config.model_copy(update={"question": question}), parts)
        st.rerun()
    if latest is not None:
        _show(latest)


def _is_done(part: JobConfig) -> bool:
    job = jobs.find_run(part)
    return job is not None and job.state is State.DONE


def _line(part: JobConfig) -> str:
    job = jobs.find_run(part)
    mark = ":material/add:" if job is None else MARKS.get(job.state, ":material/hourglass:")
    return f"{mark} {spec_of(part).heading}"


def make_report(report_config: ReportConfig, parts: Sequence[JobConfig]) -> None:
    """Submit missing parts, then the report: jobs of one owner run in order of submission.

    It is written in the language of the page.
    """
    report_config = report_config.model_copy(update={"language": language.current()})
    for part in parts:
        job = jobs.find_run(part)
        if job is None or job.state is not State.DONE:
            jobs.submit(part)
    before = jobs.find_run(report_config)
    if before is not None and not before.state.live:  # it may lack parts computed since
        state.store().delete_run(state.owner(), before.id)
    jobs.submit(report_config, f"report of {report_config.name}"[:200])


def latest_report(job: str | None, parts: Sequence[JobConfig]) -> Run | None:
    """Return the latest report of a run, or of this comparison."""
    about = None if job is not None else job_id(parts[0])
    for run in state.store().runs(state.owner(), REPORT):
        config = run.job.config
        if config.job == job and (about is None or about in config.parts):
            return run
    return None


def watch_report(run: Run) -> None:
    """Show the progress of a report that is being made."""
    st.fragment(run_every=jobs.POLL["ask"])(_progress)(run.id)


def _progress(report: str) -> None:
    """Show the part in progress until the report has ended; then redraw the page."""
    with errors.show_errors():
        run = jobs.live(report)
        part_jobs = [
            job for part in referenced_jobs(run.job.config) if (job := _known(part)) and job.id != run.id
        ]
        waits = [job for job in part_jobs if job.state.live]
        current = waits[0] if waits else run
        done = (len(part_jobs) - len(waits) + jobs.share(current)) / (len(part_jobs) + 1)
        st.progress(
            min(1.0, done),
            text=f"{plain(current.job.spec.title)} … {jobs.progress_text(current)}",
        )
        engine_warning.engine_warning(current)
        run_actions.stop_button(run, "stop_report", *(job.id for job in waits), help=STOP)


def _known(job: str) -> Run | None:
    try:
        return state.store().run(state.owner(), job)
    except NotFoundError:  # deleted since
        return None


def _show(run: Run) -> None:
    report_file = result_cache.cached_result(run, ReportFile) if run.state is State.DONE else None
    if run.state is State.STOPPED:
        st.caption("The report was stopped.")
        return
    if report_file is None:
        errors.show_error(run.job.reason or "The report was not finished.")
        return
    path = state.store().workspace.run(run.job.id) / report_file.file

    def content() -> bytes:
        verify_file(path, "make the report again")
        return path.read_bytes()

    st.download_button(
        f"Download the report ({size(report_file.bytes)})",
        content,
        file_name(str(getattr(run.job.config, "name", ""))).replace(".zip", ".html"),
        "text/html",
        key="report_file",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )
    st.caption(f"Made {ago(run.job.finished or run.created)}.")
    st.markdown(f"It holds: {plain(', '.join(report_file.sections))}")
    if report_file.missing:
        st.markdown("Not in it:\n" + "\n".join(f"- {plain(name)}" for name in report_file.missing))


def _command(run: Run[ExperimentConfig], config: ExperimentConfig) -> str:
    """Return the command line that reproduces the run."""
    backbone_info = jobs.known(BackboneInfoConfig(backbone=config.backbone))
    options = state.store().workspace.read_options(config.data.dataset)
    return cli_command(config, *files(run.owner, config.data.dataset), backbone_info, options)[:MOST_COMMAND]
