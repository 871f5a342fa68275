"""Present button of a run or study: its report, opened as slides."""

from collections.abc import Sequence

from pages._ui.results import report
from pages._ui.server import downloads
from pages._ui.shell import jobs, language, st, state
from translearn_core.config import ExperimentConfig, JobConfig, job_id
from translearn_core.jobs import ReportConfig
from translearn_core.runs import Run, State, Study
from translearn_core.runs.report_jobs import run_diagnostics, study_diagnostics

HELP = "Full screen, one figure or sentence a slide: arrow keys, Home, End, Escape; needs no network."


def button(run: Run[ExperimentConfig]) -> None:
    """Offer the slides of a run, with the diagnostics computed so far."""
    parts = [part for part in run_diagnostics(state.store(), run) if _finished(part) is not None]
    _button(report.run_report(run, parts), parts)


def study_button(study: Study, done: Sequence[str]) -> None:
    """Offer the slides of a study with the finished runs `done`; draw nothing before there are two."""
    parts = study_diagnostics(study, done)
    if len(done) > 1:
        _button(report.study_report(study, parts), parts)


def _button(report_config: ReportConfig, parts: Sequence[JobConfig]) -> None:
    latest = report.latest_report(report_config.job, parts)
    if latest is not None and latest.state.live:
        report.watch_report(latest)
        return
    key = f"present-{report_config.job or job_id(parts[0])}"
    if latest is None or not _is_of_now(latest, report_config):
        if st.button("Present", key="present", icon=":material/slideshow:", help=HELP):
            _make(report_config, parts, latest, key)
        return
    just_made = bool(state.get_value(key))
    st.link_button(
        "Open the slides" if just_made else "Present",
        downloads.slides_link(latest.id),
        icon=":material/slideshow:",
        type="primary" if just_made else "secondary",
        help=HELP,
        key="open_slides",
    )
    if not _has_all(latest, parts):
        st.caption("Some results are newer than the slides.", width="content")
        if st.button("Make new slides", key="present", icon=":material/refresh:", type="tertiary"):
            _make(report_config, parts, latest, key)


def _make(report_config: ReportConfig, parts: Sequence[JobConfig], latest: Run | None, key: str) -> None:
    """Ask for a report with the question of the latest one, and remember that this session did."""
    state.set_value(key, True)
    question = "" if latest is None else latest.job.config.question
    report.make_report(report_config.model_copy(update={"question": question}), parts)
    st.rerun()


def _finished(part: JobConfig) -> Run | None:
    run = jobs.find_run(part)
    return run if run is not None and run.state is State.DONE else None


def _is_of_now(latest: Run, report_config: ReportConfig) -> bool:
    """Whether the latest report is finished, and has this name and the language of the page."""
    config = latest.job.config
    now = (report_config.name, language.current())
    return latest.state is State.DONE and (config.name, config.language) == now


def _has_all(latest: Run, parts: Sequence[JobConfig]) -> bool:
    """Whether the latest report has every finished part as it is now."""
    made = latest.job.finished or latest.created
    finished = [run for part in parts if (run := _finished(part)) is not None]
    return all(
        run.job.id in latest.job.config.parts and (run.job.finished or made) <= made for run in finished
    )
