"""Masked language modelling as a training task: a target per masked position."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.inputs.examples import batches_by_cost
from translearn_core.results.metric import LOSS
from translearn_core.training.pretraining.corpus import Corpus
from translearn_core.training.pretraining.masking import Masked
from translearn_core.transfer import Batch, Inputs, TransferModel
from translearn_core.transfer.objectives import IGNORE_INDEX, CrossEntropy, Objective


@dataclass(frozen=True)
class MaskedInputs(Inputs):
    """Texts of a corpus, masked anew for every epoch."""

    corpus: Corpus | None = None
    masked: Masked | None = None

    @classmethod
    def of_corpus(cls, corpus: Corpus, epoch: int | None = None) -> "MaskedInputs":
        """Return the inputs of an epoch; without `epoch` the mask is always the same."""
        return cls(corpus.tokens.cost, corpus.tokens, corpus=corpus, masked=corpus.masked(epoch))

    def at_epoch(self, epoch: int) -> "MaskedInputs":
        """Return the inputs with the masks of an epoch."""
        assert self.corpus is not None
        return self.of_corpus(self.corpus, epoch)

    def batch(self, index: NDArray[np.int64], *, learning: bool = False) -> Batch:
        """Return some texts, masked, with the masked tokens as targets."""
        del learning
        assert self.masked is not None
        inputs, targets = self.masked.batch(index)
        return Batch(inputs, targets=targets)


@dataclass(frozen=True)
class MaskedTokens:
    """Masked tokens of a corpus; held-out texts validate, with masks that are always the same."""

    corpus: Corpus
    objective: ClassVar[Objective] = CrossEntropy()
    targets: ClassVar[None] = None
    weights: ClassVar[None] = None
    groups: ClassVar[None] = None
    sampler: ClassVar[None] = None
    learned_weights: ClassVar[Mapping[str, float]] = {}
    selection: ClassVar[str] = LOSS

    def at_stage(self, stage: int) -> "MaskedTokens":
        """Return the same task: it trains in every stage."""
        del stage
        return self

    @property
    def train(self) -> NDArray[np.int64]:
        """Texts to train on."""
        return self.corpus.train

    @property
    def validation(self) -> NDArray[np.int64]:
        """Held-out texts."""
        return self.corpus.held_out

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return no metrics: only the loss is measured."""
        del rows, outputs
        return {}

    @torch.no_grad()
    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback
    ) -> dict[str, float]:
        """Return the mean loss per masked token of the held-out texts."""
        inputs = MaskedInputs.of_corpus(self.corpus)
        model.eval()
        rows, total, count = self.validation, 0.0, 0
        parts = list(batches_by_cost(inputs.cost[rows], TOKENS_PER_BATCH[compute.device.type]))
        for done, part in enumerate(parts):
            report("measuring on texts held out", done, len(parts))
            batch = inputs.batch(rows[part])
            assert batch.targets is not None
            targets = batch.targets[batch.targets != IGNORE_INDEX].to(compute.device)
            total += float(self.objective.loss(model(batch, compute), targets).sum())
            count += len(targets)
        return {LOSS: total / count}
