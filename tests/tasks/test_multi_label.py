"""Several labels per row: encoding, thresholds, metrics against scikit-learn, rare labels and findings."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    hamming_loss,
    precision_recall_curve,
)

from translearn_core.config import CleaningRule, DataConfig, ProblemType, TargetConfig
from translearn_core.data import PART, ROW, PreparedDataset, prepare
from translearn_core.errors import DataError
from translearn_core.results import Severity
from translearn_core.results.labels.label_sets import label_sets, parse_label_sets
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.label_sets.cells import JSON, find_separator
from translearn_core.tasks.label_sets.metrics import (
    FEWEST_POSITIVES,
    LabelScores,
    average_precision_intervals,
    average_precisions,
    choose_thresholds,
    predicted_mask,
)

MULTI_LABEL = PROBLEMS[ProblemType.MULTI_LABEL]


def table(columns: dict[str, list[str | None]], part: str = "train") -> pd.DataFrame:
    frame = pd.DataFrame(columns, dtype=object)
    return frame.assign(**{ROW: np.arange(1, len(frame) + 1), PART: part})


def prepared(
    cells: list[str | None], *cleaning: CleaningRule, separator: str | None = None
) -> PreparedDataset:
    target = TargetConfig(column="y", problem=ProblemType.MULTI_LABEL, separator=separator)
    data = DataConfig(dataset="d", text="x", targets=(target,), cleaning=cleaning)
    return prepare(table({"x": [f"text {k}" for k in range(len(cells))], "y": cells}), data)


def one_hot(**columns: list[str | None]) -> PreparedDataset:
    rows = len(next(iter(columns.values())))
    target = TargetConfig(column="kinds", problem=ProblemType.MULTI_LABEL, columns=tuple(columns))
    data = DataConfig(dataset="d", text="x", targets=(target,))
    return prepare(table({"x": [f"text {k}" for k in range(rows)], **columns}), data)


def sample(rows: int = 300, labels: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, and probabilities with ties that are better than chance."""
    random = np.random.default_rng(seed)
    true = random.random((rows, labels)) < np.linspace(0.05, 0.5, labels)
    return true, np.clip(0.35 * true + 0.65 * random.random(true.shape), 0, 1).round(2)


def codes(data: PreparedDataset) -> set[str]:
    return {f.code for f in data.findings}


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["a;b", "a", "b; c", "c"], ";"),
        (["a|b", "a", "b|c", "c"], "|"),
        (["red wine, tea", "tea", "red wine", "tea,red wine"], ","),
        (['["a", "b"]', '["a"]', "[]", '["b"]'], JSON),
        (["['a', 'b']", "['a']", "[]", "['b']"], JSON),
        (["a", "b", "a", "c"], None),
    ],
)
def test_the_separator_is_found(cells: list[str], separator: str | None) -> None:
    assert find_separator(cells * 5) == separator


def test_cells_lists_and_columns_give_the_same_target() -> None:
    cells = ["a;b", "a", "B;c", "c", "a;c", "b"] * 5
    lists = [str(cell.split(";")).replace("'", '"') for cell in cells]
    columns = {name: ["01"[name in cell.lower()] for cell in cells] for name in "abc"}
    first, second, third = prepared(cells), prepared(lists), one_hot(**columns)
    assert first.target.names == second.target.names == third.target.names == ("a", "b", "c")
    expected = [[name in cells[row - 1].lower() for name in "abc"] for row in first.rows]
    for data in (first, second, third):
        order = np.argsort(data.rows)
        np.testing.assert_array_equal(data.target.values[order], np.array(expected)[np.argsort(first.rows)])
    assert "separator" in codes(first)
    assert "separator" not in codes(third)


def test_a_separator_by_name_wins_over_the_found_one() -> None:
    data = prepared(["a/b", "a", "b", "a/b;c", "b;c", "a"] * 5, separator="/")
    assert data.target.names == ("a", "b", "b;c")


