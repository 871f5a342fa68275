"""Score of an earlier run's task on a backbone that was since trained on another task."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute
from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.intervals import Clusters, RowScores, row_score_interval
from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import Backbone
from translearn_core.config import Cell, ExperimentConfig, LayerCombination, Split
from translearn_core.config.text_cells import text_cells
from translearn_core.errors import ConfigError
from translearn_core.results import Difference, Estimate, Evaluation, TaskRetention
from translearn_core.results.format import magnitude
from translearn_core.results.metric import metric_of
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.predictions import predictions_target
from translearn_core.tasks.problem import Outputs
from translearn_core.transfer import load_fine_tuned
from translearn_core.transfer.classifier import Classifier
from translearn_core.transfer.features import combine_layers
from translearn_core.transfer.objectives import OBJECTIVES
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import load_evaluation

MAX_TRAIN, MAX_TEST = 5_000, 20_000
"""Largest stratified samples that the refitted heads are fitted and scored on."""

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Rows:
    """Sampled rows of an earlier run: training rows first, then test rows, with its scores of the latter."""

    texts: list[Cell]
    target: Target
    train: IntArray
    test: IntArray
    scores: RowScores

    @classmethod
    def of(cls, evaluation: Evaluation, seed: int) -> "_Rows":
        rows, samples, target = evaluation.predictions, [], predictions_target(evaluation)
        strata = PROBLEMS[target.problem].strata(target)
        for split, limit in ((Split.TRAIN, MAX_TRAIN), (Split.TEST, MAX_TEST)):
            index = np.flatnonzero(rows["split"] == split)
            samples.append(index[stratified_sample(strata[index], limit, seed)])
        sampled = rows.iloc[np.concatenate(samples)]
        n_train = len(samples[0])
        return cls(
            text_cells(sampled),
            predictions_target(evaluation, sampled),
            np.arange(n_train),
            np.arange(n_train, len(sampled)),
            sampled["score"].to_numpy()[n_train:],
        )

    def score(self, outputs: Outputs) -> RowScores:
        """Return the scores of outputs of the test rows."""
        return PROBLEMS[self.target.problem].row_scores(self.target, self.test, outputs)


def measure_task_retention(
    context: Context,
    job: str,
    experiment: ExperimentConfig,
    before: Backbone,
    after: Backbone,
    compute: Compute,
    seed: int,
) -> TaskRetention:
    """Score an earlier run's task on a backbone before and after training on another task.

    Layers, pooling and token limit are those of the earlier run. Scores are on its test rows; a linear
    head is refitted on its training rows in the same way on both backbones.

    Raises
    ------
    ConfigError
        If the earlier run has another backbone, or the same label column of the same table.
    """  # fmt: skip
    earlier = _earlier_config(context, job, experiment)
    evaluation = load_evaluation(context, job)
    rows = _Rows.of(evaluation, seed)
    model = load_fine_tuned(context.store.workspace.run(job)).model
    reader = _FeatureReader(model, compute)
    features_before, features_after = (
        reader.features(context, backbone, rows.texts) for backbone in (before, after)
    )
    pretrained = _refit_head(context, reader.vectors(features_before), rows, "as it came")
    refitted = _refit_head(context, reader.vectors(features_after), rows, "after the training")
    old_head = reader.old_head(features_after, rows)
    metric = metric_of(PROBLEMS[evaluation.problem].row_metric)

    def level(scores: RowScores) -> Estimate:
        return metric.of_row_scores(row_score_interval(scores, rows.target.clusters(rows.test)))

    names = ", ".join(evaluation.names[:3]) + ", …" * (len(evaluation.names) > 3)
    task = TaskRetention(
        run=job,
        name=f"{earlier.data.label} ({names})" if len(evaluation.names) > 1 else earlier.data.label,
        n_test=len(rows.test),
        before=level(rows.scores),
        with_old_head=None if old_head is None else level(old_head),
        refit_head=level(refitted),
        pretrained=level(pretrained),
        lost=_paired_difference(refitted, pretrained, seed, rows.target.clusters(rows.test)),
        sentence="",
        metric=metric.name,
    )
    return replace(task, sentence=_sentence(task))


@dataclass(frozen=True, eq=False)
class _FeatureReader:
    """Applies the layer selection and head of an earlier run's model to other backbones."""

    model: Classifier
    compute: Compute

    def features(self, context: Context, backbone: Backbone, texts: list[Cell]) -> Tensor:
        """Return the input of the head from another backbone; its last layer if it has too few layers."""
        layers, config = self.model.layers, self.model.feature_config
        if layers[-1] > backbone.n_blocks:
            layers = (backbone.n_blocks,)
            config = config.model_copy(update={"layer_combination": LayerCombination.LAST, "layer": None})
        limit = min(config.token_limit, backbone.info.token_limit)
        encoder = make_encoder(
            context, backbone, texts, config.model_copy(update={"token_limit": limit}), self.compute
        )
        lookups = encoder.pooled_layers(config.pooling, layers)
        return combine_layers([lookup.vectors() for lookup in lookups], config.layer_combination).float()

    def vectors(self, features: Tensor) -> NDArray[np.float32]:
        """Return one vector per text."""
        with torch.inference_mode():
            combined = self.model.cpu().pooled_vector(features) if features.dim() > 2 else features
        vectors: NDArray[np.float32] = combined.numpy()
        return vectors

    def old_head(self, features: Tensor, rows: _Rows) -> RowScores | None:
        """Return the scores of the test rows by the run's own head; None if the shapes do not fit."""
        if features.shape[1:] != self.model.standardise.mean.shape:
            return None
        head = self.model.cpu().eval().head
        with torch.inference_mode():
            logits = head(features[torch.from_numpy(rows.test)])
            return rows.score(OBJECTIVES[rows.target.problem].activate(logits.double()).numpy())


