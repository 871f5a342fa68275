"""Paired comparison of study arms (runs over seeds) with a baseline arm on the same test rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.intervals import FEWEST_SEEDS, seed_interval
from translearn_core.config import ExperimentConfig, Split
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import CompareConfig, StudyArm
from translearn_core.results import ArmScore, Comparison, Difference, Evaluation, RunSummary
from translearn_core.results.comparison import NegativeTransfer
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import row_scores, training_config


@dataclass(frozen=True)
class _ArmResults:
    """Results of an arm: scores of the test rows, summaries, and the configuration of its first run."""

    runs: ArmRuns
    summaries: tuple[RunSummary, ...]
    config: ExperimentConfig
    train_rows: int

    @property
    def control(self) -> bool:
        """Whether the arm trained all parameters from random initialisation."""
        return self.config.backbone.random_init and self.summaries[0].boundary <= 0

    @property
    def task(self) -> tuple[str, int | None]:
        """Backbone and number of training rows, which must match those of the control."""
        return self.config.backbone.id, self.config.data.train_rows


def compare(context: Context[CompareConfig]) -> None:
    """Score every arm and its difference from the baseline arm."""
    config = context.config
    if config.baseline not in {arm.name for arm in config.arms}:
        raise ConfigError("baseline", config.baseline, f"one of {', '.join(c.name for c in config.arms)}")
    arms = []
    for number, arm in enumerate(config.arms):
        context.report("reading the runs", number, len(config.arms))
        arms.append(_arm_results(context, arm))
    context.report("comparing")
    baseline = next(arm for arm in arms if arm.runs.name == config.baseline)
    from_baseline = differences([arm.runs for arm in arms], baseline.runs, seed=config.seed)
    negative = _negative_transfer(arms, config.seed)
    scores = [
        _score(arm, None if arm is baseline else difference, negative.get(arm.runs.name))
        for arm, difference in zip(arms, from_baseline, strict=True)
    ]
    artifacts.save(context.folder, Comparison(config.baseline, len(baseline.runs.rows), tuple(scores)))


def _arm_results(context: Context, arm: StudyArm) -> _ArmResults:
    runs: list[pd.Series[Any]] = []
    summaries, train_rows = [], 0
    for job in arm.jobs:
        evaluation, summary = context.result(job, Evaluation), context.result(job, RunSummary)
        if evaluation is None or summary is None:
            raise NotFoundError(f"A run of {arm.name} has no results yet: let it finish, then compare again.")
        predictions = evaluation.predictions
        tested = predictions[predictions["split"] == Split.TEST]
        runs.append(row_scores(tested))
        summaries.append(summary)
        train_rows = int((predictions["split"] == Split.TRAIN).sum())
    if any(not run.index.equals(runs[0].index) for run in runs):
        raise ConfigError("arms", arm.name, "an arm whose runs were all tested on the same rows")
    scores = np.stack([run.to_numpy() for run in runs])
    paired = ArmRuns(arm.name, runs[0].index.to_numpy(dtype=np.uint64), scores)
    return _ArmResults(paired, tuple(summaries), training_config(context, arm.jobs[0]), train_rows)


def _negative_transfer(arms: Sequence[_ArmResults], seed: int) -> dict[str, NegativeTransfer]:
    """Return the arms significantly below the same architecture trained from scratch, by name."""
    negative: dict[str, NegativeTransfer] = {}
    for control in (arm for arm in arms if arm.control):
        others = [arm.runs for arm in arms if not arm.control and arm.task == control.task]
        for other, difference in zip(others, differences(others, control.runs, seed=seed), strict=True):
            if difference is not None and difference.beyond_chance and difference.value < 0:
                negative[other.name] = NegativeTransfer(control.runs.name, difference)
    return negative


def _score(arm: _ArmResults, difference: Difference | None, harm: NegativeTransfer | None) -> ArmScore:
    tests = [summary.test for summary in arm.summaries]
    return ArmScore(
        name=arm.runs.name,
        runs=len(tests),
        spread=f"over {len(tests)} seeds" if len(tests) >= FEWEST_SEEDS else f"over {tests[0].n:,} test rows",
        scores={name: seed_interval([test[name] for test in tests]) for name in tests[0].scores},
        seconds=float(np.mean([summary.seconds["total"] for summary in arm.summaries])),
        trainable=arm.summaries[0].parameters["trainable"],
        trains=arm.summaries[0].kept_weights(arm.config).label,
        boundary=arm.summaries[0].boundary,
        train_rows=arm.train_rows,
        backbone=arm.config.backbone.label,
        difference=difference,
        negative_transfer=harm,
    )
