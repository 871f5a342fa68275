"""Classifier: a partially frozen backbone with a head, run in full or from cached states."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import cast

import torch
from torch import Tensor, nn

from translearn_core.activations import Compute, PartialForward, pool
from translearn_core.activations.partial_forward import ForwardPass
from translearn_core.activations.pooling import pair_features
from translearn_core.backbones import Backbone
from translearn_core.config import (
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    PairEncoding,
    ProblemType,
    TuningConfig,
)
from translearn_core.inputs.examples import ModelInput
from translearn_core.transfer.adapters import add_parameters, set_dropout
from translearn_core.transfer.batch import Batch, Inputs
from translearn_core.transfer.features import combine_layers, combined_shape
from translearn_core.transfer.heads import ScalarMix, Standardise, build_head, build_heads
from translearn_core.transfer.model import TransferModel
from translearn_core.transfer.objectives import OBJECTIVES
from translearn_core.transfer.target_heads import HeadOutputs, TargetHeads


class Classifier(TransferModel):
    """Backbone, pooling and head on a vector per row."""

    head: nn.Sequential

    def __init__(
        self,
        backbone: Backbone,
        plan: FreezePlan,
        features: FeatureConfig,
        head: HeadConfig,
        n_outputs: int,
        *,
        problem: ProblemType = ProblemType.SINGLE_LABEL,
        further: Sequence[HeadOutputs] = (),
        learned_weights: bool = False,
        tuning: TuningConfig | None = None,
        dropout: float | None = None,
        seed: int = 0,
    ) -> None:
        """Build a new head, or one for each target if there are `further` ones.

        `learned_weights`: with log variances that weigh the losses of several targets.
        """
        heads = (HeadOutputs(problem, n_outputs), *further)
        layers = features.selected_layers(backbone.n_blocks)
        shape = combined_shape(len(layers), backbone.info.width, features)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            outputs = [(one.n, OBJECTIVES[one.problem].output) for one in heads]
            built = (
                build_heads(head, shape, outputs, learned_weights=learned_weights)
                if further
                else build_head(head, shape, *outputs[0])
            )
            if tuning is not None and tuning.kind.adds_parameters:
                add_parameters(backbone, plan, tuning)
        super().__init__(backbone, plan, built, tuning)
        self.feature_config, self.layers = features, layers
        self.heads, self.n_outputs, self.problem = heads, sum(one.n for one in heads), problem
        if dropout is not None:
            set_dropout((backbone.blocks[k] for k in plan.blocks), dropout)
        self.split = PartialForward.of(backbone)

    @property
    def target_heads(self) -> TargetHeads | None:
        """Heads of several targets, if it has any."""
        return self.head[-1] if isinstance(self.head[-1], TargetHeads) else None

    @property
    def final_heads(self) -> list[nn.Sequential]:
        """Layers up to the outputs of each target."""
        heads = self.target_heads
        return [self.head] if heads is None else [cast("nn.Sequential", head) for head in heads.heads]

    def for_target(self, index: int) -> "Classifier":
        """Return a model of one of several targets, with the same weights."""
        heads = self.target_heads
        assert heads is not None
        model = copy.copy(self)
        model._modules = dict(self._modules)
        shared, own = list(self.head)[:-1], list(self.final_heads[index])
        model.head = nn.Sequential(*shared, *own)
        model.heads = (self.heads[index],)
        model.problem, model.n_outputs = self.heads[index]
        model.trained_names = model.names(model.max_plan)
        return model

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

    @contextmanager
    def open(self, inputs: Inputs) -> Iterator[ForwardPass]:
        """Yield a forward pass of the layers that `inputs` have not cached, callable from any thread."""
        cached = inputs.cached_states
        with self._open(None if cached is None else cached.cut) as run:
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
        top = self.loaded_backbone.n_blocks
        if self.layers == (top,):
            return self._row_vectors(run(batch.inputs, batch.states), batch.inputs)
        vectors: dict[int, Tensor] = {}
        inputs = batch.inputs

        def observe(layer: int, states: Tensor) -> None:
            if layer in self.layers:
                vectors[layer] = self._row_vectors(states, inputs)

        vectors[top] = self._row_vectors(run(inputs, batch.states, observe), inputs)
        return combine_layers(
            [vectors[layer] for layer in self.layers], self.feature_config.layer_combination
        )

    def _row_vectors(self, states: Tensor, inputs: ModelInput) -> Tensor:
        """Pool the states of a layer to one vector per row; a word has the state of its first piece."""
        if inputs.words is not None:
            return states[inputs.words[:, 0], inputs.words[:, 1]]
        pooled = pool(states, inputs.mask, self.feature_config.pooling)
        siamese = self.feature_config.pair_encoding is PairEncoding.SIAMESE
        return pair_features(pooled) if siamese else pooled

    @property
    def width(self) -> int:
        """Width of the vectors that `vector` returns."""
        return int(self.standardise.mean.shape[-1])

    def pooled_vector(self, features: Tensor) -> Tensor:
        """Return one feature vector per row, shape (rows, width), applying the layer mix if there is one."""
        return features if self.mix is None else self.mix(features.float())

    def forward(self, batch: Batch, compute: Compute) -> Tensor:
        """Return outputs of some rows before activation, float32, shape (rows, n_outputs)."""
        if batch.standardised is not None:
            scaled = batch.to(compute.device).standardised
            outputs: Tensor = self.head[1:](scaled)
        else:
            outputs = self.head(self.features(batch, compute))
        return outputs
