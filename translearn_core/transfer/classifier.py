"""A backbone with a head on top, frozen as planned, running whole or from a cut."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.activations import CachedStates, Compute, PartialForward, TokenizedTexts, pool
from translearn_core.activations.partial_forward import ForwardPass
from translearn_core.backbones import Backbone
from translearn_core.config import FeatureConfig, FreezePlan, HeadConfig, Tuning, TuningConfig
from translearn_core.transfer.adapters import adapter_parameters, add_lora, set_dropout
from translearn_core.transfer.features import combine_layers, combined_shape
from translearn_core.transfer.freezing import set_trainable, trainable_parameter_names
from translearn_core.transfer.heads import ScalarMix, Standardise, build_head


@dataclass(frozen=True)
class Batch:
    """Some rows, ready to compute on: tokens with their mask, states that stand for blocks, or vectors."""

    ids: Tensor | None = None
    mask: Tensor | None = None
    states: Tensor | None = None
    pooled: Tensor | None = None
    standardised: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on `device`; from pinned memory without waiting."""
        if device.type == "cpu":
            return self
        parts = (self.ids, self.mask, self.states, self.pooled, self.standardised)
        return Batch(*(None if part is None else part.to(device, non_blocking=True) for part in parts))

    def pin(self) -> "Batch":
        """Return the batch in memory that a GPU reads by itself."""
        parts = (self.ids, self.mask, self.states, self.pooled, self.standardised)
        return Batch(*(None if part is None else part.pin_memory() for part in parts))


@dataclass(frozen=True)
class Inputs:
    """What the classifier is given for the rows of one run: tokens, and what was computed once of them.

    `lengths` are in tokens. `pooled`, shape (rows, width), stands for the whole backbone when only the head
    trains, and no tokens are needed then; `scaled` is the same as the head's scaling leaves it, which no step
    changes; `kept` stands for the blocks below its cut.
    """

    lengths: NDArray[np.int64]
    tokens: TokenizedTexts | None = None
    kept: CachedStates | None = None
    pooled: Tensor | None = None
    scaled: Tensor | None = None

    @classmethod
    def from_tokens(cls, tokens: TokenizedTexts) -> "Inputs":
        """Return inputs of which nothing was computed before."""
        return cls(tokens.lengths, tokens)

    def batch(self, index: NDArray[np.int64], *, learning: bool = False) -> Batch:
        """Return some rows as a batch, as little worked on as `features` needs, or `learning` does."""
        if self.pooled is not None:
            where = torch.from_numpy(index)
            if learning and self.scaled is not None:
                return Batch(standardised=self.scaled[where])
            return Batch(pooled=self.pooled[where])
        assert self.tokens is not None
        ids, mask = self.tokens.padded(index)
        return Batch(ids, mask, None if self.kept is None else self.kept.padded(index, ids.shape[1]))


