"""Problem types: how targets are encoded, checked, stratified, scored and decoded."""

from translearn_core.config import ProblemType
from translearn_core.tasks.problem import Problem, Target
from translearn_core.tasks.single_label import SingleLabel

__all__ = ["PROBLEMS", "Problem", "Target"]

PROBLEMS: dict[ProblemType, Problem] = {ProblemType.SINGLE_LABEL: SingleLabel()}
"""Definition of each problem type."""
