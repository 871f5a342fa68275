"""An earlier run's task on a backbone that learned another one since: how much of it is still known."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.activations import Compute, Encoder, TextBatchSource
from translearn_core.analysis import ArmRuns, bootstrap_accuracy, differences, stratified_sample
from translearn_core.backbones import Backbone
from translearn_core.config import ExperimentConfig, FeatureConfig, Split
from translearn_core.errors import ConfigError
from translearn_core.results import Difference, Evaluation, Interval, TaskRetention
from translearn_core.transfer import load_trained
from translearn_core.transfer.classifier import Classifier
from translearn_core.transfer.features import combine_layers
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.probe_baseline import frozen_probe
from translearn_core.worker.features import class_indices, finished
from translearn_core.worker.models import activations

LEARNED, TESTED = 5_000, 20_000
"""Rows at most that a head is fitted anew on, and that it is scored on; stratified samples above."""

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of an earlier run that are read again: the training rows first, then the test rows."""

    texts: list[str]
    labels: IntArray
    train: IntArray
    test: IntArray
    correct: NDArray[np.bool_]

    @classmethod
    def of(cls, evaluation: Evaluation, seed: int) -> "_Rows":
        rows, taken = evaluation.predictions, []
        for split, most in ((Split.TRAIN, LEARNED), (Split.TEST, TESTED)):
            mine = np.flatnonzero(rows["split"] == split)
            labels = class_indices(evaluation, rows["label"].iloc[mine])
            taken.append(mine[stratified_sample(labels, most, seed)])
        some = rows.iloc[np.concatenate(taken)]
        return cls(
            some["text"].tolist(),
            class_indices(evaluation, some["label"]),
            np.arange(len(taken[0])),
            len(taken[0]) + np.arange(len(taken[1])),
            some["correct"].to_numpy(dtype=bool)[len(taken[0]) :],
        )


def measure_task_retention(
    context: Context,
    job: str,
    now: ExperimentConfig,
    before: Backbone,
    after: Backbone,
    compute: Compute,
    seed: int,
) -> TaskRetention:
    """Score an earlier run's task on a backbone before and after it was trained on another one.

    The layers, their pooling and the token limit are those that the earlier run's head reads. Accuracies are
    on its test rows; a head is fitted anew on its training rows, the same way on both backbones.

    Raises
    ------
    ConfigError
        If the earlier run stands on another backbone, or learned the same column of the same table.
    """  # fmt: skip
    then = _checked(context, job, now)
    evaluation = finished(context, job)
    rows = _Rows.of(evaluation, seed)
    own = load_trained(context.store.workspace.run(job)).model
    reader = _FeatureReader(own, then.features.token_limit, compute)
    was, now_is = (reader.features(context, backbone, rows.texts) for backbone in (before, after))
    untouched = _refitted(context, reader.vectors(was), rows, "as it came")
    refitted = _refitted(context, reader.vectors(now_is), rows, "after the training")
    kept = reader.own_head(now_is, rows)
    classes = ", ".join(evaluation.classes[:3]) + ", …" * (len(evaluation.classes) > 3)
    task = TaskRetention(
        run=job,
        name=f"{then.data.label} ({classes})",
        n_test=len(rows.test),
        before=float(rows.correct.mean()),
        then_interval=bootstrap_accuracy(rows.correct),
        with_old_head=None if kept is None else float(kept.mean()),
        own_head_interval=None if kept is None else bootstrap_accuracy(kept),
        refit_head=float(refitted.mean()),
        refitted_interval=bootstrap_accuracy(refitted),
        pretrained=float(untouched.mean()),
        untouched_interval=bootstrap_accuracy(untouched),
        lost=_paired(refitted, untouched, seed),
        sentence="",
    )
    return replace(task, sentence=_told(task))


