"""Comparison of finished runs, with fabricated run results."""

from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from translearn_core.analysis.comparison.cross_validation import fold_interval
from translearn_core.config import (
    BackboneConfig,
    BaseConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    TrainingConfig,
)
from translearn_core.config.settings import Settings
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import CompareConfig, StudyArm
from translearn_core.results import Comparison, Estimate, Evaluation, Metrics, RunSummary
from translearn_core.runs import RunStore, State, Workspace, artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.handlers import handler

ME = "somebody"
ROWS = 600


class Bench:
    """A store with fabricated results of runs."""

    def __init__(self, root: Path) -> None:
        self.store = RunStore(Workspace(root))
        digest = self.store.add_dataset(ME, "x", {"train": b"text,label\na,1\n"}, Settings()).digest
        self.data = DataConfig(dataset=digest, text="text", label="label")

    def run(self, config: BaseConfig) -> Path:
        """Start a job; return its folder."""
        run = self.store.submit(ME, config)
        if run.state is not State.DONE:
            assert self.store.begin(run.job.id, "test")
        return self.store.workspace.run(run.job.id)

    def trained(
        self,
        share: float,
        seed: int,
        plan: FreezePlan,
        *,
        scratch: bool = False,
        shuffled: bool = False,
        rows: int = ROWS,
        folds: tuple[int, int] | None = None,
        noise: float = 0.05,
    ) -> str:
        """Save a run with a test accuracy of about `share`, the same for all seeds without `noise`.

        Return the job's id.
        """
        k_folds, fold = folds or (None, 0)
        random = np.random.default_rng(seed + int(1000 * share) + 31 * fold)
        split = self.data.split.model_copy(update={"k_folds": k_folds, "fold": fold})
        config = ExperimentConfig(
            data=self.data.model_copy(update={"split": split}),
            backbone=BackboneConfig(random_init=scratch, init_seed=seed if scratch else 0),
            freeze=plan,
            training=TrainingConfig(seed=seed, lr=share / 1000),
        )
        folder = self.run(config)
        easy = np.random.default_rng(0).random(rows)
        correct = np.clip(easy + noise * random.standard_normal(rows), 0, 1) < share
        table = pd.DataFrame(
            {
                "row": np.arange(rows) + fold * rows,
                "split": "test",
                "text": [f"text {k + fold * rows}" for k in range(rows)],
                "label": np.where(np.arange(rows) % 2, "yes", "no"),
                "predicted": "yes",
                "confidence": 0.9,
                "score": correct.astype(float),
            }
        )
        learned = table.head(50).assign(split="train")
        if shuffled:
            table = table.sample(frac=1, random_state=seed)
        right = int(correct.sum())
        accuracy = Estimate.share(right, rows)
        macro_f1 = replace(accuracy, value=right / rows - 0.01)
        metrics = Metrics(rows, {"accuracy": accuracy, "macro_f1": macro_f1}, 0.5)
        artifacts.save(
            folder,
            Evaluation(("no", "yes"), {"test": metrics}, 0.5, pd.concat([learned, table], ignore_index=True)),
        )
        artifacts.save(
            folder,
            RunSummary(
                "CPU", "float32", {"total": 10.0 + seed}, {"trainable": 100, "total": 200}, metrics, metrics,
                0.5, 3, 2, plan.first_trainable_block(6),
            ),
        )  # fmt: skip
        job = self.store.submit(ME, config).job.id
        self.store.finish(job, State.DONE)
        return job

    def cell(self, name: str, share: float, plan: FreezePlan, seeds: int = 3, **how: Any) -> StudyArm:
        """Save the runs of a cell."""
        return StudyArm(
            name=name, jobs=tuple(self.trained(share, seed, plan, **how) for seed in range(seeds))
        )

    def folded(
        self, name: str, share: float, plan: FreezePlan, k_folds: int, done: int, **how: Any
    ) -> StudyArm:
        """Save the runs of the first folds of an arm."""
        jobs = (self.trained(share, 0, plan, rows=150, folds=(k_folds, k), **how) for k in range(done))
        return StudyArm(name=name, jobs=tuple(jobs))

    def compare(self, *cells: StudyArm, baseline: str) -> Comparison:
        """Compare cells at once."""
        run = self.store.submit(ME, CompareConfig(arms=cells, baseline=baseline))
        assert self.store.begin(run.job.id, "test")
        job = self.store.job(run.job.id)
        context = Context(self.store, job, self.store.workspace.run(job.id), {})
        handler(job.spec)(context)
        result = artifacts.load(context.folder, Comparison)
        assert result is not None
        return result


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


