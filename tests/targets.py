"""Targets of tests."""

import numpy as np
from numpy.typing import ArrayLike

from translearn_core.config import ProblemType
from translearn_core.tasks import Target


def single_label(labels: ArrayLike, classes: int) -> Target:
    """Return a target of class indices."""
    return named_classes(labels, *(f"class {k}" for k in range(classes)))


def named_classes(labels: ArrayLike, *names: str) -> Target:
    """Return a target of class indices with these class names."""
    return Target("label", ProblemType.SINGLE_LABEL, names, np.asarray(labels))
