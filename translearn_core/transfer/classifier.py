"""Classifier: a partially frozen backbone with a head, run in full or from cached states."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.activations import CachedStates, Compute, PartialForward, pool
from translearn_core.activations.partial_forward import ForwardPass
from translearn_core.backbones import Backbone
from translearn_core.config import FeatureConfig, FreezePlan, HeadConfig, Tuning, TuningConfig
from translearn_core.inputs import ModelInput, Rows
from translearn_core.transfer.adapters import adapter_parameters, add_lora, set_dropout
from translearn_core.transfer.features import combine_layers, combined_shape
from translearn_core.transfer.freezing import set_trainable, trainable_parameter_names
from translearn_core.transfer.heads import ScalarMix, Standardise, build_head


@dataclass(frozen=True)
class Batch:
    """Tensors of some rows: the model's input, with the `states` entering block `cut`, or pooled vectors."""

    inputs: ModelInput | None = None
    cut: int = 0
    states: Tensor | None = None
    pooled: Tensor | None = None
    standardised: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on `device`, copied asynchronously from pinned memory."""
        if device.type == "cpu":
            return self
        return self._map(lambda t: t.to(device, non_blocking=True), lambda inputs: inputs.to(device))

    def pin(self) -> "Batch":
        """Return the batch in pinned memory."""
        return self._map(Tensor.pin_memory, ModelInput.pin)

    def _map(self, tensor: Callable[[Tensor], Tensor], inputs: Callable[[ModelInput], ModelInput]) -> "Batch":
        tensors = (self.states, self.pooled, self.standardised)
        moved = (None if t is None else tensor(t) for t in tensors)
        return Batch(None if self.inputs is None else inputs(self.inputs), self.cut, *moved)


@dataclass(frozen=True)
class Inputs:
    """Classifier inputs for the rows of one run: examples, and cached outputs of frozen layers.

    `cost` is that of each row, see `Rows`. `kept` holds hidden states at the boundary. If only the head
    trains, `pooled`, shape (rows, width), replaces backbone and examples, and `scaled` is `pooled`
    standardised.
    """

    cost: NDArray[np.int64]
    examples: Rows | None = None
    kept: CachedStates | None = None
    pooled: Tensor | None = None
    scaled: Tensor | None = None

    @classmethod
    def of(cls, examples: Rows) -> "Inputs":
        """Return inputs without cached outputs."""
        return cls(examples.cost, examples)

    def batch(self, index: NDArray[np.int64], *, learning: bool = False) -> Batch:
        """Return some rows as a batch; pooled vectors standardised if `learning`."""
        if self.pooled is not None:
            rows = torch.from_numpy(index)
            if learning and self.scaled is not None:
                return Batch(standardised=self.scaled[rows])
            return Batch(pooled=self.pooled[rows])
        assert self.examples is not None
        if self.kept is None:
            return Batch(self.examples.batch(index))
        return Batch(self.examples.batch(index), self.kept.cut, self.kept.batch(index))


class Classifier(nn.Module):
    """Backbone, pooling and head; parameters are named ``backbone.*`` and ``head.*``.

    `plan` is what trains now, `allowed`, the initial plan, all that may ever train, `trained_names` its
    parameters. Nothing is frozen until `freeze` is called, which a training stage does as it starts.
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
        self.source, self.allowed, self.plan, self.how = backbone, plan, plan, features
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
        self.trained_names = self.names(plan)

    def freeze(self, plan: FreezePlan) -> None:
        """Train the parameters of `plan` and the head; freeze all others."""
        self.plan = plan
        set_trainable(self, self.names(plan))
        self.train(self.training)

    def names(self, plan: FreezePlan) -> frozenset[str]:
        """Return the names of the parameters that train under a plan, the head's included."""
        source = self.source
        planned = trainable_parameter_names(source.parts, plan, source.n_blocks)
        backbone = {f"backbone.{name}" for name in adapter_parameters(source, planned, self.tuning.kind)}
        return frozenset(backbone | {f"head.{name}" for name, _ in self.head.named_parameters()})

    @property
    def boundary(self) -> int:
        """First trainable block of the current plan."""
        return self.plan.first_trainable_block(self.source.n_blocks)

    @property
    def parts(self) -> dict[str, str]:
        """Part of every parameter, the head's included."""
        parts = {f"backbone.{name}": part for name, part in self.source.parts.items()}
        return parts | {f"head.{name}": "head" for name, _ in self.head.named_parameters()}

    @property
    def mix(self) -> ScalarMix | None:
        """The head's learned layer mix, if it has one."""
        return self.head[1] if isinstance(self.head[1], ScalarMix) else None

    @property
    def standardise(self) -> Standardise:
        """The head's fixed scaling of its input."""
        first = self.head[0]
        assert isinstance(first, Standardise)
        return first

    def train(self, mode: bool = True) -> "Classifier":
        """Set training mode for the parts that train.

        Frozen blocks stay in eval mode, so that their outputs can be cached.
        """
        self.head.train(mode)
        if self.allowed.embeddings or self.allowed.blocks:  # else it stays in eval mode; traversal is slow
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
        """Yield a forward pass of the layers that `inputs` have not cached, callable from any thread."""
        kept = inputs.kept
        with self._open(None if kept is None else kept.cut) as run:
            yield run

    def features(self, batch: Batch, compute: Compute, run: ForwardPass | None = None) -> Tensor:
        """Return the head's input for some rows, shaped by `combine_layers`.

        `run` is a pass from `open`, to reuse over many batches. With gradients enabled, runs in autocast if
        that is on; otherwise call it inside `Compute.inference`, which has rounded the weights already.
        """
        batch = batch.to(compute.device)
        if batch.pooled is not None:
            return batch.pooled
        with compute.autocast() if torch.is_grad_enabled() else nullcontext():
            if run is not None:
                return self._pooled(run, batch)
            with self._open(None if batch.states is None else batch.cut) as single:
                return self._pooled(single, batch)

    def _open(self, cut: int | None) -> AbstractContextManager[ForwardPass]:
        """Open a pass from block `cut` on cached states, or a whole one."""
        return self.split.open(start=min(self.layers) if cut is None else cut, given=cut is not None)

    def _pooled(self, run: ForwardPass, batch: Batch) -> Tensor:
        assert batch.inputs is not None
        mask, pooling, top = batch.inputs.mask, self.how.pooling, self.source.n_blocks
        if self.layers == (top,):
            return pool(run(batch.inputs, batch.states), mask, pooling)
        vectors: dict[int, Tensor] = {}

        def observe(layer: int, states: Tensor) -> None:
            if layer in self.layers:
                vectors[layer] = pool(states, mask, pooling)

        vectors[top] = pool(run(batch.inputs, batch.states, observe), mask, pooling)
        return combine_layers([vectors[layer] for layer in self.layers], self.how.layers)

    @property
    def width(self) -> int:
        """Width of the vectors that `vector` returns."""
        return int(self.standardise.mean.shape[-1])

    def vector(self, features: Tensor) -> Tensor:
        """Return one feature vector per row, shape (rows, width), applying the layer mix if there is one."""
        return features if self.mix is None else self.mix(features.float())

    def forward(self, batch: Batch, compute: Compute) -> Tensor:
        """Return logits of some rows, float32, shape (rows, classes)."""
        if batch.standardised is not None:
            scaled = batch.to(compute.device).standardised
            logits: Tensor = self.head[1:](scaled)
        else:
            logits = self.head(self.features(batch, compute))
        return logits