ALL, TOP = FreezePlan.full(6), FreezePlan.last_n(2, 6)


def test_cells_have_means_intervals_and_differences(bench: Bench) -> None:
    result = bench.compare(
        bench.cell("full", 0.9, ALL), bench.cell("head", 0.7, FreezePlan()), baseline="head"
    )
    full, head = result.arms
    assert (result.baseline, result.test_rows) == ("head", ROWS)
    assert (full.runs, full.seconds, full.trainable, full.train_rows) == (3, 11, 100, 50)
    assert "3 seeds" in full.spread
    assert (full.boundary, full.trains, head.boundary, head.trains) == (-1, ALL.label, 6, "head only")
    assert full.difference.value == pytest.approx(full.headline.value - head.headline.value)
    assert full.difference.beyond_chance
    (sentence,) = result.sentences()
    assert f"full is {100 * full.difference.value:.1f} points better than head" in sentence
    assert "more than chance" in sentence
    assert head.difference is None


def test_seeds_that_all_score_the_same_have_the_interval_of_one(bench: Bench) -> None:
    one, three = bench.compare(
        bench.cell("one", 0.8, ALL, seeds=1, noise=0), bench.cell("three", 0.8, TOP, noise=0), baseline="one"
    ).arms
    assert astuple(three.headline) == pytest.approx(astuple(one.headline))
    assert three.headline.high - three.headline.low > 0.05
    assert three.spread == f"over {ROWS} test rows, since its 3 runs score the same"


def test_arms_that_score_the_same_on_every_row_have_no_interval(bench: Bench) -> None:
    result = bench.compare(
        bench.cell("a", 0.8, ALL, noise=0), bench.cell("b", 0.8, TOP, noise=0), baseline="a"
    )
    assert result.sentences() == ("b scores the same as a on every test row.",)


def test_folds_that_all_score_the_same_have_intervals_over_rows(bench: Bench) -> None:
    arms = [
        bench.folded("full", 0.9, ALL, 4, 4, noise=0),
        bench.folded("head", 0.7, FreezePlan(), 4, 4, noise=0),
    ]
    full, _ = bench.compare(*arms, baseline="head").arms
    assert "over 150 test rows" in full.spread
    assert full.headline.low < full.headline.value < full.headline.high
    assert full.difference.low < full.difference.value < full.difference.high


def test_folds_are_compared_fold_by_fold_on_all_rows(bench: Bench) -> None:
    arms = [bench.folded("full", 0.9, ALL, 4, 4), bench.folded("head", 0.7, FreezePlan(), 4, 4)]
    result = bench.compare(*arms, baseline="head")
    full, head = result.arms
    assert result.test_rows == 4 * 150
    assert (full.runs, full.spread) == (4, "over 4 folds")
    tests = [artifacts.load(bench.store.workspace.run(job), RunSummary).test for job in arms[0].jobs]
    expected = fold_interval([test.headline.value for test in tests], 4)
    assert full.headline == expected
    assert full.difference.value == pytest.approx(full.headline.value - head.headline.value)
    assert full.difference.seeds == 4
    assert full.difference.beyond_chance


