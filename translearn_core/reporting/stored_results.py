"""Report data of a run or a study, from the results in the store."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from translearn_core.config import ExperimentConfig, StudyConfig, expand_grid, unsuitable_arms
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Drift, Evaluation, History, RunSummary, SelfTraining, Timeline
from translearn_core.results.training.training_timeline import actual_timeline
from translearn_core.runs import RunStore

T = TypeVar("T")


class ReadResult(Protocol):
    """Reader of the results of one job; None if it has none of the kind."""

    def __call__(self, kind: type[T], /) -> T | None:
        """Return the job's result of a type."""


def run_data(store: RunStore, name: str, job: str, config: ExperimentConfig, read: ReadResult) -> ReportData:
    """Return the report data of a training, without its diagnostics."""
    history, drift = store.history(job), read(Drift)
    return ReportData(
        name=name,
        config=config,
        evaluation=read(Evaluation),
        summary=read(RunSummary),
        drift=drift,
        history=history,
        timeline=_timeline(store, config, history, drift),
        self_training=read(SelfTraining),
    )


def with_design(data: ReportData, study: StudyConfig, blocks: Mapping[str, int]) -> ReportData:
    """Add a study with its planned runs; `blocks` by backbone label."""
    planned, unsuitable = expand_grid(study, blocks), unsuitable_arms(study, blocks)
    return replace(data, study=study, planned=planned, unsuitable=unsuitable)


def _timeline(
    store: RunStore, experiment: ExperimentConfig, history: History, drift: Drift | None
) -> Timeline | None:
    """Return the learning rates of each part over time; None for a run without a complete epoch."""
    before = store.history(experiment.resume_from).epochs if experiment.resume_from else ()
    first_step = before[-1].step if before else 0
    if drift is None or not any(epoch.step > first_step for epoch in history.epochs):
        return None
    return actual_timeline(experiment, drift.n_blocks, history, begun=first_step)
