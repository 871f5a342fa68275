"""The job that holds a run against cheaper ways: what it computes, what it says, what it refuses."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from worker_bench import ME, Bench

from translearn_core.analysis import tfidf_logistic_regression
from translearn_core.config import (
    BaselinesConfig,
    ExperimentConfig,
    SplitConfig,
    from_scratch_control,
    job_id,
)
from translearn_core.errors import ConfigError
from translearn_core.results import Baseline, Baselines, Difference, Evaluation, Interval, RunSummary
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, SCRATCH, WORDS
from translearn_core.runs import State, artifacts
from translearn_core.worker.diagnostics.baselines import _matched
from translearn_core.worker.diagnostics.probe_baseline import frozen_probe
from translearn_core.worker.diagnostics.sentences.baselines_text import (
    baseline_verdict,
    caveats,
    negative_transfer,
    verdict_on,
)


@pytest.fixture(scope="module")
def trained(bench: Bench, experiment: ExperimentConfig) -> str:
    bench.do(experiment, RunSummary)
    return job_id(experiment)


@pytest.fixture(scope="module")
def found(bench: Bench, trained: str) -> Baselines:
    return bench.do(BaselinesConfig(job=trained), Baselines)


@pytest.fixture(scope="module")
def evaluation(bench: Bench, trained: str) -> Evaluation:
    told = artifacts.load(bench.store.workspace.run(trained), Evaluation)
    assert told is not None
    return told


def part(evaluation: Evaluation, split: str) -> pd.DataFrame:
    return evaluation.predictions[evaluation.predictions["split"] == split]


def test_the_cheap_lines_are_what_a_library_finds_on_the_same_rows(
    found: Baselines, evaluation: Evaluation
) -> None:
    train, test = part(evaluation, "train"), part(evaluation, "test")
    assert [line.name for line in found.lines] == [MAJORITY, WORDS, FROZEN]
    assert (found.n_train, found.n_test) == (len(train), len(test))
    assert found.accuracy == evaluation.metrics["test"].accuracy
    dummy = DummyClassifier().fit(train[["text"]], train["label"])
    usual = found.line(MAJORITY)
    assert usual.accuracy == pytest.approx(dummy.score(test[["text"]], test["label"]))
    expected = f1_score(test["label"], dummy.predict(test[["text"]]), average="macro")
    assert usual.macro_f1 == pytest.approx(expected)
    place = {name: k for k, name in enumerate(evaluation.classes)}
    words, _, _ = tfidf_logistic_regression(
        train["text"].tolist(), train["label"].map(place).to_numpy(), test["text"].tolist(),
        test["label"].map(place).to_numpy(), seed=0,
    )  # fmt: skip
    assert found.line(WORDS).accuracy == pytest.approx(words)


def test_a_lead_is_the_difference_on_the_same_rows(found: Baselines) -> None:
    for line in found.lines:
        assert line.margin.estimate == pytest.approx(found.accuracy - line.accuracy)
        assert line.margin.interval.low <= line.margin.estimate <= line.margin.interval.high
        assert line.margin.seeds == 1
        assert "one seed" in line.verdict
    assert found.frame()["baseline"].tolist() == [MAJORITY, WORDS, FROZEN]


def test_without_scratch_the_answer_says_what_is_not_known(found: Baselines) -> None:
    assert "is not known until the same model is trained from scratch" in found.sentence
    assert f"reading layer {found.line(FROZEN).layer}" in found.sentence or "embeddings" in found.sentence
    assert any("test rows: one text more or less" in caveat for caveat in found.caveats)
    assert any(caveat.startswith("One seed") for caveat in found.caveats)


def test_with_scratch_the_run_is_paired_with_it_row_by_row(
    bench: Bench, experiment: ExperimentConfig, trained: str, evaluation: Evaluation
) -> None:
    control = from_scratch_control(experiment, 3)
    short = control.model_copy(update={"training": control.training.model_copy(update={"epochs": 2})})
    bench.do(short, RunSummary)
    found = bench.do(BaselinesConfig(job=trained, scratch=job_id(short)), Baselines)
    told = artifacts.load(bench.store.workspace.run(job_id(short)), Evaluation)
    line = found.line(SCRATCH)
    assert line.accuracy == pytest.approx(told.metrics["test"].accuracy)
    assert line.macro_f1 == pytest.approx(told.metrics["test"].macro_f1)
    assert "the same model trained from scratch" in found.sentence
    assert "not known" not in found.sentence
    shuffled = told.predictions.sample(frac=1, random_state=1)
    matched = _matched(evaluation, _with(told, shuffled))
    test = part(told, "test").sort_values("row")
    names = [evaluation.classes[k] for k in matched]
    ordered = pd.Series(names, index=part(evaluation, "test")["row"]).sort_index()
    assert ordered.tolist() == test["predicted"].tolist()


def test_what_is_no_control_of_the_run_is_refused(
    bench: Bench, experiment: ExperimentConfig, trained: str, evaluation: Evaluation
) -> None:
    with pytest.raises(ConfigError, match="trained from fresh weights"):
        bench.do(BaselinesConfig(job=trained, scratch=trained), Baselines)
    data = experiment.data.model_copy(update={"split": SplitConfig(seed=9)})
    other = from_scratch_control(experiment.model_copy(update={"data": data}), 3)
    run = bench.store.submit(ME, other)
    bench.store.begin(run.job.id, "test")
    bench.store.finish(run.job.id, State.DONE)
    with pytest.raises(ConfigError, match="same table, columns, rows and splits"):
        bench.do(BaselinesConfig(job=trained, scratch=run.job.id), Baselines)
    fewer = _with(evaluation, evaluation.predictions.iloc[:-5])
    if len(part(fewer, "test")) < len(part(evaluation, "test")):
        with pytest.raises(ConfigError, match="a run tested on the same"):
            _matched(evaluation, fewer)


def _with(evaluation: Evaluation, predictions: pd.DataFrame) -> Evaluation:
    return Evaluation(
        evaluation.classes, evaluation.metrics, evaluation.majority, evaluation.confusion,
        evaluation.per_class, predictions,
    )  # fmt: skip


# the frozen probe


def test_the_frozen_probe_is_a_logistic_regression_and_its_layer_is_chosen_on_validation() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 600)
    train, validation, test = np.split(np.arange(600), [300, 400])
    signal = np.eye(3)[labels]
    layers = [
        np.concatenate([noise * signal, random.standard_normal((600, 5))], axis=1)
        + 0.5 * random.standard_normal((600, 8))
        for noise in (0.2, 1.0, 0.5)
    ]
    shares: list[float] = []
    found = frozen_probe(
        [x.astype(np.float32) for x in layers], labels, train, validation, test,
        lambda done, total: shares.append(done / total),
    )  # fmt: skip
    models = [
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x[train], labels[train])
        for x in layers
    ]
    expected = [m.score(x[validation], labels[validation]) for m, x in zip(models, layers, strict=True)]
    np.testing.assert_allclose(found.validation, expected, atol=0.011)
    assert found.layer == 1
    assert (found.predicted == models[1].predict(layers[1][test])).mean() > 0.99
    assert shares == sorted(shares)


# what is said


def lead(estimate: float, low: float, high: float) -> Difference:
    return Difference(estimate, Interval(low, high), 1)


def line(name: str, apart: Difference, layer: int | None = None) -> Baseline:
    around = Interval(0.7, 0.8)
    return Baseline(
        name,
        0.75,
        around,
        0.75,
        around,
        apart,
        verdict_on(name, apart),
        negative_transfer(name, apart),
        layer,
    )


CLEAR, NONE, WORSE = lead(0.05, 0.02, 0.08), lead(0.01, -0.02, 0.04), lead(-0.04, -0.07, -0.01)


@pytest.mark.parametrize(
    ("words", "scratch", "begins", "says"),
    [
        (CLEAR, None, "Perhaps:", "is not known until the same model is trained from scratch"),
        (NONE, None, "Not seen:", "could be chance"),
        (
            WORSE, None, "No, as far as can be seen:",
            "4.0 points better than the run (95 %: 1.0 to 7.0 points)",
        ),
        (CLEAR, CLEAR, "Yes:", "better than the same model trained from scratch (95 %: 2.0 to 8.0 points)"),
        (CLEAR, NONE, "Not seen:", "which could be chance"),
        (WORSE, WORSE, "No, it did harm:", "4.0 points worse than the same model trained from scratch"),
    ],
)  # fmt: skip
def test_the_answer_follows_the_intervals(
    words: Difference, scratch: Difference | None, begins: str, says: str
) -> None:
    lines = {WORDS: line(WORDS, words), FROZEN: line(FROZEN, CLEAR, 4)}
    lines |= {SCRATCH: line(SCRATCH, scratch)} if scratch else {}
    said = baseline_verdict(lines, 0.8, fresh=False)
    assert said.startswith(begins)
    assert says in said
    assert ("not known" in said) is (scratch is None)
    assert "reading layer 4, gets 75.0 % right" in said
    assert said.endswith(".")


def test_a_run_from_fresh_weights_is_called_the_control() -> None:
    said = baseline_verdict({WORDS: line(WORDS, NONE), FROZEN: line(FROZEN, WORSE, 0)}, 0.8, fresh=True)
    assert said.startswith("This run began with fresh weights, so nothing was transferred")
    assert "its embeddings alone" in said


def test_harm_is_said_only_below_words_or_scratch_and_beyond_chance() -> None:
    said = "Negative transfer: 4.0 points below counting words with TF-IDF (95 %: 1.0 to 7.0 points)."
    assert negative_transfer(WORDS, WORSE) == said
    assert negative_transfer(SCRATCH, WORSE).startswith("Negative transfer")
    assert (
        negative_transfer(FROZEN, WORSE)
        == negative_transfer(MAJORITY, WORSE)
        == negative_transfer(WORDS, NONE)
        == ""
    )
    assert "could be chance on these test rows (one seed)" in verdict_on(WORDS, NONE)
    assert "(95 %: −2.0 to 4.0 points)" in verdict_on(WORDS, NONE)
    assert "(95 %: 0.0 to 4.0 points)" in verdict_on(WORDS, lead(0.02, -1e-9, 0.04))
    assert "more than chance on these test rows (one seed)" in verdict_on(WORDS, CLEAR)


def test_caveats_are_those_that_apply(experiment: ExperimentConfig) -> None:
    many = {"train": 50_000, "validation": 5_000, "test": 9_000}
    (seed,) = caveats(experiment, many, probed=50_000)
    assert seed.startswith("One seed")
    few = caveats(experiment, {"train": 90, "validation": 20, "test": 50}, probed=90)
    assert few[0].startswith("Only 50 test rows: one text more or less is worth 2.0 points")
    assert any("20 validation rows" in caveat for caveat in few)
    assert any("20,000 of the 50,000" in caveat for caveat in caveats(experiment, many, probed=20_000))
