"""Problem types: how targets are encoded, checked, stratified, scored and decoded."""

from translearn_core.config import ProblemType
from translearn_core.tasks.classes.single_label import SingleLabel
from translearn_core.tasks.label_sets.multi_label import MultiLabel
from translearn_core.tasks.numbers.regression import Regression
from translearn_core.tasks.problem import Problem
from translearn_core.tasks.target import Target
from translearn_core.tasks.tokens.token_labels import TokenLabels

__all__ = ["PROBLEMS", "Problem", "Target"]

PROBLEMS: dict[ProblemType, Problem] = {
    ProblemType.SINGLE_LABEL: SingleLabel(),
    ProblemType.MULTI_LABEL: MultiLabel(),
    ProblemType.REGRESSION: Regression(),
    ProblemType.TOKENS: TokenLabels(),
}
"""Definition of each problem type."""