def _earlier_config(context: Context, job: str, experiment: ExperimentConfig) -> ExperimentConfig:
    earlier = context.store.job(job).config
    if not isinstance(earlier, ExperimentConfig):
        raise ConfigError("earlier_runs", job, "trainings only")
    expected, actual = experiment.backbone, earlier.backbone
    if (actual.id, actual.revision) != (expected.id, expected.revision):
        raise ConfigError("earlier_runs", job, f"runs on {expected.id}, as this one")
    if (earlier.data.dataset, earlier.data.label) == (experiment.data.dataset, experiment.data.label):
        raise ConfigError("earlier_runs", job, "runs on another table or another column of labels")
    return earlier


def _refit_head(context: Context, x: NDArray[np.float32], rows: _Rows, when: str) -> RowScores:
    """Fit a linear head on the training rows; return the scores of the test rows."""
    probe = LINEAR_MODELS[rows.target.problem].fit_probe(
        x[rows.train], rows.target.select(rows.train),
        progress=lambda share: context.report(f"fitting a head on the model {when}", share, 1),
    )  # fmt: skip
    return rows.score(probe.predict(x[rows.test]))


def _paired_difference(after: RowScores, before: RowScores, seed: int, clusters: Clusters) -> Difference:
    rows = np.arange(len(after), dtype=np.uint64)
    arm_after, arm_before = (ArmRuns("", rows, scores[None], clusters) for scores in (after, before))
    (difference,) = differences([arm_after], arm_before, seed=seed)
    assert difference is not None
    return difference


def _sentence(task: TaskRetention) -> str:
    lost, measure = task.lost, metric_of(task.metric).label
    if lost.high < 0:
        verdict = f"{magnitude(lost.value, 3)} {(-lost).brackets()} was lost"
    elif lost.low > 0:
        verdict = f"nothing was lost, {magnitude(lost.value, 3)} {lost.brackets()} was gained"
    else:
        verdict = f"nothing measurable was lost (difference {lost.value:+.3f} {lost.brackets()})"
    sentence = (
        f"{task.name}: the {measure} of a linear head fitted anew is {task.refit_head.value:.3f} "
        f"{task.refit_head.brackets()} on {task.n_test:,} test rows with this run's backbone, with the "
        f"pretrained one {task.pretrained.value:.3f}: {verdict}."
    )
    if task.with_old_head is None:
        return sentence
    return (
        f"{sentence} The earlier run's own head, put on this backbone as it is, gets "
        f"{task.with_old_head.value:.3f}; on its own backbone it got {task.before.value:.3f}."
    )
