"""Labelled texts as a training task of pairs: batches in which several texts of each class meet."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.config import ContrastiveConfig
from translearn_core.config.few_labels.contrastive import VALIDATION_TEXTS
from translearn_core.results.metric import LOSS
from translearn_core.training.contrastive.pair_loss import PairObjective
from translearn_core.transfer import Classifier, Inputs, TransferModel, predict

IntArray = NDArray[np.int64]

TEXTS_PER_CLASS = 4
"""Texts of a class that enter a batch together."""
POOL = 50
"""Batches per pool within which groups of texts are sorted by cost."""
BLUR = 0.5
"""Relative noise on costs before texts of a class are grouped, so that they meet others in every draw."""


@dataclass(frozen=True)
class TextPairs:
    """Pairs of training texts of a batch; `labels` are the classes of all rows.

    No epoch is chosen by them: the last one counts.
    """

    labels: IntArray
    train: IntArray
    validation: IntArray
    config: ContrastiveConfig
    weights: ClassVar[None] = None
    groups: ClassVar[None] = None
    learned_weights: ClassVar[Mapping[str, float]] = {}
    selection: ClassVar[str] = ""

    @property
    def objective(self) -> PairObjective:
        """Loss of the pairs."""
        return PairObjective(self.config)

    @property
    def targets(self) -> Tensor:
        """Class of every row."""
        return torch.tensor(self.labels)

    @property
    def sampler(self) -> "TextPairs":
        """The task itself, which draws its batches."""
        return self

    def at_stage(self, stage: int) -> "TextPairs":
        """Return the same task."""
        del stage
        return self

    def steps_per_epoch(self, batch_size: int) -> int:
        """Return the number of batches of an epoch."""
        return self.config.steps_per_epoch(len(self.train), batch_size)

    def order(self, cost: IntArray, batch_size: int, *, seed: int, epoch: int) -> list[IntArray]:
        """Return the rows of every batch of an epoch, each row once in its batch, see `pair_batches`."""
        return pair_batches(
            cost, self.train, self.labels[self.train], self.config.draws, batch_size, seed=seed, epoch=epoch
        )

    def metrics(self, rows: IntArray, outputs: Tensor) -> dict[str, float]:
        """Return no metrics: only the loss is measured."""
        del rows, outputs
        return {}

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback = no_progress
    ) -> dict[str, float]:
        """Return the loss of all pairs of a sample of validation texts; NaN without any."""
        rows = self.validation
        if not len(rows):
            return {LOSS: math.nan}
        assert isinstance(model, Classifier)
        rows = rows[np.sort(stratified_sample(self.labels[rows], VALIDATION_TEXTS, 0))]
        vectors = torch.from_numpy(predict(model, inputs, rows, compute, report).features).float()
        return {LOSS: float(self.objective.loss(vectors, self.targets[rows]).mean())}


def pair_batches(
    cost: IntArray, rows: IntArray, labels: IntArray, draws: int, batch_size: int, *, seed: int, epoch: int
) -> list[IntArray]:
    """Return batches in which every row is drawn `draws` times, texts of a class in small groups.

    A function of seed and epoch alone. A row that is drawn twice for a batch stands in it once.

    Parameters
    ----------
    cost : int array
        Cost of all rows of the inputs.
    rows, labels : int arrays, shape (n,)
        Training rows and their classes.
    draws, batch_size : int
        The batches are ⌈draws · n / batch_size⌉; with fewer rows than that a batch has all of them.
    """
    random = np.random.default_rng((seed, epoch))
    size = min(batch_size, len(rows))
    drawn = np.concatenate([_draw(cost, rows, labels, size, random) for _ in range(draws)])
    batches = [np.unique(drawn[i : i + size]) for i in range(0, len(drawn), size)]
    return [batches[i] for i in random.permutation(len(batches))]


def _draw(
    cost: IntArray, rows: IntArray, labels: IntArray, size: int, random: np.random.Generator
) -> IntArray:
    """Return all rows once, in groups of one class, groups of similar cost near each other."""
    blurred = cost[rows] * random.uniform(1 - BLUR, 1 + BLUR, len(rows))
    groups: list[IntArray] = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        members = members[np.argsort(blurred[members], kind="stable")]
        groups += [members[i : i + TEXTS_PER_CLASS] for i in range(0, len(members), TEXTS_PER_CLASS)]
    order = random.permutation(len(groups))
    pool = max(1, POOL * size // TEXTS_PER_CLASS)
    if len(rows) > size:
        longest = np.array([cost[rows[group]].max() for group in groups])
        pools = [order[i : i + pool] for i in range(0, len(order), pool)]
        noise = random.uniform(1 - BLUR, 1 + BLUR, len(groups))
        order = np.concatenate([part[np.argsort((longest * noise)[part], kind="stable")] for part in pools])
    return np.concatenate([rows[groups[i]] for i in order])
