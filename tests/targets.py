"""Targets of tests."""

import numpy as np
from numpy.typing import ArrayLike

from translearn_core.config import ProblemType
from translearn_core.tasks import Target


def single_label(labels: ArrayLike, classes: int) -> Target:
    """Return a target of class indices."""
    names = tuple(f"class {k}" for k in range(classes))
    return Target("label", ProblemType.SINGLE_LABEL, names, np.asarray(labels))