def test_an_empty_list_is_a_row_without_labels_and_an_empty_cell_one_without_an_answer() -> None:
    data = prepared(['["a"]', '["b"]', "[]", None, '["a", "b"]'] * 6)
    assert "missing-labels" in codes(data)
    assert "rows-without-labels" in {f.code for f in MULTI_LABEL.findings(data.target, data.split)}
    assert len(data.texts) == 24
    assert int((~data.target.values.any(axis=1)).sum()) == 6
    assert data.strata.max() == len(data.target.names)


def test_a_cell_that_is_no_list_is_refused_with_its_row() -> None:
    with pytest.raises(DataError, match=r"row 2\b.*no JSON list"):
        prepared(['["a"]', "b", '["a", "b"]'] * 5, separator=JSON)


def test_a_one_hot_column_with_other_values_is_refused_with_its_row() -> None:
    with pytest.raises(DataError, match=r"'toxic' has '0\.7' in row 3\b"):
        one_hot(toxic=["1", "0", "0.7", "1"] * 5, rude=["1", "0", "1", "0"] * 5)


def test_a_label_in_no_row_is_reported_and_is_no_output() -> None:
    data = one_hot(a=["1", "0"] * 10, b=["yes", "no", "no", "yes"] * 5, c=["0"] * 20)
    assert data.target.names == ("a", "b")
    (absent,) = [f for f in data.findings if f.code == "labels-without-rows"]
    assert (absent.severity, "'c'" in absent.sentence) == (Severity.WARNING, True)


def test_all_cells_empty_is_refused() -> None:
    with pytest.raises(DataError, match="label in 'y'"):
        prepared([None] * 20)


def test_labels_only_in_test_are_reported_and_absent() -> None:
    target = TargetConfig(column="y", problem=ProblemType.MULTI_LABEL)
    data = DataConfig(dataset="d", text="x", targets=(target,))
    train = table({"x": [f"text {k}" for k in range(40)], "y": ["a;b", "a", "b", "a"] * 10})
    test = table({"x": [f"other {k}" for k in range(8)], "y": ["a;z", "b"] * 4}, "test")
    result = prepare(pd.concat([train, test], ignore_index=True), data)
    assert "unseen-classes" in codes(result)
    absent = MULTI_LABEL.absent_outputs(result.target, np.flatnonzero(result.split == 0))
    assert [result.target.names[k] for k in absent] == ["z"]


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (None, ("a", "b", "rare", "rarer")),
        (CleaningRule.DROP_RARE, ("a", "b")),
        (CleaningRule.MERGE_RARE, ("a", "b", "other")),
    ],
)
def test_rare_labels_are_offered_dropped_or_merged(rule: CleaningRule | None, names: tuple[str, ...]) -> None:
    cells: list[str | None] = ["a;b", "a", "b"] * 10 + ["a;rare", "b;rare", "rarer;a", "rarer;rare"]
    data = prepared(cells, *((rule,) if rule else ()))
    assert data.target.names == names
    assert len(data.texts) == len(cells)
    if rule is CleaningRule.MERGE_RARE:
        assert data.target.values[:, 2].sum() == 4
    if rule is None:
        assert "rare-classes" in codes(data)


def test_metrics_agree_with_scikit_learn() -> None:
    true, probability = sample()
    thresholds = choose_thresholds(*sample(seed=1))
    predicted = predicted_mask(probability, thresholds)
    values = LabelScores(true, predicted, probability).values
    assert values == {
        "macro_f1": pytest.approx(f1_score(true, predicted, average="macro")),
        "micro_f1": pytest.approx(f1_score(true, predicted, average="micro")),
        "map": pytest.approx(average_precision_score(true, probability)),
        "subset_accuracy": pytest.approx(accuracy_score(true, predicted)),
        "hamming": pytest.approx(hamming_loss(true, predicted)),
    }
    each = [average_precision_score(true[:, k], probability[:, k]) for k in range(true.shape[1])]
    np.testing.assert_allclose(average_precisions(true, probability), each)