@dataclass(frozen=True, eq=False)
class _FeatureReader:
    """An earlier run's model, whose head and choice of layers are put on other backbones."""

    own: Classifier
    token_limit: int
    compute: Compute

    def features(self, context: Context, backbone: Backbone, texts: list[str]) -> Tensor:
        """Return what the run's head would be given by another backbone; its output where layers lack."""
        layers, how = self.own.layers, self.own.how
        if layers[-1] > backbone.n_blocks:
            layers, how = (backbone.n_blocks,), FeatureConfig(pooling=how.pooling)
        told = TextBatchSource(texts, backbone.tokenizer, min(self.token_limit, backbone.anatomy.token_limit))
        nn.Module.to(backbone.model, self.compute.device)
        encoder = Encoder(backbone, told, self.compute, activations(context), context.report)
        found = encoder.chosen(how.pooling, layers)
        return combine_layers([layer.vectors() for layer in found], how.layers).float()

    def vectors(self, features: Tensor) -> NDArray[np.float32]:
        """Return features as one vector a text."""
        with torch.inference_mode():
            found = self.own.cpu().vector(features) if features.dim() > 2 else features
        vectors: NDArray[np.float32] = found.numpy()
        return vectors

    def own_head(self, features: Tensor, rows: _Rows) -> NDArray[np.bool_] | None:
        """Return which test rows the run's own head gets right on these features; None if it does not fit."""
        if features.shape[1:] != self.own.standardise.mean.shape:
            return None
        head = self.own.cpu().eval().head
        with torch.inference_mode():
            answers = head(features[torch.from_numpy(rows.test)]).argmax(-1).numpy()
        return np.asarray(answers == rows.labels[rows.test])


def _checked(context: Context, job: str, now: ExperimentConfig) -> ExperimentConfig:
    then = context.store.job(job).config
    if not isinstance(then, ExperimentConfig):
        raise ConfigError("earlier", job, "trainings only")
    if (then.backbone.id, then.backbone.revision) != (now.backbone.id, now.backbone.revision):
        raise ConfigError("earlier", job, f"runs on {now.backbone.id}, as this one")
    if (then.data.dataset, then.data.label) == (now.data.dataset, now.data.label):
        raise ConfigError("earlier", job, "runs on another table or another column of labels")
    return then


def _refitted(context: Context, x: NDArray[np.float32], rows: _Rows, when: str) -> NDArray[np.bool_]:
    """Return which test rows a linear head gets right that was fitted anew on the training rows."""

    def tell(done: float, total: float) -> None:
        context.report(f"fitting a head on the model {when}", done, total)

    # one layer leaves nothing to choose, so no rows to choose on are needed
    probe = frozen_probe([x], rows.labels, rows.train, rows.test, rows.test, tell)
    return np.asarray(probe.predicted == rows.labels[rows.test])


def _paired(after: NDArray[np.bool_], before: NDArray[np.bool_], seed: int) -> Difference:
    rows = np.arange(len(after), dtype=np.uint64)
    now, then = (ArmRuns("", rows, right[None]) for right in (after, before))
    (found,) = differences([now], then, seed=seed)
    assert found is not None
    return found


def _told(task: TaskRetention) -> str:
    amount, interval = task.lost.estimate, task.lost.interval
    scored = (
        f"{task.name}: a linear head fitted anew gets {task.refit_head:.3f} {_span(task.refitted_interval)} "
        f"of {task.n_test:,} test rows right on this run's backbone, on the pretrained one "
        f"{task.pretrained:.3f}"
    )
    if interval.high < 0:
        verdict = f"{-amount:.3f} [{-interval.high:.3f}, {-interval.low:.3f}] was lost"
    elif interval.low > 0:
        verdict = f"nothing was lost, {amount:.3f} {_span(interval)} was gained"
    else:
        verdict = f"nothing measurable was lost (difference {amount:+.3f} {_span(interval)})"
    said = f"{scored}: {verdict}."
    if task.with_old_head is None:
        return said
    return (
        f"{said} The earlier run's own head, put on this backbone as it is, gets {task.with_old_head:.3f}; "
        f"on its own backbone it got {task.before:.3f}."
    )


def _span(interval: Interval) -> str:
    return f"[{interval.low:.3f}, {interval.high:.3f}]"
