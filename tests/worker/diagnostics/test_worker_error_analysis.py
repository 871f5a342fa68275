"""Error analysis of a run of a tiny backbone: calibration, coverage, slices, label issues."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.special import softmax
from scipy.stats import fisher_exact
from sklearn.metrics import confusion_matrix, log_loss
from statistics_by_hand import ece
from worker_bench import ME, Bench

from translearn_core.analysis.language_id import OTHERS, UNSURE, identify_languages
from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig, SplitConfig
from translearn_core.config.settings import Settings
from translearn_core.errors import DataError
from translearn_core.jobs import LENGTH, ErrorAnalysisConfig, PredictConfig
from translearn_core.results import (
    CalibrationScore,
    ErrorAnalysis,
    Estimate,
    Evaluation,
    Prediction,
)
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained
from translearn_core.worker.diagnostics.error_analysis.error_analysis import (
    SplitPredictions,
    _fit_temperature,
)
from translearn_core.worker.diagnostics.error_analysis.label_issues import LabelCheck
from translearn_core.worker.diagnostics.error_analysis.slices import COLUMNS as SLICES
from translearn_core.worker.diagnostics.error_analysis.slices import LANGUAGE
from translearn_core.worker.diagnostics.sentences import error_analysis_text

ENGLISH = ("this was a {} film and we all {} it on {} of the {} week", "{} {} {} {}")
GERMAN = ("das war ein {} Film und wir haben ihn alle {} am {} der {} Woche wegen der Musik", "{} {} {} {}")
GOOD, BAD = ("great", "lovely", "wonderful", "fine"), ("terrible", "awful", "boring", "broken")
SUSPECTS = ("row", "split", "text", "label", "suggested", "probability of label", "probability of suggested")
WRONG = (10, 41, 72, 113, 154, 195, 236)
"""Rows with a flipped label, in every split and both languages."""


def table() -> pd.DataFrame:
    """Return 300 reviews in two languages, with a source and a year; a few labels are flipped."""
    random, lines = np.random.default_rng(0), []
    splits = ("train", "train", "test", "validation", "test")
    for i in range(300):
        good, german, short = bool(random.integers(2)), i % 3 == 0, random.random() < 0.25
        words = [str(random.choice(GOOD if good else BAD)), "loved" if good else "hated", f"day {i}"]
        text = (GERMAN if german else ENGLISH)[short].format(*words, random.choice(["first", "last", "old"]))
        label = "yes" if good != (i in WRONG) else "no"
        lines.append((text, label, splits[i % 5], ("shop", "press", "post")[i % 7 % 3], 1980 + i % 40, i))
    return pd.DataFrame(lines, columns=["text", "liked", "split", "source", "year", "id"])


@pytest.fixture(scope="module")
def experiment(bench: Bench, backbone: BackboneConfig, experiment: ExperimentConfig) -> ExperimentConfig:
    csv = table().to_csv(index=False).encode()
    dataset = bench.store.add_dataset(ME, "reviews.csv", {"train": csv}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="liked", split=SplitConfig(column="split"))
    return experiment.model_copy(update={"data": data})


@pytest.fixture(scope="module")
def trained(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


@pytest.fixture(scope="module")
def evaluation(bench: Bench, trained: str) -> Evaluation:
    evaluation = artifacts.load(bench.store.workspace.run(trained), Evaluation)
    assert evaluation is not None
    return evaluation


@pytest.fixture(scope="module")
def result(bench: Bench, trained: str) -> ErrorAnalysis:
    return bench.do(ErrorAnalysisConfig(job=trained, bins=10), ErrorAnalysis)


class Reference:
    """Probabilities of the rows of one split, computed independently of the job."""

    def __init__(self, bench: Bench, job: str, evaluation: Evaluation, split: str) -> None:
        self.rows = evaluation.predictions[evaluation.predictions["split"] == split]
        trained = load_trained(bench.store.workspace.run(job))
        self.p = trained.predict(self.rows["text"].tolist()).predictions.astype(np.float64)
        self.labels = self.rows["label"].map(trained.names.index).to_numpy()
        self.correct = self.p.argmax(axis=1) == self.labels

    def scaled(self, t: float) -> NDArray[np.float64]:
        result: NDArray[np.float64] = softmax(np.log(self.p) / t, axis=1)
        return result

    def loss(self, t: float) -> float:
        return float(log_loss(self.labels, self.scaled(t), labels=[0, 1]))


@pytest.fixture(scope="module")
def held_out(bench: Bench, trained: str, evaluation: Evaluation) -> Reference:
    return Reference(bench, trained, evaluation, "test")


@pytest.fixture(scope="module")
def validation_rows(bench: Bench, trained: str, evaluation: Evaluation) -> Reference:
    return Reference(bench, trained, evaluation, "validation")


def test_the_temperature_is_optimal_on_validation_rows_and_losses_match_scikit_learn(
    result: ErrorAnalysis, held_out: Reference, validation_rows: Reference
) -> None:
    assert (result.n_test, result.n_validation) == (len(held_out.rows), len(validation_rows.rows))
    t = result.scaled.temperature
    assert not validation_rows.correct.all()
    assert result.raw.temperature == 1.0 != t
    best = validation_rows.loss(t)
    assert best < min(validation_rows.loss(t * 1.05), validation_rows.loss(t / 1.05))
    assert result.raw.loss == pytest.approx(held_out.loss(1.0), abs=1e-5)
    assert result.scaled.loss == pytest.approx(held_out.loss(t), abs=1e-5)


def test_calibration_errors_and_bins_match_the_reference(result: ErrorAnalysis, held_out: Reference) -> None:
    for which, one in (("raw", result.raw), ("scaled", result.scaled)):
        sure = held_out.scaled(one.temperature).max(axis=1)
        assert one.error.value == pytest.approx(ece(sure, held_out.correct, 10), abs=1e-5)
        assert one.error.low <= one.error.value <= one.error.high
        bins = result.bins[result.bins["which"] == which]
        assert len(bins) == 10
        assert bins["rows"].sum() == result.n_test
        for _, line in bins[bins["rows"] > 0].iterrows():
            inside = (sure > line["from"] - 1e-9) & (sure <= line["to"] + 1e-9)
            assert (line["rows"], line["accuracy"]) == (inside.sum(), held_out.correct[inside].mean())
            assert line["confidence"] == pytest.approx(sure[inside].mean(), abs=1e-5)
            ends = Estimate.share(int(held_out.correct[inside].sum()), int(inside.sum()))
            assert (line["low"], line["high"]) == pytest.approx((ends.low, ends.high))


def test_coverage_counts_rows_above_each_scaled_threshold(result: ErrorAnalysis, held_out: Reference) -> None:
    sure = held_out.scaled(result.scaled.temperature).max(axis=1)
    assert result.coverage["threshold"].tolist() == [k / 100 for k in range(101)]
    for threshold in (0.0, 0.55, 0.7, 0.9):
        line = result.coverage.set_index("threshold").loc[threshold]
        enough = sure >= threshold
        assert line["coverage"] == pytest.approx(enough.mean(), abs=0.011), "float32 may move one row"
        if enough.any():
            assert line["accuracy"] == pytest.approx(held_out.correct[enough].mean(), abs=0.02)


def test_slices_are_groups_of_test_rows_against_all_others(
    result: ErrorAnalysis, held_out: Reference
) -> None:
    slices, given = result.slices, table().set_index("text")
    assert set(slices["column"]) == {"source", LENGTH, LANGUAGE}, "id, year: too many values"
    assert slices.groupby("column")["rows"].sum().eq(result.n_test).all()
    assert slices["difference"].is_monotonic_increasing
    source = given.loc[held_out.rows["text"], "source"].to_numpy()
    tests = []
    for name in ("shop", "press", "post"):
        (line,) = (
            line for _, line in slices.iterrows() if (line["column"], line["slice"]) == ("source", name)
        )
        members = source == name
        right, others = held_out.correct[members], held_out.correct[~members]
        assert (line["rows"], line["accuracy"]) == (len(right), right.mean())
        assert line["difference"] == pytest.approx(right.mean() - others.mean())
        ends = Estimate.share(int(right.sum()), len(right))
        assert (line["low"], line["high"]) == pytest.approx((ends.low, ends.high))
        counts = [[right.sum(), (~right).sum()], [others.sum(), (~others).sum()]]
        tests.append((fisher_exact(counts).pvalue, line["beyond chance"]))
    smallest, called = min(tests)
    assert called == (smallest <= 0.05 / 3 / 3), "three columns share the chance of one, Holm's first step"
    german = held_out.rows["text"].str.contains("Woche").to_numpy()
    language = slices[slices["column"] == LANGUAGE].set_index("slice")
    assert {"German", "English"} <= set(language.index)
    assert language.loc["German", "rows"] == german.sum()
    assert language.loc["German", "accuracy"] == held_out.correct[german].mean()
    lengths = [text.split(" to ") for text in slices.loc[slices["column"] == LENGTH, "slice"]]
    assert all(ends[-1].endswith("words") for ends in lengths)


def test_columns_can_be_chosen_and_unusable_ones_are_refused(bench: Bench, trained: str) -> None:
    config = ErrorAnalysisConfig(job=trained, columns=("year", LENGTH))
    slices = bench.do(config, ErrorAnalysis).slices
    assert set(slices["column"]) == {"year", LENGTH, LANGUAGE}
    assert (slices["column"] == "year").sum() == 4, "quarters"
    with pytest.raises(DataError, match="no column 'nope'"):
        bench.do(ErrorAnalysisConfig(job=trained, columns=("nope",)), ErrorAnalysis)
    with pytest.raises(DataError, match="different values"):
        bench.do(ErrorAnalysisConfig(job=trained, columns=("text",)), ErrorAnalysis)


def test_flipped_labels_are_suspected(result: ErrorAnalysis, evaluation: Evaluation) -> None:
    rows = evaluation.predictions
    assert result.n_checked == len(rows) == 300
    suspects = result.suspects
    assert list(suspects.columns) == list(SUSPECTS)
    turned = [number + 1 for number in WRONG]
    assert len(set(turned) & set(suspects["row"])) >= 6, "of seven; rows are counted from 1"
    assert set(suspects["row"].head(5)) <= set(turned), "the most doubtful first"
    known = rows.set_index("row")
    for _, line in suspects.iterrows():
        assert line["label"] == known["label"][line["row"]] != line["suggested"]
        assert (line["text"], line["split"]) == tuple(known.loc[line["row"], ["text", "split"]])
        assert line["probability of label"] + line["probability of suggested"] == pytest.approx(1, abs=1e-5)
    assert result.noise.low <= result.noise.value <= result.noise.high
    assert result.noise.low < len(WRONG) / 300 < result.noise.high


def test_confused_pairs_count_what_the_confusion_matrix_counts(
    result: ErrorAnalysis, held_out: Reference
) -> None:
    counts = confusion_matrix(held_out.labels, held_out.p.argmax(axis=1))
    names = ("no", "yes")
    expected = {
        (names[i], names[j]): counts[i, j] for i in range(2) for j in range(2) if i != j and counts[i, j]
    }
    pairs = result.pairs
    assert {(p["label"], p["predicted"]): p["rows"] for _, p in pairs.iterrows()} == expected
    assert pairs["rows"].is_monotonic_decreasing
    sure = pd.Series(held_out.p.max(axis=1), index=held_out.rows["text"])
    for _, pair in pairs.iterrows():
        members = (held_out.rows["label"] == pair["label"]).to_numpy()
        assert pair["share"] == pytest.approx(pair["rows"] / members.sum())
        quoted = pair["texts"].split("\n")
        assert len(quoted) == min(3, pair["rows"])
        wrong = sure[members & ~held_out.correct].sort_values(ascending=False)
        np.testing.assert_allclose(sure[quoted], wrong.iloc[: len(quoted)], atol=1e-6)


def test_each_finding_has_its_sentence(result: ErrorAnalysis, held_out: Reference) -> None:
    believe, silence, weak, labels, *caveats = result.sentences
    sure = held_out.p.max(axis=1).mean()
    assert f"{100 * sure:.1f} % sure" in believe
    assert f"temperature {result.scaled.temperature:.2f}" in believe
    assert f"{result.n_validation} validation" in believe
    assert f"{100 * held_out.correct.mean():.1f} %" in silence
    assert f"{len(result.slices)} slices" in weak
    assert f"row {result.suspects['row'][0]} of" in labels
    assert any("120 test rows" in caveat for caveat in caveats)
    assert any("Languages" in caveat for caveat in caveats)


def test_scaled_predictions_keep_their_classes(bench: Bench, trained: str, held_out: Reference) -> None:
    texts = tuple(held_out.rows["text"].head(5))
    plain, warm = (
        bench.do(PredictConfig(job=trained, texts=texts, temperature=t), Prediction).outputs
        for t in (None, 2.5)
    )
    np.testing.assert_allclose(warm, softmax(np.log(plain.astype(np.float64)) / 2.5, axis=1), atol=1e-6)
    assert warm.dtype == np.float32
    assert warm.argmax(1).tolist() == plain.argmax(1).tolist()
    assert (warm.max(1) < plain.max(1)).all()


def test_without_validation_errors_no_temperature_is_fitted() -> None:
    logs = np.log(np.asarray([[0.9, 0.1], [0.2, 0.8]]))
    rows = pd.DataFrame({"text": ["a", "b"]})
    assert _fit_temperature(SplitPredictions(rows, logs, np.asarray([0, 1]))) == 1.0
    assert _fit_temperature(SplitPredictions(rows, logs, np.asarray([0, 0]))) != 1.0


# languages

EN = "the weather was so bad that we stayed at home the whole week"
DE = "das Wetter war so schlecht, dass wir die ganze Woche zu Hause blieben"
FR = "le temps était si mauvais que nous sommes restés à la maison toute la semaine"


def test_languages_with_enough_texts_are_named() -> None:
    calls: list[tuple[int, int]] = []
    names = identify_languages([EN] * 30 + [DE] * 25 + [FR] * 19 + ["42"] * 2, lambda *at: calls.append(at))
    assert names is not None
    assert names.tolist() == ["English"] * 30 + ["German"] * 25 + [OTHERS] * 19 + [UNSURE] * 2
    assert calls == [(0, 76)]


def test_one_language_is_no_slice() -> None:
    assert identify_languages([EN] * 300) is None
    assert identify_languages([EN] * 300 + ["42"] * 50) is None
    assert identify_languages([EN] * 300 + [FR] * 19) is None, "too few to speak of"
    assert identify_languages([EN] * 300 + [FR] * 15 + [DE] * 15) is not None, "two of them are not"


# sentences


def calibrated(t: float, error: float, loss: float) -> CalibrationScore:
    return CalibrationScore(t, Estimate(error, error / 2, error * 2), loss)


@pytest.mark.parametrize(
    ("sure", "says"),
    [(0.95, "too sure"), (0.8, "can be believed"), (0.6, "more often right")],
)
def test_confidence_is_judged_by_the_interval_of_the_accuracy(sure: float, says: str) -> None:
    correct = np.arange(1000) % 5 > 0
    raw, scaled = calibrated(1.0, 0.052, 0.34), calibrated(1.7, 0.013, 0.29)
    sentence = error_analysis_text.calibration_text(np.full(1000, sure), correct, raw, scaled, 692)
    assert says in sentence
    assert "5.2 points (95 %: 2.6 to 10.4)" in sentence
    assert "temperature 1.70" in sentence
    assert "692 validation rows" in sentence
    assert "0.340 to 0.290" in sentence
    unfit = error_analysis_text.calibration_text(np.full(1000, sure), correct, raw, raw, 30)
    assert "of 30 validation rows none" in unfit
    assert "No temperature" in unfit


@pytest.mark.parametrize(
    ("error", "loss", "says"),
    [(0.013, 0.29, ""), (0.06, 0.29, "not the calibration error"), (0.013, 0.36, "makes the loss worse")],
)
def test_a_scaling_that_does_not_help_is_reported(error: float, loss: float, says: str) -> None:
    raw, scaled = calibrated(1.0, 0.052, 0.34), calibrated(1.7, error, loss)
    correct = np.arange(1000) % 5 > 0
    sentence = error_analysis_text.calibration_text(np.full(1000, 0.8), correct, raw, scaled, 692)
    for words in ("not the calibration error", "makes the loss worse"):
        assert (words in sentence) is (words == says)


@pytest.mark.parametrize(("right", "gains"), [(80, True), (97, False), (100, False)])
def test_abstaining_without_gain_is_reported(right: int, gains: bool) -> None:
    sentence = error_analysis_text.selective_prediction_text(
        curve(0.71), np.full(50, 0.93), np.arange(100) < right
    )
    assert ("gains nothing" not in sentence) is gains


def test_few_rows_prove_no_calibration() -> None:
    raw, hot = calibrated(1.0, 0.301, 0.88), calibrated(99.9999, 0.112, 0.694)
    sentence = error_analysis_text.calibration_text(np.full(18, 0.611), np.arange(18) < 7, raw, hot, 18)
    assert "38.9 % (95 %: 20.3 to 61.4 %)" in sentence
    assert "no gap beyond chance" in sentence
    assert "below 22.5 points" in sentence
    assert "believed" not in sentence
    assert "No temperature up to 100" in sentence
    assert "Scaled by" not in sentence


def curve(answered: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"threshold": [0.5, 0.6, 0.7, 0.8, 0.9], "coverage": [1.0, 0.95, 0.9, 0.8, answered],
         "accuracy": [0.86, 0.87, 0.89, 0.92, 0.97], "low": 0.8, "high": 0.99}
    )  # fmt: skip


def test_the_threshold_is_the_highest_with_enough_coverage() -> None:
    correct = np.arange(100) < 86
    sentence = error_analysis_text.selective_prediction_text(curve(0.71), np.full(50, 0.93), correct)
    assert sentence.startswith("Answer only above 90 %")
    assert sentence.index("71.0 %") < sentence.index("97.0 %") < sentence.index("86.0 %")
    lower = np.repeat([0.93, 0.85], [9, 41])
    assert error_analysis_text.selective_prediction_text(curve(0.1), lower, correct).startswith(
        "Answer only above 80 %"
    )
    assert (
        "fewer than 20 % of the validation rows it is 50 % sure"
        in error_analysis_text.selective_prediction_text(curve(0.1), np.full(50, 0.3), correct)
    )
    assert "No test row reaches" in error_analysis_text.selective_prediction_text(
        curve(0.0), np.full(50, 0.93), correct
    )


def cut(*lines: tuple[str, str, int, float, float, bool]) -> pd.DataFrame:
    full = [(c, s, n, a, a - 0.1, a + 0.1, d, d - 0.05, d + 0.05, b) for c, s, n, a, d, b in lines]
    return pd.DataFrame(full, columns=list(SLICES))


def test_only_significantly_weak_slices_are_named() -> None:
    weak = ("domain", "books", 82, 0.61, -0.27, True)
    chance, strong = ("domain", "films", 9, 0.5, -0.4, False), (LENGTH, "1 to 5 words", 90, 0.9, 0.3, True)
    sentence = error_analysis_text.weakest_slice_text(cut(chance, weak, strong))
    assert "'domain' is 'books': 61.0 % of 82 rows" in sentence
    assert "27.0 points fewer" in sentence
    assert "(95 %: −32.0 to −22.0)" in sentence
    assert "Weak too" not in sentence
    none = error_analysis_text.weakest_slice_text(cut(chance, strong))
    assert none.startswith("No slice")
    assert "2 slices" in none
    assert "'domain' is 'films', 50.0 % of 9 rows" in none
    assert "no slices" in error_analysis_text.weakest_slice_text(cut())
    two = error_analysis_text.weakest_slice_text(cut(weak, (LENGTH, "9 to 12 words", 50, 0.7, -0.1, True)))
    assert "Weak too: texts of 9 to 12 words" in two


def test_label_issues_are_counted_with_the_accuracy_of_the_probe() -> None:
    frame = pd.DataFrame(
        [(9, "train", "a", "yes", "no", 0.1, 0.9), (4, "test", "b", "yes", "no", 0.2, 0.8),
         (5, "test", "c", "no", "yes", 0.2, 0.8)],
        columns=list(SUSPECTS),
    )  # fmt: skip
    check = LabelCheck(1000, 3, 0.93, Estimate(0.004, 0.001, 0.008), frame)
    sentence = error_analysis_text.label_issue_text(check)
    assert sentence.startswith("3 labels look wrong")
    assert "0.4 % (95 %: 0.1 to 0.8 %) of 1,000 labels" in sentence
    assert "93.0 %" in sentence
    assert "row 9 of train" in sentence
    assert "'yes' and looks like 'no' (2 rows)" in sentence
    assert "2 of them are test rows" in sentence
    assert "listed" not in sentence
    assert "hard texts" not in sentence
    poor = error_analysis_text.label_issue_text(LabelCheck(1000, 40, 0.7, Estimate(0.04, 0.03, 0.05), frame))
    assert poor.startswith("40 labels are in doubt")
    assert "4.0 %" in poor
    assert "hard texts" in poor
    assert "3 most doubtful are listed" in poor
    none = error_analysis_text.label_issue_text(
        LabelCheck(1000, 0, 0.9, Estimate(0.0, 0.0, 0.0), frame.iloc[:0])
    )
    assert "No label" in none


def test_error_analysis_caveats_are_those_that_apply() -> None:
    right, wrong = np.ones(500, dtype=bool), np.zeros(30, dtype=bool)
    assert error_analysis_text.caveats(900, right, cut()) == ()
    few = error_analysis_text.caveats(90, wrong, cut((LANGUAGE, "German", 40, 0.5, -0.1, False)))
    assert [sentence.split()[0] for sentence in few] == ["Only", "Only", "Languages"]