def test_intervals_hold_the_values_and_cover_as_a_plain_bootstrap() -> None:
    true, probability = sample(400)
    predicted = predicted_mask(probability, None)
    scores = LabelScores(true, predicted, probability)
    estimates = scores.estimates(0)
    random = np.random.default_rng(1)
    for name, estimate in estimates.items():
        assert estimate.low <= scores.values[name] <= estimate.high
    draws = [random.integers(0, 400, 400) for _ in range(200)]
    for name in ("macro_f1", "map", "hamming"):
        again = [LabelScores(true[d], predicted[d], probability[d]).values[name] for d in draws]
        bias = np.mean(again) - scores.values[name] if name == "map" else 0.0
        low, high = np.quantile(again, [0.025, 0.975]) - bias
        width = high - low
        assert estimates[name].low == pytest.approx(low, abs=0.25 * width)
        assert estimates[name].high == pytest.approx(high, abs=0.25 * width)


def test_intervals_of_average_precision_cover_as_a_plain_bootstrap() -> None:
    true, probability = sample(400)
    true[:, 0] = False
    estimates = average_precision_intervals(true, probability)
    assert np.isnan([estimates[0].value, estimates[0].low]).all()
    random = np.random.default_rng(1)
    draws = [random.integers(0, 400, 400) for _ in range(200)]
    for k, estimate in enumerate(estimates[1:], 1):
        assert estimate.value == pytest.approx(average_precision_score(true[:, k], probability[:, k]))
        again = np.array([average_precision_score(true[d, k], probability[d, k]) for d in draws])
        low, high = np.quantile(again - again.mean() + estimate.value, [0.025, 0.975])
        assert estimate.low == pytest.approx(low, abs=0.25 * (high - low))
        assert estimate.high == pytest.approx(high, abs=0.25 * (high - low))


def test_thresholds_have_the_best_f1_of_each_label() -> None:
    true, probability = sample()
    thresholds = choose_thresholds(true, probability)
    for k, threshold in enumerate(thresholds):
        precision, recall, _ = precision_recall_curve(true[:, k], probability[:, k])
        best = np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12))
        assert f1_score(true[:, k], probability[:, k] >= threshold) == pytest.approx(best)


def test_a_label_with_few_rows_has_the_shared_threshold() -> None:
    true, probability = sample()
    true[:, 0] = False
    true[: FEWEST_POSITIVES - 1, 0] = True
    true[:, 1] = False
    thresholds = choose_thresholds(true, probability)
    assert thresholds[0] == thresholds[1]
    assert f1_score(true, probability >= thresholds[0], average="micro") == pytest.approx(
        max(f1_score(true, probability >= t, average="micro") for t in np.unique(probability))
    )


def test_a_label_that_is_never_predicted_keeps_the_default_threshold() -> None:
    true, probability = sample()
    probability[:, 2] = 0.0
    thresholds = choose_thresholds(true, probability)
    assert not predicted_mask(probability, thresholds)[:, 2].any()


def test_sets_of_labels_survive_as_strings() -> None:
    random = np.random.default_rng(0)
    names = ("a", "b;c", "d, e", "f")
    values = random.random((50, 4)) < 0.4
    np.testing.assert_array_equal(parse_label_sets(names, label_sets(names, values)), values)


def test_the_constant_baseline_is_the_most_frequent_set_and_the_prior_line_of_f1() -> None:
    cells: list[str | None] = ["a;b", "a;b", "a;b", "a", "c"] * 8
    data = prepared(cells)
    rows = np.arange(len(cells))
    outputs = MULTI_LABEL.constant_baseline(data.target, rows, rows)
    assert set(MULTI_LABEL.decode(data.target.names, outputs)["predicted"]) == {"a; b"}
    chosen = MULTI_LABEL.choose_thresholds(data.target, rows, outputs)
    share = data.target.values.mean(axis=0)
    values = MULTI_LABEL.point_metrics(chosen, rows, outputs)
    assert values["macro_f1"] == pytest.approx((2 * share / (1 + share)).mean())
    assert values["map"] == pytest.approx(share.mean())