class Classifier(nn.Module):
    """Backbone, pooling and head; parameters are named ``backbone.*`` and ``head.*``.

    `plan` is what trains now; under `allowed`, given at first, is all that may ever train.
    """

    def __init__(
        self,
        backbone: Backbone,
        plan: FreezePlan,
        features: FeatureConfig,
        head: HeadConfig,
        classes: int,
        *,
        tuning: TuningConfig | None = None,
        dropout: float | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.source, self.allowed, self.how = backbone, plan, features
        self.tuning = tuning or TuningConfig()
        self.backbone = backbone.model
        self.backbone.train(False)
        self.layers = features.selected_layers(backbone.n_blocks)
        shape = combined_shape(len(self.layers), backbone.anatomy.width, features.layers)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = build_head(head, shape, classes)
            if self.tuning.kind is Tuning.LORA:
                add_lora(backbone, plan, self.tuning)
        if dropout is not None:
            set_dropout((backbone.blocks[k] for k in plan.blocks), dropout)
        self.split = PartialForward.of(backbone)
        self.freeze(plan)

    def freeze(self, plan: FreezePlan) -> None:
        """Train what `plan` says, the head always, and nothing else."""
        self.plan, self.boundary = plan, plan.first_trainable_block(self.source.n_blocks)
        set_trainable(self, self.names(plan))
        self.train(self.training)

    def names(self, plan: FreezePlan) -> frozenset[str]:
        """Return the names of the parameters that train under a plan."""
        source = self.source
        inside = trainable_parameter_names(source.parts, plan, source.n_blocks)
        below = {f"backbone.{name}" for name in adapter_parameters(source, inside, self.tuning.kind)}
        return frozenset(below | {f"head.{name}" for name, _ in self.head.named_parameters()})

    @property
    def parts(self) -> dict[str, str]:
        """Part of every parameter, the head's among them."""
        parts = {f"backbone.{name}": part for name, part in self.source.parts.items()}
        return parts | {f"head.{name}": "head" for name, _ in self.head.named_parameters()}

    @property
    def mix(self) -> ScalarMix | None:
        """The head's learned mix of layers, if it has one."""
        return self.head[1] if isinstance(self.head[1], ScalarMix) else None

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
        if self.allowed.embeddings or self.allowed.blocks:  # else it never leaves eval mode: the walk is long
            self.backbone.train(mode and self.plan.embeddings)
            for block in self.plan.blocks if mode else ():
                self.source.blocks[block].train()
            if mode and self.plan.embeddings:
                for block in set(range(self.source.n_blocks)) - set(self.plan.blocks):
                    self.source.blocks[block].eval()
        self.training = mode
        return self

    @contextmanager
    def open(self, inputs: Inputs) -> Iterator[ForwardPass]:
        """Prepare to run the part that `inputs` leave to compute, from any thread."""
        given = inputs.kept is not None
        with self.split.open(start=self._start(given), given=given) as run:
            yield run

    def features(self, batch: Batch, compute: Compute, run: ForwardPass | None = None) -> Tensor:
        """Return what the head is given for some rows, as `combined` shapes it.

        `run` is from `open`, if many batches follow.

        In training they carry gradients and run in autocast where that is on; else call it inside
        `Compute.inference`, which has rounded the weights already.
        """
        batch = batch.to(compute.device)
        if batch.pooled is not None:
            return batch.pooled
        learning = torch.is_grad_enabled()
        with compute.autocast() if learning else nullcontext():
            if run is not None:
                return self._pooled(run, batch)
            given = batch.states is not None
            with self.split.open(start=self._start(given), given=given) as once:
                return self._pooled(once, batch)

    def _start(self, given: bool) -> int:
        """Return the lowest layer that is looked at, or given."""
        return max(0, self.boundary) if given else min(self.layers)

    def _pooled(self, run: ForwardPass, batch: Batch) -> Tensor:
        assert batch.ids is not None
        assert batch.mask is not None
        mask, pooling, top = batch.mask, self.how.pooling, self.source.n_blocks
        if self.layers == (top,):
            return pool(run(batch.ids, mask, batch.states), mask, pooling)
        found: dict[int, Tensor] = {}

        def look(layer: int, states: Tensor) -> None:
            if layer in self.layers:
                found[layer] = pool(states, mask, pooling)

        found[top] = pool(run(batch.ids, mask, batch.states, look), mask, pooling)
        return combine_layers([found[layer] for layer in self.layers], self.how.layers)

    @property
    def width(self) -> int:
        """Width of what `vector` gives."""
        return int(self.standardise.mean.shape[-1])

    def vector(self, features: Tensor) -> Tensor:
        """Return features as one vector a row, shape (rows, width): a mix is taken with its weights."""
        return features if self.mix is None else self.mix(features.float())

    def forward(self, batch: Batch, compute: Compute) -> Tensor:
        """Return logits of some rows, float32, shape (rows, classes)."""
        if batch.standardised is not None:
            scaled = batch.to(compute.device).standardised
            logits: Tensor = self.head[1:](scaled)
        else:
            logits = self.head(self.features(batch, compute))
        return logits
