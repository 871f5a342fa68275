"""Label efficiency: test score against number of labels, of baselines and of trained runs."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.comparison.label_efficiency import estimate_crossing
from translearn_core.analysis.intervals import Clusters, RowScores, row_score_interval
from translearn_core.config import Split, job_id
from translearn_core.data import PreparedDataset
from translearn_core.errors import ConfigError
from translearn_core.jobs import LabelEfficiencyArm, LabelEfficiencyConfig
from translearn_core.results import Estimate, LabelEfficiency
from translearn_core.results.diagnostics.baselines import FROZEN, SCRATCH, WORDS
from translearn_core.results.format import count_noun
from translearn_core.results.metric import Metric, metric_of
from translearn_core.results.sample_efficiency import SampleEfficiency
from translearn_core.runs import artifacts
from translearn_core.runs.studies.label_efficiency import nearest_size
from translearn_core.tasks.problem import constant_row_score
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.few_labels.label_efficiency_baselines import (
    CLASS_ARMS,
    BaselineAnswers,
    fit_label_efficiency_baselines,
)
from translearn_core.worker.diagnostics.sentences.label_efficiency_text import crossing_sentence
from translearn_core.worker.run_results import (
    load_evaluation,
    prepared_row_keys,
    scores_in_order,
    training_config,
)

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

ARM_TITLES = {SCRATCH: "training from scratch", FROZEN: "the frozen probe", WORDS: "TF-IDF"}
"""Names of arms in sentences; other arms are the pretrained model's."""


@dataclass(frozen=True)
class Arm:
    """Results of one arm: which runs exist, shape (sizes, seeds), and the scores of their test rows.

    `row_scores` has shape (sizes, seeds, rows); a missing run is filled with another seed of the same size.
    """

    name: str
    ran: BoolArray
    row_scores: RowScores = field(repr=False)
    scratch: bool = False

    @property
    def scores(self) -> FloatArray:
        """Mean row score on test, shape (sizes, seeds), NaN for missing runs."""
        return np.where(self.ran, self.row_scores.mean(axis=2, dtype=np.float64), np.nan)

    @property
    def measured_sizes(self) -> NDArray[np.int64]:
        """Indices of the sizes with at least one run."""
        return np.flatnonzero(self.ran.any(axis=1))


def measure_label_efficiency(context: Context[LabelEfficiencyConfig]) -> None:
    """Score every arm at every number of labels on the same test rows, and estimate their crossings."""
    config = context.config
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    train, test = (prepared.split_indices(split) for split in (Split.TRAIN, Split.TEST))
    target, problem = prepared.target, prepared.problem
    metric = metric_of(problem.row_metric)
    if config.sizes[-1] > len(train):
        raise ConfigError("sizes", config.sizes[-1], f"at most {len(train):,}, the training rows there are")
    baselines = _stored_baselines(context, config)
    if baselines is None:
        baselines = fit_label_efficiency_baselines(context, config, prepared)
    artifacts.save(context.folder, baselines)
    arms = [_untrained_arm(config, baselines, name, len(train)) for name in baselines.names]
    names = [arm.name for arm in config.arms]
    for name in dict.fromkeys(names):
        context.report("reading the runs", names.index(name), len(names))
        arms.append(_trained_arm(context, config, name, prepared))
    context.report("looking where they cross")
    crossings = _crossings(context, config, arms, metric, target.clusters(test))
    mean, low, high = np.stack([_levels(arm, metric, target.clusters(test)) for arm in arms], axis=1)
    curve = LabelEfficiency(
        names=tuple(arm.name for arm in arms),
        sizes=config.sizes,
        seeds=config.seeds,
        reference_size=config.reference_size,
        n_validation=len(prepared.split_indices(Split.VALIDATION)),
        n_test=len(test),
        metric=metric.name,
        constant_name=problem.constant_name,
        constant_baseline=constant_row_score(problem, target, train, test),
        sentences=(*_no_task(prepared, test), *(sentence for sentence, _ in crossings)),
        scores=metric.of_row_scores(np.stack([arm.scores for arm in arms])),
        mean=mean,
        low=low,
        high=high,
        layers=baselines.layers,
        c=baselines.c,
        reaches=tuple(efficiency for _, efficiency in crossings),
        zero_shot=_without_labels(baselines.zero_shot, metric, target.clusters(test)),
        entailment=_without_labels(baselines.entailment, metric, target.clusters(test)),
    )
    artifacts.save(context.folder, curve)


def _without_labels(row_scores: NDArray[np.float32], metric: Metric, clusters: Clusters) -> Estimate | None:
    """Return the score of a method that takes no label; None without scores of its test rows."""
    if not len(row_scores):
        return None
    return metric.of_row_scores(row_score_interval(row_scores[None], clusters))


def _no_task(prepared: PreparedDataset, test: NDArray[np.int64]) -> tuple[str, ...]:
    """Warn if the test rows hold too few different values for a task."""
    lacking = prepared.problem.untrainable(prepared.target, test) if len(test) else None
    if lacking is None:
        return ()
    return (
        f"{count_noun(len(test), 'test row')}, with {lacking}: the curve shows only how often this value is "
        "predicted, and nothing of how values are distinguished.",
    )


