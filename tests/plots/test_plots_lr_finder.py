"""Figure of the learning-rate finder."""

from dataclasses import replace

import numpy as np
from small_results import make_rate_search

from tests.plots.traces import by_name
from translearn_core import plots


def test_steps_and_their_mean_lie_over_the_rate():
    search = make_rate_search()
    figure = plots.lr_finder(search)
    np.testing.assert_allclose(by_name(figure, "each step").y, search.losses)
    np.testing.assert_allclose(by_name(figure, "smoothed").y, search.smoothed)
    np.testing.assert_allclose(by_name(figure, "smoothed").x, search.rates)
    assert figure.layout.xaxis.type == "log"
    assert "backbone" in figure.layout.xaxis.title.text
    assert "head" in plots.lr_finder(replace(search, setting="head_lr")).layout.xaxis.title.text


def test_the_present_and_the_suggested_rate_are_lines_across_the_figure():
    figure = plots.lr_finder(make_rate_search())
    low, high = figure.layout.yaxis.range
    for name, rate in (("now 5e-05", 5e-5), ("suggested 0.0003", 3e-4)):
        assert list(by_name(figure, name).x) == [rate, rate]
        assert list(by_name(figure, name).y) == [low, high]


def test_without_a_suggestion_there_is_one_line():
    search = make_rate_search()
    figure = plots.lr_finder(replace(search, suggestion=search.before))
    assert [t.name for t in figure.data] == ["each step", "smoothed", "now 5e-05"]


def test_the_axis_shows_the_fall_and_not_the_height_of_the_end():
    search = make_rate_search()
    low, high = plots.lr_finder(search).layout.yaxis.range
    assert low < min(search.smoothed)
    assert high < max(search.smoothed)
    assert high > search.smoothed[0]


def test_a_loss_that_ran_away_at_once_says_so():
    search = replace(make_rate_search(), rates=(), losses=(), smoothed=())
    assert "ran away at once" in plots.lr_finder(search).layout.annotations[0].text
