"""Figures of several labels show the numbers of their results."""

import numpy as np
import pytest
from label_results import make_label_errors, make_label_evaluation

from translearn_core import plots
from translearn_core.config import ProblemType
from translearn_core.results.labels.multi_label import label_confusion, label_masks

OUTPUTS = plots.OUTPUT_PLOTS[ProblemType.MULTI_LABEL]


def test_the_matrix_has_right_labels_on_its_diagonal_and_wrong_ones_off_it() -> None:
    evaluation = make_label_evaluation()
    counts, support = label_confusion(evaluation)
    true, predicted = label_masks(evaluation)
    assert counts[0, 0] == (true[:, 0] & predicted[:, 0]).sum()
    assert counts[0, 1] == (true[:, 0] & predicted[:, 1] & ~true[:, 1]).sum()
    cells = next(t for t in OUTPUTS.draw(evaluation, False).data if t.name == "cells")
    shares = [point[3] for point in cells.customdata]
    assert shares == pytest.approx((counts / support[:, None])[counts > 0].tolist())


def test_pairs_of_labels_are_counted_together_and_beside() -> None:
    evaluation = make_label_evaluation()
    true, predicted = label_masks(evaluation)
    table = OUTPUTS.table(evaluation).set_index(["label", "other label"])
    line = table.loc[("joy", "fear")]
    assert line["true together"] == (true[:, 0] & true[:, 2]).sum()
    assert line["predicted beside"] == (true[:, 0] & predicted[:, 2]).sum()
    assert line["wrongly"] == (true[:, 0] & predicted[:, 2] & ~true[:, 2]).sum()


def test_reliability_has_a_bar_for_each_filled_bin() -> None:
    errors = make_label_errors()
    filled = errors.bins[errors.bins["rows"] > 0]
    bars = plots.label_reliability(errors).data[0]
    np.testing.assert_allclose(bars.y, filled["accuracy"])
    assert len(plots.slice_exact_shares(errors).data) > 0
