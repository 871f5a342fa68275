"""Figures of predicted numbers show the numbers of their results."""

from dataclasses import replace

import numpy as np
import pytest
from number_results import make_number_errors, make_number_evaluation
from small_results import make_classes, make_projection

from tests.plots.traces import by_name
from translearn_core import plots
from translearn_core.config import ProblemType
from translearn_core.plots.regression import MOST_POINTS

OUTPUTS = plots.OUTPUT_PLOTS[ProblemType.REGRESSION]


def test_points_are_the_test_rows_and_lead_back_to_them() -> None:
    evaluation = make_number_evaluation()
    test = evaluation.predictions[evaluation.predictions["split"] == "test"]
    scatter, diagonal, residuals, zero = OUTPUTS.draw(evaluation, False).data
    np.testing.assert_array_equal(scatter.x, test["label"])
    np.testing.assert_array_equal(scatter.y, test["predicted"])
    np.testing.assert_array_equal(residuals.x, test["predicted"])
    np.testing.assert_allclose(residuals.y, test["label"] - test["predicted"])
    assert list(diagonal.x) == list(diagonal.y)
    assert set(zero.y) == {0.0}
    (found,) = OUTPUTS.rows(evaluation, scatter.customdata[7])["row"]
    assert found == test["row"].iloc[7]
    assert OUTPUTS.table(evaluation)["residual"].tolist() == pytest.approx(list(residuals.y))


def test_many_points_are_thinned_and_keep_their_rows() -> None:
    evaluation = make_number_evaluation(9_000)
    scatter = OUTPUTS.draw(evaluation, True).data[0]
    assert len(scatter.x) == MOST_POINTS
    row = OUTPUTS.rows(evaluation, scatter.customdata[-1]).iloc[0]
    assert (row["label"], row["predicted"]) == (scatter.x[-1], scatter.y[-1])


def test_errors_by_range_show_predictions_drawn_to_the_mean() -> None:
    table = OUTPUTS.metrics(make_number_evaluation(noise=0.5))
    assert table["rows"].sum() == 200
    assert table["rows"].min() >= 35
    assert (table["from"].to_numpy()[1:] >= table["to"].to_numpy()[:-1]).all()
    residuals = table["mean residual"].to_numpy()
    assert (np.diff(residuals) > 0).all()
    assert residuals[0] < -1 < 1 < residuals[-1]


def test_coverage_is_drawn_beside_its_level() -> None:
    errors = make_number_errors()
    line = by_name(plots.interval_coverage(errors), "test rows inside")
    np.testing.assert_array_equal(line.x, errors.coverage["level"])
    np.testing.assert_array_equal(line.y, errors.coverage["coverage"])
    np.testing.assert_array_equal(line.customdata[:, 2], errors.coverage["half width"])
    none = plots.interval_coverage(replace(errors, coverage=errors.coverage.iloc[:0]))
    assert "too few" in none.layout.annotations[0].text


def test_slices_with_larger_errors_are_the_weak_ones() -> None:
    figure = plots.slice_errors(make_number_errors())
    assert list(by_name(figure, "weaker by more than chance").x) == [1.5]
    assert list(by_name(figure, "could be chance").x) == [1.5]


def test_points_of_a_projection_are_coloured_by_number_and_error() -> None:
    points = make_projection(200, make_classes(10))
    values = np.random.default_rng(0).normal(size=(2, 200))
    numbers = replace(points, values=values)
    for colour, expected in (
        ("label", values[0]), ("predicted", values[1]), ("error", np.abs(values[1] - values[0])),
    ):  # fmt: skip
        (trace,) = plots.projection(numbers, 0, colour).data
        np.testing.assert_allclose(trace.marker.color, expected.astype(np.float32))
        assert trace.marker.showscale
    assert len(plots.projection(numbers, 0, "split").data) == 3
    assert numbers.frame()["label"].tolist() == values[0].tolist()
