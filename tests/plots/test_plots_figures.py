"""Figures show the numbers of their results with intervals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_results import (
    ACCURACY,
    MACRO_F1,
    make_anatomy,
    make_classes,
    make_diagnosis,
    make_drift,
    make_evaluation,
    make_history,
    make_prediction,
    make_probes,
    make_projection,
    make_runs,
    strings,
)

from tests.plots.joint_results import make_conflict
from tests.plots.traces import by_name
from translearn_core import plots
from translearn_core.config import FreezePlan, ProblemType
from translearn_core.errors import ConfigError
from translearn_core.plots.style.palette import LIGHT, luminance, palette
from translearn_core.results import History, Prediction
from translearn_core.tasks import PROBLEMS

# -- learning --------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["loss", "accuracy", "macro_f1"])
def test_learning_curves_show_both_splits_and_the_best_epoch(measure):
    history = make_history(4)
    figure = plots.training_curves(history, measure)
    for split in ("train", "validation"):
        expected = [getattr(e, split)[measure] for e in history.epochs]
        assert list(by_name(figure, split).y) == expected
        assert list(by_name(figure, split).x) == [1, 2, 3, 4]
    best = by_name(figure, "best epoch 3")
    assert list(best.y) == [history.epochs[2].validation[measure]]


def test_step_loss_lies_behind_the_epochs():
    figure = plots.training_curves(make_history(2, per_epoch=10), "loss")
    assert figure.data[0].name == "each step"
    assert len(figure.data[0].x) == 20


def test_step_loss_alone_is_as_strong_as_a_line_of_epochs():
    steps = make_history(2, per_epoch=10)
    (alone,) = plots.training_curves(replace(steps, epochs=()), "loss").data
    behind = plots.training_curves(steps, "loss").data
    assert alone.line.color == next(line for line in behind if line.name == "train").line.color
    assert alone.line.width > behind[0].line.width


def test_long_histories_are_thinned():
    figure = plots.training_curves(make_history(2, per_epoch=4_000), "grad_norm")
    assert max(len(t.x) for t in figure.data) <= 1_500


def test_the_two_learning_rates_have_a_pane_each():
    figure = plots.training_curves(make_history(), "lr")
    assert [t.yaxis for t in figure.data] == ["y", "y2"]
    assert max(by_name(figure, "backbone").y) == pytest.approx(5e-5, rel=0.01)
    assert max(by_name(figure, "head").y) == pytest.approx(1e-3, rel=0.01)


def test_a_frozen_backbone_shows_the_rate_of_the_head_only():
    history = make_history()
    frozen = History(tuple(type(s)(**{**vars(s), "lr": 0.0}) for s in history.steps), history.epochs)
    assert [t.name for t in plots.training_curves(frozen, "lr").data] == ["head"]


def test_trainings_from_the_same_weights_are_cut_and_numbered():
    whole = make_history(4, per_epoch=10)
    later = tuple(replace(epoch, stage=(epoch.epoch - 1) // 2) for epoch in whole.epochs)
    history = History(whole.steps, later)
    for measure, name in (
        ("loss", "validation"),
        ("loss", "each step"),
        ("lr", "head"),
        ("grad_norm", "smoothed"),
    ):
        figure = plots.training_curves(history, measure, trainings=True)
        line = by_name(figure, name)
        (gap,) = np.flatnonzero(np.isnan(line.y))
        assert line.x[gap - 1] == 2 < line.x[gap + 1]
        assert [a.text for a in figure.layout.annotations] == ["training 1", "training 2"]
        assert [shape.x0 for shape in figure.layout.shapes] == [2]
    overlaid = plots.compare_training_curves({"a": history, "b": history}, "loss", trainings=["b"])
    assert [int(np.isnan(trace.y).sum()) for trace in overlaid.data[:4]] == [0, 0, 1, 1]
    joined = plots.training_curves(history, "loss")
    assert not np.isnan(by_name(joined, "validation").y).any()


@pytest.mark.parametrize("measure", ["loss", "accuracy", "lr", "grad_norm"])
def test_a_run_that_has_just_begun_says_so(measure):
    figure = plots.training_curves(History((), ()), measure)
    assert "finished yet" in figure.layout.annotations[0].text


def test_overlay_keeps_a_colour_per_run_and_the_names():
    figure = plots.compare_training_curves({"a": make_history(3), "b": make_history(5, gain=0.1)}, "accuracy")
    assert [t.name for t in figure.data if t.showlegend is not False] == ["a", "b", "dotted: train"]
    assert figure.data[0].line.color != figure.data[2].line.color
    assert list(figure.data[2].y) == [e.validation["accuracy"] for e in make_history(5, gain=0.1).epochs]
    assert "Choose runs" in plots.compare_training_curves({}, "loss").layout.annotations[0].text


# -- confusion -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 15, 77])
def test_confusion_shares_and_counts(n):
    evaluation = make_evaluation(make_classes(n))
    figure = plots.confusion_matrix(evaluation)
    right, wrong = by_name(figure, "right"), by_name(figure, "wrong")
    share = 100 * evaluation.confusion / evaluation.confusion.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.diag(right.z), np.diag(share), rtol=1e-5)
    off = ~np.eye(n, dtype=bool)
    assert np.isnan(right.z[off]).all()
    np.testing.assert_allclose(np.nan_to_num(wrong.z)[off], share[off], rtol=1e-5)
    assert any(t.name == "counts" for t in figure.data) == (n <= 15)
    assert len(set(right.y)) == n
    assert right.colorscale != wrong.colorscale


def test_counts_are_written_once_and_zeros_not_at_all():
    evaluation = make_evaluation(make_classes(3))
    evaluation.confusion[0, 1] = 0
    figure = plots.confusion_matrix(evaluation)
    written = [text for t in figure.data if t.name == "counts" for text in t.text]
    assert sorted(written, key=int) == sorted((str(n) for n in evaluation.confusion.ravel() if n), key=int)


@pytest.mark.parametrize("dark", [False, True])
def test_counts_are_readable_on_every_shade(dark):
    evaluation, colours = make_evaluation(make_classes(3)), palette(dark)
    evaluation.confusion[:] = np.array([[90, 5, 5], [30, 40, 30], [1, 0, 99]])
    figure = plots.confusion_matrix(evaluation, dark)
    scales = {name: by_name(figure, name).colorscale for name in ("right", "wrong")}
    share = evaluation.confusion / evaluation.confusion.sum(axis=1, keepdims=True)
    names = list(by_name(figure, "right").x)
    for counts in (t for t in figure.data if t.name == "counts"):
        ink = counts.textfont.color
        other = colours.paper if ink == colours.ink else colours.ink
        for x, y in zip(counts.x, counts.y, strict=True):
            stops, shades = zip(*scales["right" if x == y else "wrong"], strict=True)
            at = share[names.index(y), names.index(x)]
            background = np.interp(at, stops, [luminance(shade) for shade in shades])
            assert contrast(background, ink) >= max(3, contrast(background, other) - 0.1)


def contrast(background, colour):
    low, high = sorted((background, luminance(colour)))
    return (high + 0.05) / (low + 0.05)


def test_every_filled_cell_can_be_selected():
    evaluation = make_evaluation(make_classes(3))
    evaluation.confusion[0, 1] = 0
    cells = by_name(plots.confusion_matrix(evaluation), "cells")
    true, predicted, count, share = np.asarray(cells.customdata).T
    counts = np.zeros((3, 3))
    counts[true.astype(int), predicted.astype(int)] = count
    np.testing.assert_array_equal(counts, evaluation.confusion)
    assert len(count) == np.count_nonzero(evaluation.confusion)
    np.testing.assert_allclose(np.bincount(true.astype(int), share), 1.0)
    names = by_name(plots.confusion_matrix(evaluation), "right").x
    assert [list(names).index(name) for name in cells.x] == predicted.tolist()


def test_a_class_without_test_rows_does_not_divide_by_zero():
    evaluation = make_evaluation(make_classes(3))
    evaluation.confusion[1] = 0
    assert np.isnan(by_name(plots.confusion_matrix(evaluation), "right").z[1]).all()


# -- projection ------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", ["label", "predicted", "error", "split"])
@pytest.mark.parametrize("n", [6, 77])
def test_projection_holds_every_point_once_and_no_texts(n, colour):
    projection = make_projection(500, make_classes(n))
    figure = plots.projection(projection, 1, colour)
    points = np.concatenate([np.stack([t.x, t.y], axis=-1) for t in figure.data])
    assert points.dtype == np.float32
    expected = projection.coordinates[1]
    np.testing.assert_array_equal(points[np.lexsort(points.T)], expected[np.lexsort(expected.T)])
    assert all(t.type == "scattergl" and t.customdata is None and t.text is None for t in figure.data)
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.dragmode == "lasso"


def test_a_class_keeps_its_points():
    projection = make_projection(300, make_classes(3))
    figure = plots.projection(projection, 0, "predicted")
    for index, name in enumerate(projection.classes):
        chosen = projection.coordinates[0][projection.predicted == index]
        np.testing.assert_array_equal(by_name(figure, name).x, chosen[:, 0])
    wrong = by_name(plots.projection(projection, 0, "error"), "wrong")
    assert len(wrong.x) == (projection.label != projection.predicted).sum()


@pytest.mark.parametrize("colour", ["label", "predicted", "error", "split"])
@pytest.mark.parametrize("n", [3, 77])
def test_points_without_a_prediction_are_a_group_of_their_own(n, colour):
    whole = make_projection(300, make_classes(n))
    missing = whole.split == 0
    projection = replace(whole, predicted=np.where(missing, -1, whole.predicted))
    figure = plots.projection(projection, 1, colour)
    assert sum(len(t.x) for t in figure.data) == 300
    if colour in ("label", "split"):
        assert "not predicted" not in {t.name for t in figure.data}
        return
    grey = by_name(figure, "not predicted")
    np.testing.assert_array_equal(grey.x, projection.coordinates[1][missing, 0])
    if colour == "error":
        wrong = (whole.label != whole.predicted) & ~missing
        assert len(by_name(figure, "wrong").x) == wrong.sum()
    assert projection.frame()["predicted"].isna().tolist() == missing.tolist()


@pytest.mark.parametrize("colour", ["label", "predicted", "error"])
def test_numbers_without_a_prediction_have_no_colour_of_a_number(colour):
    whole = make_projection(300, make_classes(5))
    missing = whole.split == 0
    values = np.stack([np.arange(300.0), np.where(missing, np.nan, np.arange(300.0) + 1)])
    projection = replace(whole, predicted=np.where(missing, -1, whole.predicted), values=values)
    figure = plots.projection(projection, 1, colour)
    colours = figure.data[0].marker.color
    assert np.isfinite(colours).all()
    assert len(colours) == (300 if colour == "label" else (~missing).sum())
    assert sum(len(t.x) for t in figure.data) == 300


def test_many_classes_have_a_note_instead_of_a_legend():
    few = plots.projection(make_projection(400, make_classes(20)), 0, "label")
    many = plots.projection(make_projection(400, make_classes(21)), 0, "label")
    assert len(few.data) == 20
    assert few.layout.showlegend
    assert not many.layout.showlegend
    assert "21 classes" in many.layout.xaxis.title.text
    assert len(many.data) <= 8
    assert many.data[0].marker.color.dtype == np.uint8


# -- probes and drift ------------------------------------------------------------------------------


def test_probe_lines_show_scores_intervals_and_both_lines():
    scores = make_probes(7)
    figure = plots.probe_lines(scores)
    for v, variant in enumerate(scores.variants):
        np.testing.assert_array_equal(by_name(figure, variant).y, scores.test[v])
        band = by_name(figure, f"{variant} interval")
        np.testing.assert_array_equal(band.y[:7], scores.high[v])
        np.testing.assert_array_equal(band.y[7:], scores.low[v][::-1])
    assert list(by_name(figure, "majority class 0.501").y) == [0.501, 0.501]
    assert list(by_name(figure, "TF-IDF 0.813").y) == [0.813, 0.813]
    assert set(by_name(figure, "TF-IDF interval").y) == {0.795, 0.831}
    assert figure.layout.xaxis.ticktext[0] == "embeddings"


def test_code_lines_show_bits_intervals_and_the_uniform_code():
    scores = make_probes(7)
    figure = plots.code_lines(scores)
    for v, variant in enumerate(scores.variants):
        np.testing.assert_array_equal(by_name(figure, variant).y, scores.code_bits[v])
        band = by_name(figure, f"{variant} interval")
        np.testing.assert_array_equal(band.y[:7], scores.code_high[v])
        assert by_name(figure, variant).customdata[3][2] == pytest.approx(6920 / scores.code_bits[v, 3])
    assert list(by_name(figure, "uniform code 6,920").y) == [6920, 6920]
    frame = scores.frame()
    assert frame["compression"].to_numpy() == pytest.approx(6920 / frame["code length"].to_numpy())


def test_a_deep_backbone_has_room_for_its_layer_numbers():
    axis = plots.probe_lines(make_probes(49)).layout.xaxis
    assert len(axis.tickvals) <= 13
    assert axis.ticktext[0] == "0"
    assert "0: embeddings" in axis.title.text


def test_drift_bars_show_percent_and_no_bar_for_what_did_not_move():
    drift = make_drift()
    figure = plots.drift_bars(drift)
    moved, still = by_name(figure, "moved"), by_name(figure, "did not move")
    assert list(moved.y) == ["block 4", "block 5", "head"]
    np.testing.assert_allclose(moved.x, [2.1, 4.65, 70])
    assert list(moved.text) == ["2.1 %", "4.7 %", "70 %"]
    assert list(still.y) == ["embeddings", "block 0", "block 1", "block 2", "block 3"]
    assert still.type == "scatter"
    assert still.mode == "text"
    assert set(still.text) == {"0 %"}
    low, high = (10**end for end in figure.layout.xaxis.range)
    assert low < 2.1
    assert high > 70


def test_a_head_that_moved_by_more_than_its_size_has_a_plain_number():
    drift = make_drift()
    drift.tensors["moved_norm"] *= 1.6
    assert list(by_name(plots.drift_bars(drift), "moved").text) == ["3.4 %", "7.4 %", "112 %"]


def test_drift_of_nothing_is_still_a_figure():
    drift = make_drift()
    drift.tensors["moved_norm"] = 0.0
    assert len(by_name(plots.drift_bars(drift), "did not move").y) == 8


# -- data and prediction ---------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 77])
def test_class_counts_stack_the_splits_commonest_on_top(n):
    diagnosis = make_diagnosis(make_classes(n))
    figure = plots.class_counts(diagnosis)
    totals = diagnosis.counts[["train", "validation", "test"]].sum(axis=1)
    assert sum(sum(by_name(figure, s).x) for s in ("train", "validation", "test")) == totals.sum()
    assert figure.layout.barmode == "stack"
    drawn = sum(np.asarray(by_name(figure, s).x) for s in ("train", "validation", "test"))
    assert list(drawn) == sorted(totals)
    assert len(set(figure.layout.yaxis.categoryarray)) == n


def test_text_lengths_mark_the_limit():
    diagnosis = make_diagnosis(make_classes(2))
    figure = plots.text_lengths(diagnosis)
    bars = figure.data[0]
    assert list(bars.y) == list(diagnosis.lengths["texts"])
    assert [c == LIGHT.wrong for c in bars.marker.color] == list(diagnosis.lengths["tokens_from"] > 128)
    assert figure.layout.shapes[0].x0 == 128.5
    assert {"128", "3.1%"} <= set(figure.layout.annotations[0].text.split())


def test_an_unknown_training_loss_is_not_drawn():
    history = make_history(4)
    epochs = tuple(replace(epoch, train=epoch.train | {"loss": np.nan}) for epoch in history.epochs)
    history = replace(history, epochs=epochs)
    assert {"each step", "train"}.isdisjoint(
        trace.name for trace in plots.training_curves(history, "loss").data
    )
    assert "train" in {trace.name for trace in plots.training_curves(history, "accuracy").data}
    overlaid = plots.compare_training_curves({"one": history}, "loss")
    assert [trace.name for trace in overlaid.data] == ["one"]


def test_words_and_their_sentences_are_counted_under_their_names():
    diagnosis = replace(make_diagnosis(make_classes(3)), problem=ProblemType.TOKENS)
    assert plots.class_counts(diagnosis).layout.xaxis.title.text == "words"
    lengths = plots.text_lengths(diagnosis)
    assert lengths.layout.yaxis.title.text == "sentences"
    assert lengths.layout.annotations[0].text.endswith("of the sentences")


def test_data_without_rows_say_so():
    diagnosis = make_diagnosis(())
    empty = type(diagnosis)((), (), diagnosis.counts, diagnosis.lengths.iloc[:0])
    assert "yet" in plots.class_counts(empty).layout.annotations[0].text
    assert "yet" in plots.text_lengths(empty).layout.annotations[0].text


def test_probabilities_show_the_ten_likeliest_best_on_top():
    prediction = make_prediction(make_classes(77))
    bars = plots.probabilities(prediction, 1).data[0]
    expected = np.sort(prediction.outputs[1].astype(float))[-10:]
    np.testing.assert_allclose(bars.x, expected)
    assert bars.marker.color[-1] != bars.marker.color[0]
    assert bars.text[-1] == f"{expected[-1]:.1%}"


def test_every_predicted_label_is_highlighted():
    names, outputs = ("a", "b", "c"), np.array([[0.6, 0.45, 0.4]])
    decoded = PROBLEMS[ProblemType.MULTI_LABEL].decode(names, outputs, np.array([0.5, 0.5, 0.3]))
    prediction = Prediction(
        ("one",),
        ("a", "b", "c"),
        ProblemType.MULTI_LABEL,
        outputs.astype(np.float32),
        decoded,
        pd.DataFrame(),
    )
    first, second, third = plots.probabilities(prediction, 0).data[0].marker.color
    assert first == third != second


# -- compare ---------------------------------------------------------------------------------------


def test_scores_have_intervals():
    table = make_runs()
    dots = plots.scores(table, ACCURACY).data[0]
    assert list(dots.x) == list(table["accuracy"])
    np.testing.assert_allclose(dots.error_x.array, table["accuracy high"] - table["accuracy"])
    np.testing.assert_allclose(dots.error_x.arrayminus, table["accuracy"] - table["accuracy low"])
    assert dots.y[0] == "<b>1</b>  head only"


def test_cost_and_score_is_log_in_seconds_with_intervals():
    table = make_runs()
    figure = plots.cost_and_score(table, MACRO_F1)
    assert figure.layout.xaxis.type == "log"
    assert [t.x[0] for t in figure.data] == list(table["seconds"])
    assert [t.y[0] for t in figure.data] == list(table["macro F1"])
    np.testing.assert_allclose(
        [t.error_y.array[0] for t in figure.data], table["macro F1 high"] - table["macro F1"]
    )
    low, high = (10**end for end in figure.layout.xaxis.range)
    assert low < table["seconds"].min() < table["seconds"].max() < high
    assert sum(low <= tick <= high for tick in figure.layout.xaxis.tickvals) >= 3


def test_a_table_without_intervals_is_refused_by_name():
    with pytest.raises(ConfigError, match="macro F1 low"):
        plots.cost_and_score(make_runs().drop(columns="macro F1 low"), MACRO_F1)
    assert "Choose" in plots.scores(make_runs().iloc[:0], ACCURACY).layout.annotations[0].text


# -- stack -----------------------------------------------------------------------------------------


def keys(figure):
    """Return the click keys of the parts by colour name."""
    bars = [t for t in figure.data if t.type == "bar" and t.customdata is not None]
    return {t.name: [row[0] for row in t.customdata] for t in bars}


def test_stack_colours_and_keys_follow_the_plan():
    figure = plots.freeze_map(make_anatomy(6), FreezePlan.last_n(2, 6))
    assert keys(figure) == {
        "frozen": ["embeddings", "block 0", "block 1", "block 2", "block 3"],
        "trains": ["block 4", "block 5"],
    }
    assert by_name(figure, "frozen").marker.color == LIGHT.frozen
    assert by_name(figure, "trains").marker.color == LIGHT.trainable
    assert "1.77 M" in set(strings(figure))
    assert by_name(figure, "head").customdata is None  # always trains: nothing to click


def test_parts_stand_in_order_and_apart():
    figure = plots.freeze_map(make_anatomy(6, final=768), FreezePlan(blocks=(2,)))
    bars = [t for t in figure.data if t.type == "bar"]
    places = {
        k: y for t in bars if t.customdata is not None for (k,), y in zip(t.customdata, t.y, strict=True)
    }
    order = ["embeddings", *(f"block {k}" for k in range(6))]
    heights = [places[k] for k in order]
    assert heights == sorted(heights)
    assert by_name(figure, "head").y[0] > max(heights)
    every = sorted(y for t in bars for y in t.y)
    assert min(np.diff(every)) > 0.999


@pytest.mark.parametrize(
    ("plan", "below"),
    [
        (FreezePlan(), "block 5"),
        (FreezePlan.last_n(2, 6), "block 3"),
        (FreezePlan(blocks=(0, 5)), "embeddings"),
    ],
)
def test_the_boundary_lies_right_above_what_is_computed_once(plan, below):
    figure = plots.freeze_map(make_anatomy(6), plan)
    (line,) = [s for s in figure.layout.shapes if s.type == "line"]
    assert any("computed once" in text for text in strings(figure))
    frozen = by_name(figure, "frozen")
    place = {row[0]: y for row, y in zip(frozen.customdata, frozen.y, strict=True)}
    others = [y for t in figure.data if t.type == "bar" for y in t.y if y > place[below]]
    assert place[below] + 0.43 < line.y0 < min(others) - 0.43


@pytest.mark.parametrize(
    ("backbone_info", "plan", "reason"),
    [
        (make_anatomy(), FreezePlan.full(6), "embeddings train"),
        (make_anatomy(splittable=False), FreezePlan(), "cannot be cut"),
    ],
)
def test_without_a_boundary_it_says_why(backbone_info, plan, reason):
    figure = plots.freeze_map(backbone_info, plan)
    assert not [s for s in figure.layout.shapes if s.type == "line"]
    assert any(reason in s for s in strings(figure))


def test_frozen_above_the_boundary_is_hatched_and_said():
    frozen = by_name(plots.freeze_map(make_anatomy(6), FreezePlan(blocks=(2,))), "frozen")
    assert list(frozen.marker.pattern.shape) == ["", "", "", "/", "/", "/"]
    assert [("computed again" in t) for t in frozen.text] == [False] * 3 + [True] * 3


def test_the_final_norm_answers_with_the_last_block():
    figure = plots.freeze_map(make_anatomy(2, final=768), FreezePlan(blocks=(1,)))
    assert keys(figure)["trains"] == ["block 1", "block 1"]


def test_a_plan_for_another_backbone_is_refused():
    with pytest.raises(ConfigError, match="0 to 1"):
        plots.freeze_map(make_anatomy(2), FreezePlan(blocks=(5,)))


def test_every_part_has_its_mark():
    figure = plots.freeze_map(make_anatomy(6), FreezePlan.last_n(1, 6))
    marks = pd.Series([s.path for s in figure.layout.shapes if s.type == "path"])
    assert sorted(marks.value_counts()) == [2, 6]  # flames: block 5 and the head; snowflakes: the rest


def test_gradients_of_several_pairs_stand_beside_each_other():
    figure = plots.gradient_conflict(make_conflict(("a", "b", "c"), blocks=1))
    assert len({trace.x[0] for trace in figure.data}) == 3
    assert list(figure.layout.xaxis.ticktext) == ["block 0"]
