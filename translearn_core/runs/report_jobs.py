"""Jobs of a report: finished ones where available, else with default settings."""

from collections.abc import Collection, Iterator
from typing import Any

from translearn_core.config import (
    JOB_KIND,
    BaseConfig,
    BaselinesConfig,
    DiagnoseConfig,
    ErrorAnalysisConfig,
    ExperimentConfig,
    FeatureConfig,
    ForgettingConfig,
    JobKind,
    ProbeConfig,
    ProjectConfig,
    SimilarityConfig,
    StudyConfig,
)
from translearn_core.results import Drift
from translearn_core.runs import artifacts
from translearn_core.runs.records import Run, State
from translearn_core.runs.store import RunStore
from translearn_core.runs.study_records import Study


def run_diagnostics(store: RunStore, run: Run) -> tuple[BaseConfig, ...]:
    """Return the diagnostics of a run, the cheapest first.

    Of several finished jobs of one kind the most complete is chosen, such as baselines with a run from
    scratch. Finished label-efficiency curves and transferability scores on the same data are added.
    """
    return (
        *(_finished(store, run, config) or config for config in default_diagnostics(store, run)),
        *_same_data(store, run),
    )


def study_diagnostics(study: Study, done: Collection[str]) -> tuple[BaseConfig, ...]:
    """Return comparison and diagnosis of a study with finished runs `done`; nothing without any."""
    comparison = study.comparison(done)
    return () if comparison is None else (comparison, about_its_data(study.config))


def about_its_data(study: StudyConfig) -> DiagnoseConfig:
    """Return the diagnosis of a study's data with its first backbone."""
    limit = study.settings.get("features.token_limit", FeatureConfig().token_limit)
    return DiagnoseConfig.model_validate(
        {"data": study.data, "backbone": study.backbones[0], "token_limit": limit}
    )


def default_diagnostics(store: RunStore, run: Run) -> Iterator[BaseConfig]:
    """Yield the diagnostics of a run with their default settings."""
    config, job = run.job.config, run.job.id
    assert isinstance(config, ExperimentConfig)
    limit = config.features.token_limit
    yield DiagnoseConfig(data=config.data, backbone=config.backbone, token_limit=limit)
    yield BaselinesConfig(job=job)
    yield ErrorAnalysisConfig(job=job)
    drift = artifacts.load(store.workspace.run(job), Drift)
    if drift is not None:
        last = sum(str(part).startswith("block ") for part in drift.by_part()["part"])
        yield ProjectConfig(job=job, layer=last)
    yield ProbeConfig(job=job)
    if config.trains_backbone:
        yield SimilarityConfig(job=job)
        yield ForgettingConfig(job=job)


def _finished(store: RunStore, run: Run, config: BaseConfig) -> BaseConfig | None:
    """Return the most complete finished configuration like `config`; of equals, the newest."""
    done = [
        other.job.config
        for other in store.runs(run.owner, JOB_KIND[type(config)])
        if other.state is State.DONE and _same_subject(config, other.job.config)
    ]
    return max(done, key=_completeness, default=None)


def _same_subject(config: Any, other: Any) -> bool:
    """Whether two configurations of a kind are about the same run, column and layer."""
    if isinstance(config, DiagnoseConfig):
        return bool(config == other)
    fields = ("job", "about", "layer")
    return all(getattr(config, name, None) == getattr(other, name, None) for name in fields)


def _completeness(config: BaseConfig) -> int:
    return sum(bool(getattr(config, name, None)) for name in ("scratch", "sibling", "earlier", "columns"))


def _same_data(store: RunStore, run: Run) -> Iterator[BaseConfig]:
    """Yield finished jobs about the same data that belong to no run."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    for kind in (JobKind.LABEL_EFFICIENCY, JobKind.TRANSFERABILITY):
        for other in store.runs(run.owner, kind):
            if other.state is State.DONE and getattr(other.job.config, "data", None) == config.data:
                yield other.job.config
                break
