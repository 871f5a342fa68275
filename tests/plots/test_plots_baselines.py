"""Baselines in figures: of a run, across runs, in training curves and below probes."""

import numpy as np
import pytest
from small_results import ACCURACY, make_baselines, make_history, make_probes, make_runs, with_controls

from tests.plots.traces import named
from translearn_core import plots


def test_a_run_and_its_lines_are_dots_with_intervals_sorted_by_what_could_be_chance():
    baselines = make_baselines()
    dots = named(plots.baseline_dots(baselines))
    run = dots["this run"]
    assert (list(run.x), list(run.y)) == ([0.84], ["this run"])
    np.testing.assert_allclose([run.error_x.array[0], run.error_x.arrayminus[0]], 0.02)
    kinds = {
        "the run is better by more than chance": "majority class",
        "could be chance": "TF-IDF",
        "better than the run by more than chance": "frozen probe",
    }
    for kind, name in kinds.items():
        assert list(dots[kind].y) == [name]
        assert list(dots[kind].x) == [baselines.line(name).headline.value]
    assert plots.baseline_dots(baselines).layout.yaxis.categoryarray[-1] == "this run"


def test_scores_of_runs_show_the_lines_they_are_given():
    plain, lined = (
        plots.scores(make_runs(), ACCURACY, lines=lines)
        for lines in (None, {"TF-IDF": 0.813, "commonest <b>": 0.5})
    )
    assert len(plain.layout.shapes) == 0
    assert [shape.x0 for shape in lined.layout.shapes] == [0.813, 0.5]
    assert lined.layout.shapes[0].line.dash != lined.layout.shapes[1].line.dash
    assert [note.text for note in lined.layout.annotations] == ["TF-IDF", "commonest &lt;b&gt;"]


@pytest.mark.parametrize("measure", ["loss", "accuracy", "macro_f1", "lr"])
def test_learning_curves_show_lines_where_accuracy_is_shown(measure):
    lines = {"TF-IDF (test)": 0.813}
    names = set(named(plots.training_curves(make_history(), measure, lines=lines)))
    assert ("TF-IDF (test)" in names) is (measure == "accuracy")
    drawn = named(plots.training_curves(make_history(5), "accuracy", lines=lines))["TF-IDF (test)"]
    assert (list(drawn.x), list(drawn.y)) == ([1, 5], [0.813, 0.813])


def test_selectivity_is_a_bar_from_the_control_up_to_the_task():
    scores = with_controls(make_probes(7))
    figure = plots.probe_lines(scores)
    for v, variant in enumerate(scores.variants):
        bar = named(figure)[f"{variant} selectivity"]
        base = np.asarray(bar.base, dtype=float)
        np.testing.assert_allclose(base, 0.6)
        np.testing.assert_allclose(base + bar.y, scores.test[v])
        assert bar.yaxis == "y2"
        np.testing.assert_allclose(named(figure)[f"{variant} control task"].y, 0.6)
    assert "control's majority 0.520" in named(figure)
    assert figure.layout.height > plots.probe_lines(make_probes(7)).layout.height
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]


def test_bars_of_the_models_do_not_hide_each_other():
    figure = plots.probe_lines(with_controls(make_probes(7)))
    bars = [trace for trace in figure.data if trace.type == "bar"]
    starts = np.sort(np.concatenate([np.asarray(bar.x) - bar.width / 2 for bar in bars]))
    assert np.diff(starts).min() >= bars[0].width
