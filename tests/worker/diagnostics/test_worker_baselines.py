"""Baselines of a run: scores, sentences, refused controls."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from worker_bench import ME, Bench

from tests.targets import single_label
from translearn_core.analysis.probing.linear_probe import LinearProbe
from translearn_core.analysis.tfidf import tfidf_logistic_regression
from translearn_core.config import ExperimentConfig, SplitConfig, from_scratch_control
from translearn_core.errors import ConfigError
from translearn_core.jobs import BaselinesConfig
from translearn_core.results import Baseline, Baselines, Difference, Estimate, Evaluation, Metrics
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
    return bench.train(experiment)


@pytest.fixture(scope="module")
def result(bench: Bench, trained: str) -> Baselines:
    return bench.do(BaselinesConfig(job=trained), Baselines)


@pytest.fixture(scope="module")
def evaluation(bench: Bench, trained: str) -> Evaluation:
    evaluation = artifacts.load(bench.store.workspace.run(trained), Evaluation)
    assert evaluation is not None
    return evaluation


def part(evaluation: Evaluation, split: str) -> pd.DataFrame:
    return evaluation.predictions[evaluation.predictions["split"] == split]


def test_cheap_baselines_match_scikit_learn(result: Baselines, evaluation: Evaluation) -> None:
    train, test = part(evaluation, "train"), part(evaluation, "test")
    assert [line.name for line in result.lines] == [MAJORITY, WORDS, FROZEN]
    assert (result.n_train, result.test.n) == (len(train), len(test))
    assert result.test.headline == evaluation.metrics["test"]["accuracy"]
    dummy = DummyClassifier().fit(train[["text"]], train["label"])
    usual = result.line(MAJORITY)
    assert usual.headline.value == pytest.approx(dummy.score(test[["text"]], test["label"]))
    expected = f1_score(test["label"], dummy.predict(test[["text"]]), average="macro")
    assert usual.scores["macro_f1"].value == pytest.approx(expected)
    place = {name: k for k, name in enumerate(evaluation.names)}
    words = tfidf_logistic_regression(
        train["text"].tolist(), train["label"].map(place).to_numpy(), test["text"].tolist(), seed=0
    )
    right = words == test["label"].map(place).to_numpy()
    assert result.line(WORDS).headline.value == pytest.approx(right.mean())


def test_margins_are_paired_differences(result: Baselines) -> None:
    for line in result.lines:
        assert line.margin.value == pytest.approx(result.test.headline.value - line.headline.value)
        assert line.margin.low <= line.margin.value <= line.margin.high
        assert line.margin.seeds == 1
        assert "one seed" in line.verdict
    assert result.frame()["baseline"].tolist() == [MAJORITY, WORDS, FROZEN]


def test_without_scratch_transfer_is_unknown(result: Baselines) -> None:
    assert "is not known" in result.sentence
    assert f"layer {result.line(FROZEN).layer}" in result.sentence or "embeddings" in result.sentence
    assert any(f"{result.test.n} test rows" in caveat for caveat in result.caveats)
    assert any("seed" in caveat for caveat in result.caveats)


def test_with_scratch_the_runs_are_paired_by_row(
    bench: Bench, experiment: ExperimentConfig, trained: str, evaluation: Evaluation
) -> None:
    control = from_scratch_control(experiment, 3)
    short = control.model_copy(update={"training": control.training.model_copy(update={"epochs": 2})})
    job = bench.train(short)
    result = bench.do(BaselinesConfig(job=trained, from_scratch_run=job), Baselines)
    scratch = artifacts.load(bench.store.workspace.run(job), Evaluation)
    line = result.line(SCRATCH)
    assert line.headline.value == pytest.approx(scratch.metrics["test"]["accuracy"].value)
    assert line.scores["macro_f1"].value == pytest.approx(scratch.metrics["test"]["macro_f1"].value)
    assert "from scratch" in result.sentence
    assert "not known" not in result.sentence
    shuffled = scratch.predictions.sample(frac=1, random_state=1)
    matched = _matched(evaluation, _with(scratch, shuffled))
    test = part(scratch, "test").sort_values("row")
    ordered = pd.Series(matched.rows, index=part(evaluation, "test")["row"]).sort_index()
    assert ordered.tolist() == test["score"].tolist()


def test_other_runs_are_refused_as_control(
    bench: Bench, experiment: ExperimentConfig, trained: str, evaluation: Evaluation
) -> None:
    with pytest.raises(ConfigError, match="fresh weights"):
        bench.do(BaselinesConfig(job=trained, from_scratch_run=trained), Baselines)
    data = experiment.data.model_copy(update={"split": SplitConfig(seed=9)})
    other = from_scratch_control(experiment.model_copy(update={"data": data}), 3)
    run = bench.store.submit(ME, other)
    bench.store.begin(run.job.id, "test")
    bench.store.finish(run.job.id, State.DONE)
    with pytest.raises(ConfigError, match="splits"):
        bench.do(BaselinesConfig(job=trained, from_scratch_run=run.job.id), Baselines)
    fewer = _with(evaluation, evaluation.predictions.iloc[:-5])
    if len(part(fewer, "test")) < len(part(evaluation, "test")):
        with pytest.raises(ConfigError, match="tested on the same"):
            _matched(evaluation, fewer)


def _with(evaluation: Evaluation, predictions: pd.DataFrame) -> Evaluation:
    return Evaluation(evaluation.names, evaluation.metrics, evaluation.constant_baseline, predictions)


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
    result = frozen_probe(
        [x.astype(np.float32) for x in layers], single_label(labels, 3), train, validation, test,
        lambda done, total: shares.append(done / total),
    )  # fmt: skip
    strengths = [LinearProbe.fit(x[train], labels[train]).c[0] for x in layers]
    models = [
        make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=1000)).fit(x[train], labels[train])
        for x, c in zip(layers, strengths, strict=True)
    ]
    expected = [m.score(x[validation], labels[validation]) for m, x in zip(models, layers, strict=True)]
    np.testing.assert_allclose(result.validation, expected, atol=0.011)
    assert (result.layer, result.c) == (1, strengths[1])
    assert (result.outputs.argmax(axis=1) == models[1].predict(layers[1][test])).mean() > 0.99
    assert shares == sorted(shares)


# sentences

TESTED = Metrics(500, {"accuracy": Estimate(0.8, 0.7, 0.9)}, 0.5)


def make_margin(estimate: float, low: float, high: float) -> Difference:
    return Difference(estimate, low, high, 1)


def line(name: str, margin: Difference, layer: int | None = None) -> Baseline:
    score = Estimate(0.75, 0.7, 0.8)
    return Baseline(
        name, {"accuracy": score}, margin, verdict_on(name, margin),
        negative_transfer(name, margin), layer,
    )  # fmt: skip


CLEAR, NONE, WORSE = (
    make_margin(0.05, 0.02, 0.08),
    make_margin(0.01, -0.02, 0.04),
    make_margin(-0.04, -0.07, -0.01),
)


@pytest.mark.parametrize(
    ("words", "scratch", "begins", "says"),
    [
        (CLEAR, None, "Perhaps", "more than chance"),
        (NONE, None, "Not seen", "could be chance"),
        (WORSE, None, "No,", "4.0 points better than the run (95 %: +1.0 to +7.0"),
        (CLEAR, CLEAR, "Yes", "(95 %: +2.0 to +8.0"),
        (CLEAR, NONE, "Not seen", "could be chance"),
        (WORSE, WORSE, "No, it did harm", "4.0 points worse"),
    ],
)
def test_verdicts_follow_the_intervals(
    words: Difference, scratch: Difference | None, begins: str, says: str
) -> None:
    lines = {WORDS: line(WORDS, words), FROZEN: line(FROZEN, CLEAR, 4)}
    lines |= {SCRATCH: line(SCRATCH, scratch)} if scratch else {}
    sentence = baseline_verdict(lines, TESTED, fresh=False)
    assert sentence.startswith(begins)
    assert says in sentence
    assert ("not known" in sentence) is (scratch is None)
    assert "layer 4, gets 75.0 %" in sentence


def test_a_run_from_fresh_weights_is_called_the_control() -> None:
    lines = {WORDS: line(WORDS, NONE), FROZEN: line(FROZEN, WORSE, 0)}
    sentence = baseline_verdict(lines, TESTED, fresh=True)
    assert "fresh weights" in sentence
    assert "embeddings alone" in sentence
    assert not sentence.startswith(("Yes", "No", "Perhaps"))


def test_negative_transfer_is_reported_only_if_significant() -> None:
    assert "4.0 points below counting words with TF-IDF (95 %: −7.0 to −1.0" in negative_transfer(
        WORDS, WORSE
    )
    assert negative_transfer(SCRATCH, WORSE).startswith("Negative transfer")
    assert (
        negative_transfer(FROZEN, WORSE)
        == negative_transfer(MAJORITY, WORSE)
        == negative_transfer(WORDS, NONE)
        == ""
    )
    assert "could be chance" in verdict_on(WORDS, NONE)
    assert "(95 %: −2.0 to +4.0 points)" in verdict_on(WORDS, NONE)
    assert "(95 %: 0.0 to +4.0 points)" in verdict_on(WORDS, make_margin(0.02, -1e-9, 0.04))
    assert "more than chance" in verdict_on(WORDS, CLEAR)


def test_caveats_are_those_that_apply(experiment: ExperimentConfig) -> None:
    many = {"train": 50_000, "validation": 5_000, "test": 9_000}
    (seed,) = caveats(experiment, many, probed=50_000)
    assert "seed" in seed
    few = caveats(experiment, {"train": 90, "validation": 20, "test": 50}, probed=90)
    assert "50 test rows" in few[0]
    assert "2.0 points" in few[0]
    assert any("20 validation rows" in caveat for caveat in few)
    assert any("20,000 of the 50,000" in caveat for caveat in caveats(experiment, many, probed=20_000))
