"""Findings on classes of a prepared target."""

import numpy as np
import pytest

from tests.targets import named_classes
from translearn_core.tasks.classes.checks import class_findings
from translearn_core.tasks.splits import TEST, TRAIN


@pytest.mark.parametrize(("rows", "codes"), [((5, 5), []), ((12, 4), ["imbalance"]), ((11, 4), [])])
def test_a_class_without_training_rows_is_not_compared_with_the_largest(
    rows: tuple[int, int], codes: list[str]
) -> None:
    labels = np.repeat([0, 1, 2], [3, *rows])
    target = named_classes(labels, "unseen", "large", "small")
    split = np.where(labels == 0, TEST, TRAIN)
    assert [finding.code for finding in class_findings(target, split)] == codes
