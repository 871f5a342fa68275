"""Paired comparison of study arms (runs over seeds) with a baseline arm on the same test rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from translearn_core.analysis.comparison.cross_validation import fold_interval
from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.intervals import mean_of_intervals, seed_interval, seeds_vary
from translearn_core.config import ExperimentConfig, Split, Way
from translearn_core.config.pretraining import PretrainConfig
from translearn_core.data.splits.domain_rows import DOMAIN
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import CompareConfig, StudyArm
from translearn_core.results import ArmScore, Comparison, Difference, Estimate, Evaluation, RunSummary
from translearn_core.results.comparison import NegativeTransfer
from translearn_core.results.metric import metric_of
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.domains.adaptation_worth import WayRuns, adaptation_worth
from translearn_core.worker.run_results import row_clusters, row_scores, training_config


@dataclass(frozen=True)
class _ArmResults:
    """Results of an arm: scores of the test rows, summaries, and the configuration of its first run.

    `seeds` are in the order of the scores. `fold_means` has the mean score of the test rows by seed and fold,
    which is 0 without a cross-validation; `partitions` counts the partitions into folds.
    """

    runs: ArmRuns
    summaries: tuple[RunSummary, ...]
    config: ExperimentConfig
    train_rows: int
    seeds: tuple[int, ...]
    fold_means: dict[tuple[int, int], float]
    partitions: int

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
    from_baseline = _differences(arms, baseline, config.seed)
    negative = _negative_transfer(arms, config.seed)
    scores = [
        _score(arm, None if arm is baseline else difference, negative.get(arm.runs.name))
        for arm, difference in zip(arms, from_baseline, strict=True)
    ]
    row_metric = metric_of(PROBLEMS[arms[0].config.data.problem].row_metric)
    worth = list(adaptation_worth(list(_ways(context, arms)), row_metric))
    artifacts.save(
        context.folder,
        Comparison(
            config.baseline,
            len(baseline.runs.rows),
            tuple(scores),
            folds=baseline.config.data.split.k_folds or 0,
            worth=tuple(numbers for _, numbers in worth),
            worth_sentences=tuple(sentence for sentence, _ in worth),
        ),
    )


def _ways(context: Context[CompareConfig], arms: Sequence[_ArmResults]) -> Iterator[WayRuns]:
    """Yield the arms that are ways to a target domain; of several strategies, those of the first."""
    strategy = None
    for arm in arms:
        config = arm.config
        backbone, pretrained = _base_backbone(context, config)
        way = Way.of(
            config.data.domains,
            config.adaptation,
            self_training=config.self_training is not None,
            pretrained=pretrained,
        )
        of_arm = backbone, config.freeze, config.tuning
        strategy = strategy or of_arm
        if way is not None and of_arm == strategy:
            yield WayRuns(way, arm.train_rows, arm.runs, arm.seeds)


def _base_backbone(context: Context[CompareConfig], config: ExperimentConfig) -> tuple[str, bool]:
    """Return the backbone before pretraining on a target domain, and whether there was any."""
    job = config.backbone.pretraining_job
    if job is not None:
        pretraining = context.store.job(job).config
        if isinstance(pretraining, PretrainConfig) and pretraining.target_data is not None:
            return pretraining.backbone.id, True
    return config.backbone.id, False


def _arm_results(context: Context, arm: StudyArm) -> _ArmResults:
    tested: dict[str, list[pd.Series[Any]]] = {}  # by seed, whose folds add up to all rows
    seeds: dict[str, int] = {}
    sentences: dict[str, list[pd.Series[int]]] = {}
    summaries, fold_means, train_rows = [], {}, 0
    partitions: set[int] = set()
    for job in arm.jobs:
        evaluation, summary = context.result(job, Evaluation), context.result(job, RunSummary)
        if evaluation is None or summary is None:
            raise NotFoundError(f"A run of {arm.name} has no results yet: let it finish, then compare again.")
        config, predictions = training_config(context, job), evaluation.predictions
        rows = predictions[predictions["split"] == Split.TEST]
        scores, folded = row_scores(rows), config.data.split.k_folds is not None
        seed = f"seed {config.training.seed}" if folded else job
        tested.setdefault(seed, []).append(scores)
        seeds[seed] = config.training.seed
        if (clusters := row_clusters(rows)) is not None:
            sentences.setdefault(seed, []).append(clusters)
        fold_means[config.training.seed, config.data.split.fold] = float(scores.mean())
        partitions.add(config.data.split.seed)
        summaries.append(summary)
        train_rows = _train_rows(config, predictions)
    by_seed = [pd.concat(folds).sort_index() for folds in tested.values()]
    if any(not scores.index.equals(by_seed[0].index) for scores in by_seed):
        raise ConfigError("arms", arm.name, "an arm whose runs were all tested on the same rows")
    keys = by_seed[0].index.to_numpy(dtype=np.uint64)
    of_first = next(iter(sentences.values()), None)
    of_rows = None if of_first is None else np.asarray(pd.concat(of_first).sort_index(), dtype=np.int64)
    paired = ArmRuns(arm.name, keys, np.stack([scores.to_numpy() for scores in by_seed]), of_rows)
    first = training_config(context, arm.jobs[0])
    return _ArmResults(
        paired, tuple(summaries), first, train_rows, tuple(seeds.values()), fold_means, len(partitions)
    )


def _train_rows(config: ExperimentConfig, predictions: pd.DataFrame) -> int:
    """Return the number of training rows; where a source and a target are named, of those of the target."""
    train = predictions[predictions["split"] == Split.TRAIN]
    domains = config.data.domains
    if domains is None or not (domains.source and domains.target):
        return len(train)
    return int(train[DOMAIN].isin(set(domains.target) - set(domains.source)).sum())


def _differences(arms: Sequence[_ArmResults], baseline: _ArmResults, seed: int) -> list[Difference | None]:
    """Return the difference of each arm from the baseline; by fold in a cross-validation."""
    by_rows = differences([arm.runs for arm in arms], baseline.runs, seed=seed)
    folds = baseline.config.data.split.k_folds
    if folds is None:
        return by_rows
    return [
        None if difference is None else _fold_difference(arm, baseline, folds, difference)
        for arm, difference in zip(arms, by_rows, strict=True)
    ]


def _fold_difference(
    arm: _ArmResults, baseline: _ArmResults, folds: int, by_rows: Difference
) -> Difference | None:
    """Compare the mean scores of the same folds and seeds; None if an arm lacks some.

    Differences that are the same in all folds do not vary: the interval is `by_rows`, over the test rows.
    """
    if arm.fold_means.keys() != baseline.fold_means.keys():
        return None
    by_fold = [score - baseline.fold_means[key] for key, score in arm.fold_means.items()]
    if len(set(by_fold)) == 1:
        return replace(by_rows, seeds=folds)
    interval = fold_interval(by_fold, folds, baseline.partitions)
    return Difference(interval.value, interval.low, interval.high, folds, by_rows.shares)


def _negative_transfer(arms: Sequence[_ArmResults], seed: int) -> dict[str, NegativeTransfer]:
    """Return the arms significantly below the same architecture trained from scratch, by name."""
    negative: dict[str, NegativeTransfer] = {}
    for control in (arm for arm in arms if arm.control):
        others = [arm for arm in arms if not arm.control and arm.task == control.task]
        for other, difference in zip(others, _differences(others, control, seed), strict=True):
            if difference is not None and difference.beyond_chance and difference.value < 0:
                negative[other.runs.name] = NegativeTransfer(control.runs.name, difference)
    return negative


def _score(arm: _ArmResults, difference: Difference | None, harm: NegativeTransfer | None) -> ArmScore:
    spread, scores = _intervals(arm)
    return ArmScore(
        name=arm.runs.name,
        runs=len(arm.summaries),
        spread=spread,
        scores=scores,
        seconds=float(np.mean([summary.seconds["total"] for summary in arm.summaries])),
        trainable=arm.summaries[0].parameters["trainable"],
        trains=arm.config.method_name(arm.summaries[0].kept_weights(arm.config)),
        boundary=arm.summaries[0].boundary,
        train_rows=arm.train_rows,
        backbone=arm.config.backbone.label,
        difference=difference,
        negative_transfer=harm,
    )


def _intervals(arm: _ArmResults) -> tuple[str, dict[str, Estimate]]:
    """Return the mean scores of an arm with their intervals, and what these are over.

    Runs that all score the same do not vary: their intervals are over the test rows.
    """
    tests, folds = [summary.test for summary in arm.summaries], arm.config.data.split.k_folds
    runs = {name: [test[name] for test in tests] for name in tests[0].scores}
    headline, n = [test.headline for test in tests], tests[0].n
    if len(tests) > 1 and len({score.value for score in headline}) == 1:
        spread = f"over {n:,} test rows, since its {len(tests)} runs score the same"
        return spread, {name: mean_of_intervals(scores) for name, scores in runs.items()}
    if folds is not None:
        spread = f"over {folds} folds" + f", drawn {arm.partitions} times" * (arm.partitions > 1)
        values = {name: [score.value for score in scores] for name, scores in runs.items()}
        return spread, {name: fold_interval(one, folds, arm.partitions) for name, one in values.items()}
    spread = f"over {len(tests)} seeds" if seeds_vary(headline) else f"over {n:,} test rows"
    return spread, {name: seed_interval(scores) for name, scores in runs.items()}
