"""Properties of every figure: light and dark, transparent, small, with user texts escaped."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import plotly.graph_objects as go
import plotly.io
import pytest
from cluster_results import make_clustering
from domain_results import make_transfer
from error_analysis_results import make_trust
from few_label_results import make_zero_shot
from joint_results import make_conflict, make_learned_weights
from label_results import make_label_errors
from number_results import make_number_errors
from self_training_results import make_self_training
from similarity_results import make_forgetting, make_similarity
from small_results import (
    ACCURACY,
    HOSTILE,
    MACRO_F1,
    make_anatomy,
    make_baselines,
    make_classes,
    make_comparison,
    make_diagnosis,
    make_drift,
    make_evaluation,
    make_history,
    make_label_efficiency,
    make_mix,
    make_moved,
    make_occlusion,
    make_prediction,
    make_probes,
    make_projection,
    make_rate_search,
    make_ratings,
    make_replayed,
    make_runs,
    make_timeline,
    make_walk,
    strings,
)

from translearn_core import plots
from translearn_core.config import FreezePlan
from translearn_core.plots.style.palette import DARK, LIGHT
from translearn_core.plots.style.theme import TEXT_SIZE, template

Draw = Callable[[tuple[str, ...], bool], go.Figure]

EVERY: dict[str, Draw] = {
    "training_curves": lambda names, dark: plots.training_curves(make_history(), "loss", dark),
    "compare_training_curves": lambda names, dark: plots.compare_training_curves(
        dict.fromkeys(names, make_history()), "accuracy", dark
    ),
    "confusion_matrix": lambda names, dark: plots.confusion_matrix(make_evaluation(names), dark),
    "label_efficiency": lambda names, dark: plots.label_efficiency(make_label_efficiency(names), dark),
    "projection": lambda names, dark: plots.projection(make_projection(200, names), 0, "label", dark),
    "probe_lines": lambda names, dark: plots.probe_lines(make_probes(), dark),
    "relative_lines": lambda names, dark: plots.relative_lines({name: make_probes() for name in names}, dark),
    "code_lines": lambda names, dark: plots.code_lines(make_probes(), dark),
    "baseline_dots": lambda names, dark: plots.baseline_dots(make_baselines(names), dark),
    "timeline": lambda names, dark: plots.timeline(make_timeline(names), dark),
    "gradient_timeline": lambda names, dark: plots.gradient_timeline(
        make_moved(), make_timeline(names), dark
    ),
    "snapshot_animation": lambda names, dark: plots.snapshot_animation(make_replayed(names), 1, dark),
    "projection_animation": lambda names, dark: plots.projection_animation(make_walk(names), 1, dark),
    "layer_ratings": lambda names, dark: plots.layer_ratings(make_ratings(names), dark),
    "similarity_map": lambda names, dark: plots.similarity_map(make_similarity(), dark),
    "similarity_lines": lambda names, dark: plots.similarity_lines(make_similarity(), make_drift(), dark),
    "gradient_conflict": lambda names, dark: plots.gradient_conflict(make_conflict(names), dark),
    "transfer_matrix": lambda names, dark: plots.transfer_matrix(make_transfer(names), "frozen probe", dark),
    "loss_and_distance": lambda names, dark: plots.loss_and_distance(make_transfer(names), dark),
    "self_training_rounds": lambda names, dark: plots.self_training_rounds(make_self_training(names), dark),
    "cluster_counts": lambda names, dark: plots.cluster_counts(make_clustering(names), dark),
    "cluster_contingency": lambda names, dark: plots.cluster_contingency(
        make_clustering(names, column=names[0]), names[0], dark
    ),
    "description_spaces": lambda names, dark: plots.description_spaces(make_zero_shot(names), dark),
    "forgetting_bars": lambda names, dark: plots.forgetting_bars(make_forgetting(names), dark),
    "reliability_diagram": lambda names, dark: plots.reliability_diagram(make_trust(names), dark),
    "risk_coverage_curve": lambda names, dark: plots.risk_coverage_curve(make_trust(names), 0.9, dark),
    "slice_accuracies": lambda names, dark: plots.slice_accuracies(make_trust(names), dark),
    "interval_coverage": lambda names, dark: plots.interval_coverage(make_number_errors(names), dark),
    "slice_errors": lambda names, dark: plots.slice_errors(make_number_errors(names), dark),
    "label_reliability": lambda names, dark: plots.label_reliability(make_label_errors(names), dark),
    "slice_exact_shares": lambda names, dark: plots.slice_exact_shares(make_label_errors(names), dark),
    "layer_weights": lambda names, dark: plots.layer_weights(make_mix(), dark),
    "loss_weights": lambda names, dark: plots.loss_weights(make_learned_weights(names), dark),
    "drift_bars": lambda names, dark: plots.drift_bars(make_drift(), dark),
    "class_counts": lambda names, dark: plots.class_counts(make_diagnosis(names), dark),
    "text_lengths": lambda names, dark: plots.text_lengths(make_diagnosis(names), dark),
    "probabilities": lambda names, dark: plots.probabilities(make_prediction(names), 0, dark),
    "word_importance": lambda names, dark: plots.word_importance(make_occlusion(names), dark),
    "scores": lambda names, dark: plots.scores(make_runs(names), ACCURACY, dark),
    "cost_and_score": lambda names, dark: plots.cost_and_score(make_runs(names), MACRO_F1, dark),
    "study_arms": lambda names, dark: plots.study_arms(make_comparison(names), dark),
    "depth_curve": lambda names, dark: plots.depth_curve(make_comparison(names), {n: n for n in names}, dark),
    "size_curve": lambda names, dark: plots.size_curve(make_comparison(names), {n: n for n in names}, dark),
    "lr_finder": lambda names, dark: plots.lr_finder(make_rate_search(), dark),
    "freeze_map": lambda names, dark: plots.freeze_map(
        replace(make_anatomy(), id=names[0], block_class=names[0]), FreezePlan.last_n(2, 6), dark
    ),
}
NAMED = [
    "slice_accuracies",
    "slice_errors",
    "slice_exact_shares",
    "forgetting_bars",
    "gradient_conflict",
    "transfer_matrix",
    "self_training_rounds",
    "cluster_contingency",
    "loss_weights",
    "baseline_dots",
    "compare_training_curves",
    "confusion_matrix",
    "label_efficiency",
    "projection",
    "snapshot_animation",
    "projection_animation",
    "timeline",
    "class_counts",
    "probabilities",
    "word_importance",
    "scores",
    "cost_and_score",
    "study_arms",
    "layer_ratings",
    "depth_curve",
    "size_curve",
]


def test_every_drawing_function_is_here():
    assert set(EVERY) == set(plots.__all__) - {
        "Colouring",
        "OUTPUT_PLOTS",
        "Palette",
        "palette",
        "plain",
        "template",
    }


@pytest.mark.parametrize("name", EVERY)
def test_light_and_dark_are_two_looks_of_one_figure(name):
    light, dark = (EVERY[name](make_classes(3), d) for d in (False, True))
    assert light.layout.template.layout.font.color == LIGHT.ink
    assert dark.layout.template.layout.font.color == DARK.ink
    assert light.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert light.layout.uirevision == dark.layout.uirevision
    assert light.layout.height == dark.layout.height
    assert len(light.data) == len(dark.data)
    used = [set(strings([t.to_plotly_json() for t in f.data])) for f in (light, dark)]
    assert used[0] != used[1]  # colours of traces change too


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("classes", [3, 77])
def test_no_text_is_smaller_than_13_pixels(name, classes):
    figure = EVERY[name](make_classes(classes), False)
    sizes = list(font_sizes(figure.to_plotly_json())) + list(font_sizes(template(False).to_plotly_json()))
    assert sizes
    assert min(sizes) >= TEXT_SIZE == 13


def font_sizes(node: object, key: str = "") -> Iterator[float]:
    """Yield every font size of a figure."""
    if isinstance(node, dict):
        if key.endswith("font") and node.get("size", 1) > 1:  # 1 hides the labels of a slider
            yield node["size"]
        for name, child in node.items():
            yield from font_sizes(child, name)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from font_sizes(child, key)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_from_outside_gets_in_raw(name):
    figure = EVERY[name]((HOSTILE, "b", "c"), False)
    raw = [s for s in strings(figure) if "<b>x" in s or "<a " in s or 'javascript:alert(1)">' in s]
    assert raw == []
    if name in NAMED:
        assert any("&lt;b&gt;x" in s for s in strings(figure))


@pytest.mark.parametrize("name", EVERY)
def test_seventy_seven_classes_stay_light(name):
    figure = EVERY[name](make_classes(77), False)
    assert len(plotly.io.to_json(figure)) < 300_000


def test_ten_thousand_points_stay_under_300_kilobytes():
    for n, colour in ((6, "label"), (77, "predicted"), (77, "error"), (77, "split")):
        figure = plots.projection(make_projection(10_000, make_classes(n)), 1, colour)
        assert len(plotly.io.to_json(figure)) < 300_000


def test_one_result_gives_one_figure():
    # any changed byte would drop a selection
    first, second = (
        plotly.io.to_json(plots.freeze_map(make_anatomy(), FreezePlan.last_n(2, 6))) for _ in range(2)
    )
    assert first == second
