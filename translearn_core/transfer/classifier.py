"""A backbone with a head on top, frozen as planned, running whole or from a cut."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.activations import Compute, Kept, Split, Tokens, pool
from translearn_core.activations.split import Run
from translearn_core.backbones import Backbone
from translearn_core.config import FreezePlan, HeadConfig, Pooling
from translearn_core.transfer.heads import Standardise, build_head
from translearn_core.transfer.plan import set_trainable, trainable_names


@dataclass(frozen=True)
class Batch:
    """Some rows, ready to compute on: tokens with their mask, states that stand for blocks, or vectors."""

    ids: Tensor | None = None
    mask: Tensor | None = None
    states: Tensor | None = None
    pooled: Tensor | None = None
    scaled: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on `device`; from pinned memory without waiting."""
        if device.type == "cpu":
            return self
        parts = (self.ids, self.mask, self.states, self.pooled, self.scaled)
        return Batch(*(None if part is None else part.to(device, non_blocking=True) for part in parts))

    def pin(self) -> "Batch":
        """Return the batch in memory that a GPU reads by itself."""
        parts = (self.ids, self.mask, self.states, self.pooled, self.scaled)
        return Batch(*(None if part is None else part.pin_memory() for part in parts))


@dataclass(frozen=True)
class Inputs:
    """What the classifier is given for the rows of one run: tokens, and what was computed once of them.

    `lengths` are in tokens. `pooled`, shape (rows, width), stands for the whole backbone when only the head
    trains, and no tokens are needed then; `scaled` is the same as the head's scaling leaves it, which no step
    changes; `kept` stands for the blocks below its cut.
    """

    lengths: NDArray[np.int64]
    tokens: Tokens | None = None
    kept: Kept | None = None
    pooled: Tensor | None = None
    scaled: Tensor | None = None

    @classmethod
    def whole(cls, tokens: Tokens) -> "Inputs":
        """Return inputs of which nothing was computed before."""
        return cls(tokens.lengths, tokens)

    def batch(self, index: NDArray[np.int64], *, learning: bool = False) -> Batch:
        """Return some rows as a batch, as little worked on as `features` needs, or `learning` does."""
        if self.pooled is not None:
            where = torch.from_numpy(index)
            if learning and self.scaled is not None:
                return Batch(scaled=self.scaled[where])
            return Batch(pooled=self.pooled[where])
        assert self.tokens is not None
        ids, mask = self.tokens.padded(index)
        return Batch(ids, mask, None if self.kept is None else self.kept.padded(index, ids.shape[1]))


class Classifier(nn.Module):
    """Backbone, pooling and head; parameters are named ``backbone.*`` and ``head.*``."""

    def __init__(
        self,
        backbone: Backbone,
        plan: FreezePlan,
        pooling: Pooling,
        head: HeadConfig,
        classes: int,
        *,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.source, self.plan, self.pooling = backbone, plan, pooling
        self.backbone = backbone.model
        self.backbone.train(False)
        self.boundary = plan.boundary(backbone.n_blocks)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = build_head(head, backbone.anatomy.width, classes)
        names = {f"backbone.{name}" for name in trainable_names(backbone.parts, plan, backbone.n_blocks)}
        set_trainable(self, names | {f"head.{name}" for name, _ in self.head.named_parameters()})
        self.split = Split.of(backbone)

    @property
    def parts(self) -> dict[str, str]:
        """Part of every parameter, the head's among them."""
        parts = {f"backbone.{name}": part for name, part in self.source.parts.items()}
        return parts | {f"head.{name}": "head" for name, _ in self.head.named_parameters()}

    @property
    def standardise(self) -> Standardise:
        """The head's fixed scaling of its input."""
        first = self.head[0]
        assert isinstance(first, Standardise)
        return first

    def train(self, mode: bool = True) -> "Classifier":
        """Set training mode where something trains.

        Frozen blocks stay in eval mode, so that what they give can be kept.
        """
        self.head.train(mode)
        if (
            self.plan.embeddings or self.plan.blocks
        ):  # else it never leaves eval mode, and the walk takes long
            self.backbone.train(mode and self.plan.embeddings)
            for block in self.plan.blocks if mode else ():
                self.source.blocks[block].train()
            if mode and self.plan.embeddings:
                for block in set(range(self.source.n_blocks)) - set(self.plan.blocks):
                    self.source.blocks[block].eval()
        self.training = mode
        return self

    @contextmanager
    def open(self, inputs: Inputs) -> Iterator[Run]:
        """Prepare to run the part that `inputs` leave to compute, from any thread."""
        with self.split.open(start=max(0, self.boundary), given=inputs.kept is not None) as run:
            yield run

    def features(self, batch: Batch, compute: Compute, run: Run | None = None) -> Tensor:
        """Return the pooled vectors of some rows, shape (rows, width); `run` is from `open`, if many follow.

        In training they carry gradients and run in autocast where that is on; else call it inside
        `Compute.inference`, which has rounded the weights already.
        """
        batch = batch.to(compute.device)
        if batch.pooled is not None:
            return batch.pooled
        assert batch.ids is not None
        assert batch.mask is not None
        learning = torch.is_grad_enabled()
        with compute.autocast() if learning else nullcontext():
            if run is not None:
                output = run(batch.ids, batch.mask, batch.states)
            else:
                with self.split.open(start=max(0, self.boundary), given=batch.states is not None) as once:
                    output = once(batch.ids, batch.mask, batch.states)
        return pool(output, batch.mask, self.pooling)

    def forward(self, batch: Batch, compute: Compute) -> Tensor:
        """Return logits of some rows, float32, shape (rows, classes)."""
        if batch.scaled is not None:
            scaled = batch.to(compute.device).scaled
            logits: Tensor = self.head[1:](scaled)
        else:
            logits = self.head(self.features(batch, compute))
        return logits