def test_an_arm_without_all_folds_is_not_compared(bench: Bench) -> None:
    result = bench.compare(
        bench.folded("full", 0.9, ALL, 4, 3), bench.folded("head", 0.7, FreezePlan(), 4, 4), baseline="head"
    )
    assert result.arms[0].difference is None


def test_the_table_has_one_row_per_cell(bench: Bench) -> None:
    result = bench.compare(
        bench.cell("full", 0.9, ALL), bench.cell("head", 0.7, FreezePlan(), seeds=1), baseline="full"
    )
    frame = result.frame()
    assert frame["arm"].tolist() == ["full", "head"]
    assert ["3 seeds" in frame["interval"][0], "600 test rows" in frame["interval"][1]] == [True, True]
    assert "more seeds" in frame["verdict"][1]
    assert np.isnan(frame["difference"][0])
    assert frame["accuracy low"][1] < frame["accuracy"][1] < frame["accuracy high"][1]


def test_rows_are_matched_by_key_not_by_order(bench: Bench) -> None:
    plain, shuffled = bench.cell("a", 0.8, ALL), bench.cell("b", 0.8, TOP, shuffled=True)
    (_, other) = bench.compare(plain, shuffled, baseline="a").arms
    assert other.difference.value == 0
    assert other.difference.high - other.difference.low < 0.02


def test_cells_significantly_below_scratch_are_negative_transfer(bench: Bench) -> None:
    scratch = bench.cell("scratch", 0.8, ALL, scratch=True)
    result = bench.compare(
        bench.cell("full", 0.9, ALL), bench.cell("head", 0.6, FreezePlan()), scratch, baseline="full"
    )
    marks = {cell.name: cell.negative_transfer for cell in result.arms}
    assert marks["full"] is marks["scratch"] is None
    assert (marks["head"].control, marks["head"].difference.beyond_chance) == ("scratch", True)
    assert any(sentence.endswith(marks["head"].sentence) for sentence in result.sentences())


def test_scratch_on_fewer_rows_is_no_control(bench: Bench) -> None:
    few = bench.data.model_copy(update={"train_rows": 16})
    whole, bench.data = bench.data, few
    scratch = bench.cell("scratch", 0.8, ALL, scratch=True)
    bench.data = whole
    result = bench.compare(bench.cell("head", 0.6, FreezePlan()), scratch, baseline="head")
    assert [cell.negative_transfer for cell in result.arms] == [None, None]


def test_different_test_rows_are_refused(bench: Bench) -> None:
    full = bench.cell("full", 0.9, ALL)
    head = bench.cell("head", 0.7, FreezePlan(), rows=500)
    result = bench.compare(full, head, baseline="full")
    assert result.arms[1].difference is None
    (sentence,) = result.sentences()
    assert "cannot be compared" in sentence
    mixed = StudyArm(name="mixed", jobs=(full.jobs[0], head.jobs[0]))
    with pytest.raises(ConfigError, match=r"'mixed'.*same rows"):
        bench.compare(mixed, baseline="mixed")


def test_a_run_without_results_and_a_missing_baseline_are_named(bench: Bench) -> None:
    full = bench.cell("full", 0.9, ALL)
    with pytest.raises(ConfigError, match="baseline is 'best'"):
        bench.compare(full, baseline="best")
    waits = bench.store.submit(ME, ExperimentConfig(data=bench.data)).job.id
    with pytest.raises(NotFoundError, match="linear has no results"):
        bench.compare(full, StudyArm(name="linear", jobs=(waits,)), baseline="full")


def test_a_comparison_round_trips_through_disk(bench: Bench, tmp_path: Path) -> None:
    result = bench.compare(bench.cell("full", 0.9, ALL), bench.cell("top", 0.8, TOP), baseline="full")
    artifacts.save(tmp_path / "again", result)
    assert artifacts.load(tmp_path / "again", Comparison) == result
    assert replace(result, arms=()).frame().empty