def _stored_baselines(context: Context, config: LabelEfficiencyConfig) -> BaselineAnswers | None:
    """Return the baselines stored by the same job without runs, if it was done."""
    without_runs = {"arms": (), "reference_size": nearest_size(config.sizes)}
    job = job_id(config.model_copy(update=without_runs))
    return artifacts.load(context.store.workspace.run(job), BaselineAnswers)


def _untrained_arm(config: LabelEfficiencyConfig, baselines: BaselineAnswers, name: str, rows: int) -> Arm:
    ran = np.ones((len(config.sizes), len(config.seeds)), dtype=np.bool_)
    ran[np.asarray(config.sizes) == rows, 1:] = False  # all rows are the same draw for every seed
    return Arm(name, ran, baselines.row_scores[baselines.names.index(name)])


def _trained_arm(
    context: Context, config: LabelEfficiencyConfig, name: str, prepared: PreparedDataset
) -> Arm:
    """Return the results of the runs of one arm, on the test rows of the curve."""
    order = prepared_row_keys(prepared, Split.TEST)
    shape = len(config.sizes), len(config.seeds)
    ran, scores = np.zeros(shape, dtype=np.bool_), np.zeros((*shape, len(order)))
    scratch = False
    for arm in (arm for arm in config.arms if arm.name == name):
        size = _index_of(config.sizes, arm.rows)
        for job in arm.jobs:
            run = training_config(context, job)
            seed = _index_of(config.seeds, run.training.seed)
            scores[size, seed] = _row_scores(context, arm, job, order)
            ran[size, seed], scratch = True, run.backbone.random_init
        present, missing = np.flatnonzero(ran[size]), np.flatnonzero(~ran[size])
        scores[size, missing] = scores[size, np.resize(present, len(missing))]
    return Arm(name, ran, scores, scratch)


def _row_scores(context: Context, arm: LabelEfficiencyArm, job: str, order: pd.Index) -> RowScores:
    predictions = load_evaluation(context, job).predictions
    learned = int((predictions["split"] == Split.TRAIN).sum())
    if learned != arm.rows:
        raise ConfigError("arms", f"{arm.name}, {arm.rows} rows", f"runs of {learned} rows as such")
    scores = scores_in_order(predictions, order)
    if scores is None:
        raise ConfigError(
            "arms", arm.name, "runs tested on the very rows that the curve is, or the curves cannot be read"
        )
    return scores


def _index_of(values: Sequence[int], value: int) -> int:
    if value not in values:
        raise ConfigError("arms", value, f"one of {', '.join(map(str, values))}, as the curve has it")
    return values.index(value)


def _levels(arm: Arm, metric: Metric, clusters: Clusters) -> FloatArray:
    """Return mean, low and high value of a metric at every size, shape (3, sizes), NaN without runs."""
    levels = np.full((3, len(arm.ran)), np.nan)
    for size in arm.measured_sizes:
        level = row_score_interval(arm.row_scores[size][arm.ran[size]], clusters)
        levels[:, size] = astuple(metric.of_row_scores(level))
    return levels


def _crossings(
    context: Context,
    config: LabelEfficiencyConfig,
    arms: Sequence[Arm],
    metric: Metric,
    clusters: Clusters,
) -> list[tuple[str, SampleEfficiency]]:
    """Return the crossings of each pretrained arm with the from-scratch and TF-IDF arms, runs first."""
    trained = [arm for arm in arms if arm.name not in CLASS_ARMS]
    frozen, words = (next(arm for arm in arms if arm.name == name) for name in (FROZEN, WORDS))
    pretrained = [*(arm for arm in trained if not arm.scratch), frozen]
    references = [*(arm for arm in trained if arm.scratch), words]
    pairs = [(a, b) for a in pretrained for b in references]
    crossings = []
    for number, (a, b) in enumerate(pairs):
        context.report("looking where they cross", number, len(pairs))
        crossing = find_crossing(config.sizes, config.reference_size, a, b, metric, clusters)
        if crossing is not None:
            crossings.append(crossing)
    return crossings


def find_crossing(
    sizes: Sequence[int], at: int, a: Arm, b: Arm, metric: Metric, clusters: Clusters = None
) -> tuple[str, SampleEfficiency] | None:
    """Estimate how many labels `b` needs for the score of `a` at `at` labels, as sentence and numbers.

    None if `at` is outside the sizes measured for `a`.
    """
    labels, of_a, of_b = np.asarray(sizes), a.measured_sizes, b.measured_sizes
    if not (len(of_a) and len(of_b)) or not labels[of_a[0]] <= at <= labels[of_a[-1]]:
        return None
    crossing = estimate_crossing(
        labels[of_a].tolist(),
        a.scores[of_a].T,
        labels[of_b].tolist(),
        b.scores[of_b].T,
        at,
        row_scores_a=a.row_scores[of_a].swapaxes(0, 1),
        row_scores_b=b.row_scores[of_b].swapaxes(0, 1),
        clusters=clusters,
    )
    crossing = replace(crossing, score=metric.of_row_scores(crossing.score))
    estimate = crossing.score, crossing.estimate, crossing.low, crossing.high
    sentence = crossing_sentence(crossing, _arm_title(a), _arm_title(b))
    return sentence, SampleEfficiency(a.name, b.name, at, *estimate)


def _arm_title(arm: Arm) -> str:
    name = SCRATCH if arm.scratch else arm.name
    return ARM_TITLES.get(name, f"the pretrained model ({name})")
