"""Runs that depend on a run or data set, and what its deletion means for them."""

from collections.abc import Iterable, Sequence

from pages._ui.shell import state
from pages._ui.shell.formatting import plain, short
from translearn_core.config import ADAPTED, referenced_jobs
from translearn_core.jobs import PRETRAIN, TRAIN
from translearn_core.runs import Run, State, Studies

FEW = 3
"""Maximum number of names listed."""


def dependents_note(run: Run, owned: Sequence[Run]) -> list[str]:
    """Return escaped sentences on the owner's runs that depend on `run`."""
    dependents = [other for other in owned if run.job.id in referenced_jobs(other.job.config)]
    sentences = []
    if run.job.spec is PRETRAIN:
        sentences += _of_a_backbone(run, [other for other in dependents if other.state is State.DONE])
    if unfinished := [other for other in dependents if other.state is not State.DONE]:
        sentences.append(f"Not finished, and they need it to go on: {_run_names(unfinished)}.")
    return sentences


def dataset_dependents_note(dataset: str) -> list[str]:
    """Return sentences on backbones pretrained on a data set, and on the runs that depend on them."""
    store, owner = state.store(), state.owner()
    owned = [run for kind in (TRAIN, PRETRAIN) for run in store.runs(owner, kind)]
    stays = [run for run in owned if run.job.config.dataset_digest() != dataset]
    gone = [run for run in owned if run.job.spec is PRETRAIN and run.job.config.dataset_digest() == dataset]
    if not gone:
        return []
    further = [sentence for run in gone for sentence in dependents_note(run, stays)]
    return [f"So do the backbones pretrained on it: {_run_names(gone)}.", *further]


def _of_a_backbone(run: Run, done: Sequence[Run]) -> list[str]:
    sentences = []
    if trained := [other for other in done if other.job.spec is TRAIN]:
        sentences.append(
            f"Trained on it: {_run_names(trained)}. Their scores and curves stay, but without it they can "
            "answer nothing, be looked into or go on."
        )
    if further := [other for other in done if other.job.spec is PRETRAIN]:
        sentences.append(
            f"Pretrained further from it: {_run_names(further)}. They are whole and stay as they are."
        )
    id = f"{ADAPTED}{run.job.id}"
    studies = [
        study
        for study in Studies(state.store()).all(run.owner)
        if any(backbone.id == id for backbone in study.config.backbones)
    ]
    if studies:
        sentences.append(
            f"Studies that can ask for no more runs then: {_join(study.name for study in studies)}."
        )
    return sentences


def _run_names(runs: Sequence[Run]) -> str:
    return _join(run.name for run in runs)


def _join(names: Iterable[str]) -> str:
    quoted = [plain(short(name)) for name in names]
    return ", ".join(quoted[:FEW]) + (f" and {len(quoted) - FEW} more" if len(quoted) > FEW else "")
