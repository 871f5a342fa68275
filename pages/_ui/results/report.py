"""The report of a run or a study: the question, which evidence goes in, how far it is, and the file."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.forms.cli_command import files
from pages._ui.results.export import file_name
from pages._ui.shell import engine_warning, errors, jobs, result_cache, state
from pages._ui.shell.formatting import ago, plain, size
from translearn_core.config import (
    JOB_KIND,
    BackboneInfoConfig,
    BaseConfig,
    ExperimentConfig,
    JobKind,
    ReportConfig,
    job_id,
    referenced_jobs,
)
from translearn_core.engine import ensure_engine
from translearn_core.errors import NotFoundError
from translearn_core.results import BackboneInfo, ReportFile
from translearn_core.runs import Run, State, Study
from translearn_core.runs.report_jobs import run_diagnostics, study_diagnostics
from translearn_core.runs.reproduce import cli_command
from translearn_core.settings import settings
from translearn_core.storage import verify_file

WHAT = (
    "One page with the question, the data, how it was trained, every figure with what it means, what weakens "
    "it, and how to do it again. It opens in any browser without a network, so it can be sent or printed."
)
FIRST = "What is not there yet is found out first, which takes some seconds to a few minutes."
CALLED: dict[JobKind, str] = {
    JobKind.DIAGNOSE: "what is in the data",
    JobKind.BASELINES: "did transfer help?",
    JobKind.ERROR_ANALYSIS: "can its confidence be believed?",
    JobKind.PROJECTION: "picture of the texts",
    JobKind.PROBE: "what each layer knows",
    JobKind.SIMILARITY: "what moved inside",
    JobKind.FORGETTING: "what was lost",
    JobKind.LABEL_EFFICIENCY: "what each label is worth",
    JobKind.TRANSFERABILITY: "ratings before training",
    JobKind.COMPARE: "how the ways compare",
    JobKind.REPORT: "writing the report",
}
"""What each part is called."""
MARKS = {State.DONE: ":material/check:", State.FAILED: ":material/error:"}
"""How parts are marked that have ended; all others are still to come."""


def panel(run: Run) -> None:
    """Offer a report of a run."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    parts = run_diagnostics(state.store(), run)
    answers = tuple(map(job_id, parts))
    _panel(ReportConfig(job=run.job.id, parts=answers, name=run.name, command=_command(run, config)), parts)


def study_panel(study: Study, done: Sequence[str]) -> None:
    """Offer a report of a study whose finished runs are `done`; draws nothing before two are."""
    parts = study_diagnostics(study, done)
    if len(done) < 2:
        return
    table, _ = files(study.owner, study.config.data.dataset)
    asked = ReportConfig(
        parts=tuple(map(job_id, parts)),
        name=study.name,
        study=study.config,
        blocks=study.blocks,
        data=table[:200],
    )
    _panel(asked, parts)


def _panel(asked: ReportConfig, parts: Sequence[BaseConfig]) -> None:
    """Draw the panel; `asked` is the report but for the question at its top, `parts` what goes in."""
    st.subheader("The report", anchor=False)
    st.markdown(WHAT)
    place = asked.job or job_id(parts[0])
    question = st.text_input(
        "What did you want to know?",
        key=f"report_question-{place}",
        max_chars=500,
        placeholder="Can a small model tell complaints from praise?",
        help="stands at the top of the report, in your words",
        persist_state="session",
    )
    st.markdown("\n".join(f"- {_line(part)}" for part in parts))
    latest = _latest(asked.job, parts)
    if latest is not None and latest.state.live:
        st.fragment(run_every=jobs.POLL["ask"])(_progress)(latest.id)
        return
    st.caption(FIRST)
    if st.button("Make the report", key="make_report", icon=":material/description:"):
        _make(asked.model_copy(update={"question": question}), parts)
        st.rerun()
    if latest is not None:
        _show(latest)


def _line(part: BaseConfig) -> str:
    asked = jobs.found(part)
    mark = MARKS.get(asked.state, ":material/hourglass:") if asked is not None else ":material/add:"
    return f"{mark} {CALLED[JOB_KIND[type(part)]]}"


def _make(asked: ReportConfig, parts: Sequence[BaseConfig]) -> None:
    """Ask for what is not there, and then for the report: one owner's jobs are done in the order asked."""
    for part in parts:
        there = jobs.found(part)
        if there is None or there.state is not State.DONE:
            jobs.submit(part)
    before = jobs.found(asked)
    if before is not None and not before.state.live:  # what is there now may be more than it holds
        state.store().delete_run(state.owner(), before.id)
    jobs.submit(asked, f"report of {asked.name}"[:200])


def _latest(job: str | None, parts: Sequence[BaseConfig]) -> Run | None:
    """Return the report of a run, or of this comparison, that was asked for last."""
    about = None if job is not None else job_id(parts[0])
    for run in state.store().runs(state.owner(), JobKind.REPORT):
        config = run.job.config
        assert isinstance(config, ReportConfig)
        if config.job == job and (about is None or about in config.parts):
            return run
    return None


def _progress(report: str) -> None:
    """Show which part is being worked on until the report has ended; then the page is drawn anew."""
    with errors.show_errors():
        run = state.store().run(state.owner(), report)
        if not run.state.live:
            st.rerun()
        ensure_engine(settings())
        asked = [
            found
            for part in referenced_jobs(run.job.config)
            if (found := _known(part)) and found.id != run.id
        ]
        waits = [found for found in asked if found.state.live]
        now = waits[0] if waits else run
        done = (len(asked) - len(waits) + jobs.share(now)) / (len(asked) + 1)
        st.progress(
            min(1.0, done), text=f"{plain(CALLED.get(now.job.kind, now.name))} … {jobs.progress_text(now)}"
        )
        engine_warning.engine_warning(now)


def _known(job: str) -> Run | None:
    try:
        return state.store().run(state.owner(), job)
    except NotFoundError:  # deleted since
        return None


def _show(run: Run) -> None:
    found = result_cache.cached_result(run, ReportFile) if run.state is State.DONE else None
    if found is None:
        errors.show_error(run.job.reason or "The report was not finished.")
        return
    path = state.store().workspace.run(run.job.id) / found.file

    def content() -> bytes:
        verify_file(path, "make the report again")
        return path.read_bytes()

    st.download_button(
        f"Download the report ({size(found.bytes)})",
        content,
        file_name(str(getattr(run.job.config, "name", ""))).replace(".zip", ".html"),
        "text/html",
        key="report_file",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )
    st.caption(f"Made {ago(run.job.finished or run.created)}.")
    st.markdown(f"It holds: {plain(', '.join(found.sections))}")
    if found.missing:
        st.markdown("Not in it:\n" + "\n".join(f"- {plain(name)}" for name in found.missing))


def _command(run: Run, config: ExperimentConfig) -> str:
    """Return the command line that trains the same again."""
    looked = jobs.found(BackboneInfoConfig(backbone=config.backbone))
    anatomy = result_cache.cached_result(looked, BackboneInfo) if looked else None
    options = state.store().workspace.read_options(config.data.dataset)
    return cli_command(config, *files(run.owner, config.data.dataset), anatomy, options)[:20_000]
