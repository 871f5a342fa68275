"""Fitting of a linear head at once by logistic or ridge regression, instead of by steps."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.activations import ProgressCallback
from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.probing.linear_probe import SEARCH_FOLDS, LinearProbe
from translearn_core.analysis.probing.one_vs_rest import OneVsRestProbe
from translearn_core.analysis.probing.ridge import Ridge
from translearn_core.config import ProblemType
from translearn_core.results.labels.label_sets import set_codes
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.training.callbacks import Callback
from translearn_core.training.loop import Loop
from translearn_core.transfer import Classifier
from translearn_core.transfer.heads import SUPPRESSED_LOGIT, ScaledLinear

CONSTANT = 1e-6
"""Standard deviation below which a standardised feature is constant: its weight would be noise."""


def fit_probe(loop: Loop, callback: Callback, report: ProgressCallback, *, copies: int = 0) -> None:
    """Fit the head of `loop` to its training rows, and record it as the only epoch of the stage.

    The inverse regularisation strength is chosen by cross-validation on the training rows, see
    `LinearProbe.fit`.

    Parameters
    ----------
    loop : Loop
        Of a classifier whose backbone is frozen; its inputs are pooled.
    callback : callable
        Called with the epoch.
    report : callable
        Called with the share done; may raise to stop.
    copies : int
        Augmented copies of each training row, which follow all rows in order; a text and its copies are held
        out together.
    """
    task, inputs = loop.stage_task, loop.inputs
    assert inputs.standardised is not None
    assert task.targets is not None
    features = inputs.standardised[torch.from_numpy(task.train)].float().cpu()
    features[:, features.std(0, correction=0) < CONSTANT] = 0.0
    targets = task.targets[task.train].numpy()
    weight = None if task.weights is None else task.weights[task.train].numpy()
    assert isinstance(loop.model, Classifier)
    final = loop.model.head[-1]

    def progress(share: float) -> None:
        report("fitting the classifier", round(100 * share), 100)

    if isinstance(final, ScaledLinear):
        report("fitting the head", 0, 0)
        _fit_ridge(final, features.numpy(), targets.astype(np.float64), weight, copies)
    elif targets.ndim > 1:
        folds = _folds(set_codes(targets)[0], copies)
        several = OneVsRestProbe.fit(features.numpy(), targets, folds, weight=weight, progress=progress)
        _set_layer(loop.model, np.arange(targets.shape[1]), *several.linear_layer())
    else:
        folds = _folds(targets, copies)
        probe = LinearProbe.fit(features.numpy(), targets, folds, weight=weight, progress=progress)
        _set_head(loop.model, probe, targets)
    loop.record_fit(task.targets, callback)


@torch.no_grad()
def _fit_ridge(
    final: ScaledLinear,
    features: NDArray[np.float32],
    values: NDArray[np.float64],
    weight: NDArray[np.float32] | None,
    copies: int,
) -> None:
    """Fit ridge regression to standardised features, and write it into the head."""
    strata = PROBLEMS[ProblemType.REGRESSION].strata(Target("", ProblemType.REGRESSION, ("",), values))
    fold = _folds(strata, copies)
    if fold is None:
        fold = assign_folds(strata, min(SEARCH_FOLDS, len(strata)), 0)
    ridge = Ridge.fit(features, values, fold, sample_weight=weight)
    mean, scale = final.mean.double().cpu(), final.scale.double().cpu()
    final.weight.copy_(torch.from_numpy(ridge.weight) / scale)
    final.bias.copy_((ridge.intercept - mean) / scale)


def _folds(labels: NDArray[np.int64], copies: int) -> NDArray[np.int64] | None:
    """Return folds that keep augmented copies with their text; None: those of `LinearProbe`."""
    rows = len(labels) // (1 + copies)
    if not copies or len(np.unique(labels)) < 2:
        return None
    source = np.concatenate([np.arange(rows), np.repeat(np.arange(rows), copies)])
    return assign_folds(labels, min(SEARCH_FOLDS, rows), 0, source)


def _set_head(model: Classifier, probe: LinearProbe, labels: NDArray[np.int64]) -> None:
    """Write the layer fitted to standardised features into the head; classes without rows never win."""
    present = np.unique(labels)
    weight, bias = probe.linear_layer()
    _set_layer(model, present, weight[present], bias[present])


@torch.no_grad()
def _set_layer(model: Classifier, outputs: NDArray[np.int64], weight: Tensor, bias: Tensor) -> None:
    """Write weights and biases of some outputs into the head; the others are suppressed."""
    final = model.head[-1]
    assert isinstance(final, nn.Linear)
    index, device = torch.from_numpy(outputs), final.weight.device
    final.weight.zero_()
    final.bias.fill_(SUPPRESSED_LOGIT)
    final.weight[index], final.bias[index] = weight.to(device), bias.to(device)
