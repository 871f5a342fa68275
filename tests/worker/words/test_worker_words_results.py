"""Intervals, diagnostics and advice of a run on words in sentences."""

from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from word_bench import evaluation_of
from worker_bench import Bench

from translearn_core.config import (
    RECIPES,
    AugmentConfig,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    ProblemType,
    RecipeName,
    TrainingConfig,
    custom_overrides,
)
from translearn_core.config.studies.min_steps import with_min_steps
from translearn_core.config.training import WORD_HEAD_LR
from translearn_core.jobs import (
    LABEL_REVIEW,
    AdviseConfig,
    BaselinesConfig,
    CompareConfig,
    DiagnoseConfig,
    ErrorAnalysisConfig,
    NextStepsConfig,
    PairedComparisonConfig,
    ProbeConfig,
    ProjectConfig,
    ProjectionAnimationConfig,
    StudyArm,
)
from translearn_core.reporting.diagnostics import error_analysis
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import (
    Advice,
    Baselines,
    Comparison,
    Diagnosis,
    ErrorAnalysis,
    PairedComparison,
    ProbeScores,
    Projection,
    ProjectionAnimation,
    Workload,
)
from translearn_core.results.diagnostics.next_steps import NextSteps
from translearn_core.tasks.predictions import predictions_target, sentence_clusters
from translearn_core.worker.run_results import row_clusters, row_keys

TEXTS = ProblemType.SINGLE_LABEL


def test_the_accuracy_has_the_same_interval_wherever_it_stands(
    bench: Bench, run: str, experiment: ExperimentConfig
) -> None:
    accuracy = evaluation_of(bench, run).metrics["test"].scores["token_accuracy"]
    all_rows = bench.do(ErrorAnalysisConfig(job=run), ErrorAnalysis).coverage.iloc[0]
    assert (all_rows["accuracy"], all_rows["low"], all_rows["high"]) == pytest.approx(astuple(accuracy))
    training = experiment.training.model_copy(update={"seed": 1})
    other = bench.train(experiment.model_copy(update={"training": training}))
    paired = bench.do(PairedComparisonConfig(job=run, other=other), PairedComparison)
    assert astuple(paired.first) == pytest.approx(astuple(accuracy))
    arms = tuple(StudyArm(name=name, jobs=(job,)) for name, job in (("a", run), ("b", other)))
    compared = bench.do(CompareConfig(arms=arms, baseline="a"), Comparison)
    assert astuple(compared.arms[0].scores["token_accuracy"]) == pytest.approx(astuple(accuracy))
    (difference,) = [arm.difference for arm in compared.arms if arm.difference is not None]
    ends = difference.high - difference.low
    assert paired.difference.high - paired.difference.low == pytest.approx(ends, rel=0.15)


def test_clusters_follow_their_rows_in_the_order_of_the_keys(bench: Bench, run: str) -> None:
    rows = evaluation_of(bench, run).predictions
    rows = rows[rows["split"] == "test"]
    clusters = row_clusters(rows)
    assert clusters is not None
    sentence = rows["sentence"].set_axis(row_keys(rows)).sort_index()
    number = sentence_clusters(rows)
    assert clusters.nunique() == len(set(number.tolist()))
    assert (pd.DataFrame({"a": clusters, "b": sentence}).groupby("a")["b"].nunique() == 1).all()


def test_the_workload_counts_sentences_and_every_advice_runs(
    bench: Bench, data: DataConfig, backbone: BackboneConfig, experiment: ExperimentConfig
) -> None:
    diagnosis = bench.do(DiagnoseConfig(data=data, backbone=backbone), Diagnosis)
    workload = Workload.of(diagnosis)
    assert workload.texts(workload.train + workload.validation + workload.test) == 60
    assert workload.words_per_text == pytest.approx(5.5)
    advice = bench.do(AdviseConfig(data=data, backbone=backbone), Advice)
    assert advice.recipe
    assert with_min_steps(experiment, 200, 60).training.epochs == 30  # 10 sentences are 2 batches of 8
    exact = with_min_steps(experiment, 200, 60, workload.words_per_text)
    assert exact.training.epochs == 12  # 37 sentences of 5.5 words are 5 batches
    assert "a tag per word" in LABEL_REVIEW.unsupported(experiment)


def test_next_steps_propose_no_merging_of_tags(bench: Bench, run: str) -> None:
    steps = bench.do(NextStepsConfig(job=run), NextSteps).steps
    assert "merge" not in [step.code for step in steps]


def test_words_are_not_altered(experiment: ExperimentConfig) -> None:
    with pytest.raises(ValidationError, match="labelled where they stand"):
        ExperimentConfig(data=experiment.data, augment=AugmentConfig(copies=1))


def test_baselines_and_probes_of_words(bench: Bench, run: str) -> None:
    baselines = bench.do(BaselinesConfig(job=run), Baselines)
    tag = baselines.lines[0]
    assert tag.name == "most frequent tag of each word"
    assert "most frequent tag of each word" in tag.verdict
    scores = bench.do(ProbeConfig(job=run, control_tasks=0, random_init_baseline=False), ProbeScores)
    assert (scores.low <= scores.test).all()
    assert (scores.test <= scores.high).all()


def test_clusters_of_shuffled_words_are_their_sentences(bench: Bench, run: str) -> None:
    rows = evaluation_of(bench, run).predictions
    number = sentence_clusters(rows)
    assert number is not None
    order = np.random.default_rng(0).permutation(len(rows))[:150]
    shuffled = predictions_target(evaluation_of(bench, run), rows.iloc[order])
    assert shuffled.words is not None
    assert (shuffled.words == rows["text"].to_numpy()[order]).all()
    pairs = pd.DataFrame({"a": shuffled.sentence, "b": number[order]}).drop_duplicates()
    assert len(pairs) == pairs["a"].nunique() == pairs["b"].nunique()


def test_maps_of_words_have_intervals(bench: Bench, run: str) -> None:
    projection = bench.do(ProjectConfig(job=run, layer=3), Projection)
    assert "test word's" in projection.sentence
    assert projection.overlap.low <= projection.overlap.value <= projection.overlap.high
    animation = bench.do(ProjectionAnimationConfig(job=run), ProjectionAnimation)
    assert (animation.low <= animation.purity).all()
    assert animation.sentence.startswith("Words of a class")


def test_sentences_about_words_call_them_words(bench: Bench, run: str) -> None:
    result = bench.do(ErrorAnalysisConfig(job=run, bins=10), ErrorAnalysis)
    data = ReportData("a run", config=bench.store.job(run).config)
    section = error_analysis.section(result, data)
    captions = " ".join(block.caption for block in section.blocks)
    assert "bin of words" in captions
    assert "share of words that are answered" in captions
    assert " texts" not in " ".join((captions, *result.sentences))


def test_the_default_rate_of_a_head_is_that_of_words(data: DataConfig) -> None:
    words, texts = (TrainingConfig.defaults_for(FreezePlan(), kind) for kind in (ProblemType.TOKENS, TEXTS))
    assert (words.head_lr, texts.head_lr) == (WORD_HEAD_LR, 1e-3)
    assert texts.rebase_defaults(texts, words) == words
    base = ExperimentConfig(data=data)
    assert RECIPES[RecipeName.LINEAR].apply(base, 3).training.head_lr == WORD_HEAD_LR
    assert "training.head_lr" not in custom_overrides(
        base.model_copy(update={"training": words}), recipes=False
    )
