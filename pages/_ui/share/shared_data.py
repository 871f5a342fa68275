"""What a share link shows, read from the store as its owner's; nothing is computed."""

from dataclasses import replace
from functools import partial

from pages._ui.shell import result_cache, state
from translearn_core.config import ExperimentConfig, JobConfig, expand_grid, job_id, referenced_jobs
from translearn_core.errors import NotFoundError
from translearn_core.jobs import COMPARE, spec_of
from translearn_core.reporting.report_data import Part, ReportData
from translearn_core.reporting.stored_results import run_data, with_design
from translearn_core.runs import Run, State, Studies, Study
from translearn_core.runs.report_jobs import run_diagnostics, study_diagnosis


def run_report(run: Run[ExperimentConfig]) -> ReportData:
    """Return the results of a run and of its finished diagnostics."""
    read = partial(result_cache.cached_result, run)
    data = run_data(state.store(), run.name, run.job.id, run.job.config, read)
    parts = map(partial(_part, run.owner), run_diagnostics(state.store(), run))
    return replace(data, parts=tuple(part for part in parts if part is not None))


def study_report(study: Study) -> ReportData:
    """Return the design of a study, its newest finished comparison and the diagnosis of its data."""
    comparison = _comparison(study)
    parts = (
        None if comparison is None else _part(study.owner, comparison),
        _part(study.owner, study_diagnosis(study.config)),
    )
    data = ReportData(study.name, parts=tuple(part for part in parts if part is not None))
    return with_design(data, study.config, study.blocks)


def configurations(study: Study) -> dict[str, ExperimentConfig]:
    """Return an experiment of each configuration of a study, that with its first seed, by its name."""
    first: dict[str, ExperimentConfig] = {}
    for run in expand_grid(study.config, study.blocks):
        first.setdefault(run.name, run.config)
    return first


def finished(owner: str, config: JobConfig) -> Run | None:
    """Return the owner's finished run of `config`; None if there is none."""
    try:
        run = state.store().run(owner, job_id(config))
    except NotFoundError:
        return None
    return run if run.state is State.DONE else None


def _comparison(study: Study) -> JobConfig | None:
    """Return the finished comparison of most of a study's runs; of equals, that with its baseline."""
    runs = [run for run in state.store().runs(study.owner, COMPARE) if run.state is State.DONE]
    own = [run.job.config for run in runs if set(referenced_jobs(run.job.config)) <= set(study.jobs)]

    def order(config: JobConfig) -> tuple[int, bool]:
        return len(referenced_jobs(config)), getattr(config, "baseline", None) == study.baseline

    return max(own, key=order, default=None)


def study_of(owner: str, study: str) -> Study:
    """Return a study of the link's owner."""
    return Studies(state.store()).get(owner, study)


def _part(owner: str, config: JobConfig) -> Part | None:
    """Return the result of a finished diagnostic as a part of a report."""
    run, spec = finished(owner, config), spec_of(config)
    if run is None or not spec.section:
        return None
    result = result_cache.cached_result(run, spec.result)
    return None if result is None else Part(spec, result)
