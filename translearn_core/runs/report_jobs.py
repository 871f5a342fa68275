"""Jobs of a report: finished ones where available, else with default settings."""

from collections.abc import Collection, Iterator

from translearn_core.config import ExperimentConfig, FeatureConfig, JobConfig, StudyConfig, job_id
from translearn_core.jobs import (
    BASELINES,
    ERROR_ANALYSIS,
    FORGETTING,
    LABEL_EFFICIENCY,
    LABEL_ERRORS,
    LABEL_REVIEW,
    NEXT_STEPS,
    NUMBER_ERRORS,
    PROBE,
    PROJECTION,
    SIMILARITY,
    SPECS,
    TRANSFERABILITY,
    BaselinesConfig,
    DiagnoseConfig,
    NextStepsConfig,
    PairedComparisonConfig,
    ReportRole,
    RunJobConfig,
    spec_of,
)
from translearn_core.results import Drift
from translearn_core.runs import artifacts
from translearn_core.runs.records import Run, State
from translearn_core.runs.store import RunStore
from translearn_core.runs.studies.records import Study

ORDER = (
    BASELINES,
    LABEL_EFFICIENCY,
    PROBE,
    SIMILARITY,
    FORGETTING,
    ERROR_ANALYSIS,
    NUMBER_ERRORS,
    LABEL_ERRORS,
    PROJECTION,
    TRANSFERABILITY,
)
"""Diagnostics that a report begins with; others follow."""


def run_diagnostics(store: RunStore, run: Run[ExperimentConfig]) -> tuple[JobConfig, ...]:
    """Return the diagnosis of the data and the diagnostics of a run, in the order of its report.

    Of several finished jobs of one kind the most complete is chosen, such as baselines with a run from
    scratch. Finished label-efficiency curves and transferability scores on the same data are added.
    """
    config = run.job.config
    diagnosis = DiagnoseConfig(
        data=config.data, backbone=config.backbone, token_limit=config.features.token_limit
    )
    parts = (
        next_steps_config(store, run) if part.kind == NEXT_STEPS.kind else _finished(store, run, part) or part
        for part in default_diagnostics(store, run)
    )
    return (diagnosis, *_sharing(store, run), *sorted([*parts, *_same_data(store, run)], key=_place))


def _sharing(store: RunStore, run: Run[ExperimentConfig]) -> Iterator[PairedComparisonConfig]:
    """Yield the comparison of one of several targets with its training alone, if that is finished."""
    config = run.job.config
    if config.joint_run is None:
        return
    alone = job_id(config.model_copy(update={"joint_run": None}))
    if any(one.job.id == alone and one.state is State.DONE for one in store.runs(run.owner)):
        yield PairedComparisonConfig(job=alone, other=run.job.id)


def next_steps_config(store: RunStore, run: Run[ExperimentConfig]) -> NextStepsConfig:
    """Return the job that proposes next steps from a run and its finished diagnostics."""
    parts: dict[str, str] = {}
    baselines = _finished(store, run, BaselinesConfig(job=run.job.id))
    curves = [part for part in _same_data(store, run) if part.kind == LABEL_EFFICIENCY.kind]
    reviews = [
        other.job.config
        for other in store.runs(run.owner, LABEL_REVIEW)
        if other.state is State.DONE and other.job.config.data == run.job.config.data
    ]
    for name, config in (
        ("baselines", baselines),
        ("label_efficiency", curves[0] if curves else None),
        ("label_review", reviews[0] if reviews else None),
    ):
        if config is not None:
            parts[name] = job_id(config)
    return NextStepsConfig(job=run.job.id, **parts)


def study_diagnostics(study: Study, done: Collection[str]) -> tuple[JobConfig, ...]:
    """Return comparison and diagnosis of a study with finished runs `done`; nothing without any."""
    comparison = study.comparison(done)
    return () if comparison is None else (comparison, study_diagnosis(study.config))


def study_diagnosis(study: StudyConfig) -> DiagnoseConfig:
    """Return the diagnosis of a study's data with its first backbone."""
    limit = study.settings.get("features.token_limit", FeatureConfig().token_limit)
    return DiagnoseConfig.model_validate(
        {"data": study.data, "backbone": study.backbones[0], "token_limit": limit}
    )


def default_diagnostics(store: RunStore, run: Run[ExperimentConfig]) -> list[RunJobConfig]:
    """Return the diagnostics that belong in the report of a run, with their default settings."""
    drift = artifacts.load(store.workspace.run(run.job.id), Drift)
    n_blocks = drift.n_blocks if drift is not None else 0
    runs = (spec for spec in SPECS.values() if spec.report is ReportRole.RUN)
    expected = (spec for spec in runs if not spec.unsupported(run.job.config))
    parts = [spec.config.for_run(run.job.id, n_blocks) for spec in expected]
    return sorted((part for part in parts if n_blocks or part.kind != PROJECTION.kind), key=_place)


def _place(part: JobConfig) -> int:
    kinds = [spec.kind for spec in ORDER]
    return kinds.index(part.kind) if part.kind in kinds else len(kinds)


def _finished(store: RunStore, run: Run, part: RunJobConfig) -> RunJobConfig | None:
    """Return the most complete finished configuration of the same kind and subject; of equals, the newest."""
    done = [
        other.job.config
        for other in store.runs(run.owner, spec_of(part))
        if other.state is State.DONE and other.job.config.subject() == part.subject()
    ]
    return max(done, key=lambda config: config.completeness(), default=None)


def _same_data(store: RunStore, run: Run[ExperimentConfig]) -> Iterator[JobConfig]:
    """Yield finished jobs about the same data that belong to no run."""
    for spec in (LABEL_EFFICIENCY, TRANSFERABILITY):
        for other in store.runs(run.owner, spec):
            if other.state is State.DONE and other.job.config.data == run.job.config.data:
                yield other.job.config
                break
