"""Which questions belong to a report: each as it was answered before, else as it is usual."""

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
    """Return the questions about a run of its owner's, the cheapest first.

    Of several answers to one kind of question the one that takes in most is chosen, such as the baselines
    with the run from scratch. Label curves and ratings on the same data come along where they are done.
    """
    return (
        *(_answered(store, run, asked) or asked for asked in default_diagnostics(store, run)),
        *_beside(store, run),
    )


def study_diagnostics(study: Study, done: Collection[str]) -> tuple[BaseConfig, ...]:
    """Return the questions about a study of which the runs `done` are finished; none while none is.

    The first is how its ways compare.
    """
    asked = study.comparison(done)
    return () if asked is None else (asked, about_its_data(study.config))


def about_its_data(study: StudyConfig) -> DiagnoseConfig:
    """Return the question what is in a study's data, as its first backbone reads them."""
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


def _answered(store: RunStore, run: Run, asked: BaseConfig) -> BaseConfig | None:
    """Return the fullest question of this kind that is answered; the newest of those alike."""
    done = [
        other.job.config
        for other in store.runs(run.owner, JOB_KIND[type(asked)])
        if other.state is State.DONE and _alike(asked, other.job.config)
    ]
    return max(done, key=_includes, default=None)


def _alike(asked: Any, other: Any) -> bool:
    """Whether two questions of a kind are about the same run, and the same column or layer of it."""
    if isinstance(asked, DiagnoseConfig):
        return bool(asked == other)
    fields = ("job", "about", "layer")
    return all(getattr(asked, name, None) == getattr(other, name, None) for name in fields)


def _includes(asked: BaseConfig) -> int:
    return sum(bool(getattr(asked, name, None)) for name in ("scratch", "sibling", "earlier", "columns"))


def _beside(store: RunStore, run: Run) -> Iterator[BaseConfig]:
    """Yield what was found out about the same table and task, whatever the run."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    for kind in (JobKind.LABEL_EFFICIENCY, JobKind.TRANSFERABILITY):
        for other in store.runs(run.owner, kind):
            if other.state is State.DONE and getattr(other.job.config, "data", None) == config.data:
                yield other.job.config
                break
