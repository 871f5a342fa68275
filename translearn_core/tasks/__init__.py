"""Problem types: how targets are encoded, checked, stratified, scored and decoded."""

from translearn_core.config import DataConfig, ProblemType
from translearn_core.results.metric import MEAN_SCORE
from translearn_core.tasks.classes.single_label import SingleLabel
from translearn_core.tasks.joint_target import JointProblem, JointTarget
from translearn_core.tasks.label_sets.multi_label import MultiLabel
from translearn_core.tasks.numbers.regression import Regression
from translearn_core.tasks.problem import Problem
from translearn_core.tasks.target import Target
from translearn_core.tasks.tokens.token_labels import TokenLabels

__all__ = ["PROBLEMS", "JointTarget", "Problem", "Target", "constant_name", "problem_of", "selection_of"]

PROBLEMS: dict[ProblemType, Problem] = {
    ProblemType.SINGLE_LABEL: SingleLabel(),
    ProblemType.MULTI_LABEL: MultiLabel(),
    ProblemType.REGRESSION: Regression(),
    ProblemType.TOKENS: TokenLabels(),
}
"""Definition of each problem type."""

_JOINT = JointProblem(PROBLEMS)


def selection_of(data: DataConfig) -> str:
    """Return the validation metric that selects the best epoch: of several targets, the mean of theirs."""
    return MEAN_SCORE if data.several_targets else PROBLEMS[data.problem].selection


def constant_name(data: DataConfig) -> str:
    """Return the name of the baseline that predicts a constant."""
    return "mean of the constant baselines" if data.several_targets else PROBLEMS[data.problem].constant_name


def problem_of(target: Target) -> Problem | JointProblem:
    """Return the definition of a target's problem type, or that of several targets."""
    return _JOINT if isinstance(target, JointTarget) else PROBLEMS[target.problem]
