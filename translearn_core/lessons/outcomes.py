"""Outcomes of a lesson's experiments, computed beforehand: a result and how it was made."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from translearn_core.config.base import canonical_json
from translearn_core.errors import NotFoundError
from translearn_core.jobs import SPECS
from translearn_core.lessons.experiment import Experiment
from translearn_core.lessons.lesson import Lesson
from translearn_core.lessons.lesson_file import folder
from translearn_core.runs import artifacts

ABOUT = "about.json"


@dataclass(frozen=True)
class Provenance:
    """How an outcome was computed: kind of job, runs, seconds of all of them, date, and the experiment."""

    kind: str
    runs: int
    seconds: float
    computed: str
    n_blocks: int
    experiment: str


@dataclass(frozen=True)
class Outcome:
    """Result of an experiment with its provenance."""

    result: Any
    about: Provenance


def outcome_folder(lesson: str, experiment: str, root: Path | None = None) -> Path:
    """Return the folder of an outcome."""
    return (root or folder() / "outcomes") / lesson / experiment


def fingerprint(experiment: Experiment) -> str:
    """Return a digest of what an experiment computes, which its outcome must have been computed for."""
    parts = [experiment.sample, experiment.analysis, experiment.recipe or ""]
    if experiment.alteration is not None:
        parts.append(canonical_json(experiment.alteration))
    study = canonical_json(experiment.with_choices({}).model_copy(update={"name": "lesson"}))
    return hashlib.sha256("\n".join([*parts, study]).encode()).hexdigest()[:20]


def available(lesson: Lesson, root: Path | None = None) -> bool:
    """Whether every experiment of a lesson has an outcome that was computed with its settings."""
    try:
        for name in lesson.experiments:
            _provenance(lesson, name, root)
    except NotFoundError:
        return False
    return True


def _provenance(lesson: Lesson, experiment: str, root: Path | None) -> Provenance:
    fix = f"run 'translearn lesson compute {lesson.id}'"
    path = outcome_folder(lesson.id, experiment, root) / ABOUT
    try:
        about = Provenance(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, TypeError, ValueError):
        raise NotFoundError(f"The outcome of {lesson.id}, {experiment} is not here: {fix}.") from None
    if about.experiment != fingerprint(lesson.experiments[experiment]):
        raise NotFoundError(
            f"The outcome of {lesson.id}, {experiment} was computed with other settings: {fix} again."
        )
    return about


def save(home: Path, result: object, about: Provenance) -> None:
    """Write an outcome to its folder."""
    home.mkdir(parents=True, exist_ok=True)
    artifacts.save(home, result)
    (home / ABOUT).write_text(json.dumps(asdict(about), indent=1) + "\n", encoding="utf-8")


def load(lesson: Lesson, experiment: str, root: Path | None = None) -> Outcome:
    """Read the outcome of a lesson's experiment.

    Raises
    ------
    NotFoundError
        If there is none, or it was computed with other settings.
    """
    about = _provenance(lesson, experiment, root)
    home = outcome_folder(lesson.id, experiment, root)
    result = artifacts.load(home, SPECS[about.kind].result)
    if result is None:
        raise NotFoundError(f"The outcome of {lesson.id}, {experiment} is damaged: install TransLearn again.")
    return Outcome(lesson.experiments[experiment].present(result), about)
