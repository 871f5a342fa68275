"""What builds on a run, and what becomes of that when the run is deleted."""

from collections.abc import Iterable, Sequence

from pages._ui.shell import state
from pages._ui.shell.formatting import plain, short
from translearn_core.config import ADAPTED, ExperimentConfig, JobKind, PretrainConfig, referenced_jobs
from translearn_core.runs import Run, State, Studies

FEW = 3
"""Runs that are named one by one."""


def dependents_note(run: Run, mine: Sequence[Run]) -> list[str]:
    """Return in sentences what builds on `run` among all that is the owner's; escaped."""
    above = [other for other in mine if run.job.id in referenced_jobs(other.job.config)]
    said = []
    if run.job.kind is JobKind.PRETRAIN:
        said += _of_a_backbone(run, [other for other in above if other.state is State.DONE])
    if under_way := [other for other in above if other.state is not State.DONE]:
        said.append(f"Not finished, and they need it to go on: {_named(under_way)}.")
    return said


def dataset_dependents_note(dataset: str) -> list[str]:
    """Return in sentences which backbones go with a data set that they read, and what else builds on them."""
    store, owner = state.store(), state.owner()
    mine = [run for kind in (JobKind.TRAIN, JobKind.PRETRAIN) for run in store.runs(owner, kind)]
    stays = [run for run in mine if _read_by(run) != dataset]
    gone = [run for run in mine if run.job.kind is JobKind.PRETRAIN and _read_by(run) == dataset]
    if not gone:
        return []
    further = [sentence for run in gone for sentence in dependents_note(run, stays)]
    return [f"So do the backbones that have read it: {_named(gone)}.", *further]


def _read_by(run: Run) -> str:
    config = run.job.config
    assert isinstance(config, ExperimentConfig | PretrainConfig)
    return config.dataset if isinstance(config, PretrainConfig) else config.data.dataset


def _of_a_backbone(run: Run, done: Sequence[Run]) -> list[str]:
    said = []
    if trained := [other for other in done if other.job.kind is JobKind.TRAIN]:
        said.append(
            f"Trained on it: {_named(trained)}. Their scores and curves stay, but without it they can answer "
            "nothing, be looked into or go on."
        )
    if further := [other for other in done if other.job.kind is JobKind.PRETRAIN]:
        said.append(f"Read on from it: {_named(further)}. They are whole and stay as they are.")
    id = f"{ADAPTED}{run.job.id}"
    asked = [
        study
        for study in Studies(state.store()).all(run.owner)
        if any(backbone.id == id for backbone in study.config.backbones)
    ]
    if asked:
        said.append(f"Studies that can ask for no more runs then: {_listed(study.name for study in asked)}.")
    return said


def _named(runs: Sequence[Run]) -> str:
    return _listed(run.name for run in runs)


def _listed(names: Iterable[str]) -> str:
    every = [plain(short(name)) for name in names]
    return ", ".join(every[:FEW]) + (f" and {len(every) - FEW} more" if len(every) > FEW else "")
