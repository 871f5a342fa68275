"""Several targets of the same rows, prepared together; a row may lack the values of some."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import ProblemType
from translearn_core.results import Finding
from translearn_core.results.format import join_list, quote
from translearn_core.tasks.problem import IntArray, Problem
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import Mask, TaskRows


@dataclass(frozen=True)
class JointTarget(Target):
    """Several targets; `values`, shape (rows, targets), says which rows have a value of each.

    Rows without one have an arbitrary value there.
    """

    parts: tuple[Target, ...] = field(default=(), kw_only=True)

    @classmethod
    def of(cls, parts: Sequence[Target]) -> "JointTarget":
        """Join targets with one value per row of the same rows."""
        names = tuple(part.column for part in parts)
        known = np.stack([part.known_rows for part in parts], axis=1)
        first = parts[0]
        return cls(
            join_list(list(names)), first.problem, names, known, words=first.words,
            sentence=first.sentence, parts=tuple(parts),
        )  # fmt: skip

    def select(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "JointTarget":
        """Return the targets of some rows, by index or mask."""
        return JointTarget.of([part.select(rows) for part in self.parts])


class JointProblem:
    """What preparation and samples need of several targets (see `Problem`)."""

    def __init__(self, problems: dict[ProblemType, Problem]) -> None:
        self.problems = problems

    def _each(self, target: Target) -> Iterator[tuple[Problem, Target]]:
        """Yield every target with its problem type."""
        assert isinstance(target, JointTarget)
        for part in target.parts:
            yield self.problems[part.problem], part

    def untrainable(self, target: Target, train: IntArray) -> str | None:
        """Return what training rows hold of a target that a model cannot learn from, else None."""
        for problem, part in self._each(target):
            known = part.known_rows[train]
            if lacking := problem.untrainable(part, train[known]):
                return f"{lacking}, for the target {quote(part.column)}"
        return None

    def finish(self, target: Target) -> Target:
        """Return the targets with the outputs that their rows need."""
        return JointTarget.of([on_known(part, problem.finish) for problem, part in self._each(target)])

    def split_findings(self, state: TaskRows) -> list[Finding]:
        """Report values of each target that a split with rows lacks."""
        findings: list[Finding] = []
        for problem, part in self._each(state.target):
            known = part.known_rows
            rows = state.rows[known].reset_index(drop=True)
            findings += about(part, problem.split_findings(TaskRows(rows, compact(part))))
        return findings

    def strata(self, target: Target) -> IntArray:
        """Return the stratum of each row by the target with most strata; one more for unknown ones."""
        finest = max(self._strata(target), key=lambda mask: mask.shape[1])
        strata = np.where(finest.any(axis=1), finest.argmax(axis=1), finest.shape[1])
        return np.asarray(strata, dtype=np.int64)

    def split_strata(self, target: Target) -> Mask:
        """Return the strata of every target that each row belongs to, shape (rows, strata)."""
        return np.hstack(self._strata(target))

    def _strata(self, target: Target) -> list[Mask]:
        """Return the strata of each target that rows belong to, shape (rows, strata) each."""
        masks = []
        for problem, part in self._each(target):
            strata = problem.split_strata(compact(part))
            if strata.ndim == 1:
                strata = strata[:, None] == np.arange(strata.max(initial=0) + 1)
            mask = np.zeros((len(part.values), strata.shape[1]), dtype=np.bool_)
            mask[part.known_rows] = strata
            masks.append(mask)
        return masks


def compact(target: Target) -> Target:
    """Return the target of the rows that have a value alone."""
    return target if target.known is None else replace(target.select(target.known), known=None)


def on_known(target: Target, change: Callable[[Target], Target]) -> Target:
    """Change a target by its known rows alone; the other rows stay without a value."""
    if target.known is None:
        return change(target)
    changed = change(compact(target))
    values = spread(changed.values, target.known)
    return replace(target, names=changed.names, values=values)


def spread(values: NDArray[Any], known: Mask) -> NDArray[Any]:
    """Return values of known rows among all rows; 0 elsewhere."""
    every = np.zeros((len(known), *values.shape[1:]), dtype=values.dtype)
    every[known] = values
    return every


def about(target: Target, findings: Sequence[Finding]) -> list[Finding]:
    """Return findings that begin with the name of the target."""
    return [replace(one, sentence=f"{quote(target.column)}: {one.sentence}") for one in findings]
