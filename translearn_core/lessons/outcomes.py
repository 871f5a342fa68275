"""Outcomes of a lesson's experiments."""

from pathlib import Path

from translearn_core.lessons.lesson import Lesson
from translearn_core.lessons.lesson_file import LESSONS
from translearn_core.prepared_experiments.outcomes import Outcome, OutcomeFile


def outcome_file(lesson: Lesson, experiment: str, root: Path | None = None) -> OutcomeFile:
    """Return where the outcome of a lesson's experiment lies, below `root`."""
    return OutcomeFile(
        lesson.experiments[experiment],
        (root or LESSONS.folder / "outcomes") / lesson.id / experiment,
        f"{lesson.id}, {experiment}",
        f"translearn lesson compute {lesson.id}",
    )


def available(lesson: Lesson, root: Path | None = None) -> bool:
    """Whether every experiment of a lesson has an outcome that was computed with its settings."""
    return all(outcome_file(lesson, name, root).available for name in lesson.experiments)


def load(lesson: Lesson, experiment: str, root: Path | None = None) -> Outcome:
    """Read the outcome of a lesson's experiment; raises `NotFoundError` if it is not here."""
    return outcome_file(lesson, experiment, root).load()
