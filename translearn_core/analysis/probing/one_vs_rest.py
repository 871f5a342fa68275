"""One-vs-rest linear probe: a logistic regression for each label, fitted together."""

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.probing.linear_probe import SEARCH_FOLDS, LinearProbe, Progress
from translearn_core.analysis.probing.logistic_regression import thread_pools
from translearn_core.results.labels.label_sets import set_codes

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]
CONSTANT_LOGIT = 1e4
"""Logit of a label that all training rows have; that of one that none has is its negative."""


@dataclass(frozen=True, eq=False)
class OneVsRestProbe:
    """Logistic regressions of labels on standardised features, see `LinearProbe`.

    `c`, shape (labels,), is the inverse regularisation strength chosen for each; `weight`, shape
    (labels, width), and `bias` are on the scale of the features.
    """

    c: NDArray[np.float64]
    weight: Tensor
    bias: Tensor

    @classmethod
    def fit(
        cls,
        x: NDArray[np.floating],
        labels: Mask,
        fold: IntArray | None = None,
        *,
        weight: NDArray[np.float32] | None = None,
        pool: Executor | None = None,
        progress: Progress | None = None,
    ) -> "OneVsRestProbe":
        """Fit a regression for each label, its strength chosen by cross-validated log loss.

        Parameters
        ----------
        x : float array, shape (rows, width)
        labels : bool array, shape (rows, labels)
        fold : int array, shape (rows,), optional
            Fold of each row; by default stratified by sets of labels.
        weight : float32 array, shape (rows, labels), optional
            Weight of each row in the fit of each label; labels are then fitted one by one.
        pool, progress
            As for `LinearProbe.fit`.
        """
        if pool is None:
            with thread_pools(1) as (own,):
                return cls.fit(x, labels, fold, weight=weight, pool=own, progress=progress)
        count = labels.shape[1]
        if fold is None:
            fold = assign_folds(set_codes(labels)[0], min(SEARCH_FOLDS, len(labels)), seed=0)
        if weight is None:
            probe = LinearProbe.fit(x, labels.T.astype(np.int64), fold, pool=pool, progress=progress)
            layers = [_binary_layer(probe, labels[:, k], k) for k in range(count)]
            return cls(probe.c, torch.stack([w for w, _ in layers]), torch.stack([b for _, b in layers]))
        probes = []
        for k in range(count):
            if progress:
                progress(k / count)
            label = labels[:, k].astype(np.int64)
            probes.append(LinearProbe.fit(x, label, fold, weight=weight[:, k].copy(), pool=pool))
        layers = [_binary_layer(probe, labels[:, k]) for k, probe in enumerate(probes)]
        c = np.array([probe.c[0] for probe in probes])
        return cls(c, torch.stack([w for w, _ in layers]), torch.stack([b for _, b in layers]))

    def linear_layer(self) -> tuple[Tensor, Tensor]:
        """Return weights, shape (labels, width), and biases."""
        return self.weight, self.bias

    def predict_proba(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the probability of each label, shape (rows, labels)."""
        rows = torch.from_numpy(np.asarray(x, dtype=np.float32))
        logits = torch.addmm(self.bias, rows, self.weight.T)
        return np.asarray(logits.double().sigmoid().numpy())


def geometric_mean(c: NDArray[np.float64]) -> float:
    """Return the geometric mean of inverse regularisation strengths."""
    return float(np.exp(np.log(c).mean()))


def _binary_layer(probe: LinearProbe, label: Mask, labelling: int = 0) -> tuple[Tensor, Tensor]:
    """Return weights and bias of the logit of a label; constant if all rows or none have it."""
    weight, bias = probe.linear_layer(labelling)
    if label.all() or not label.any():
        constant = torch.tensor(CONSTANT_LOGIT if label.all() else -CONSTANT_LOGIT)
        return torch.zeros_like(weight[0]), constant
    return weight[1] - weight[0], bias[1] - bias[0]
