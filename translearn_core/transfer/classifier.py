"""Classifier: a partially frozen backbone with a head, run in full or from cached states."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

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
from translearn_core.transfer.heads import ScalarMix, Standardise, build_head
from translearn_core.transfer.model import TransferModel
from translearn_core.transfer.objectives import OBJECTIVES


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
        tuning: TuningConfig | None = None,
        dropout: float | None = None,
        seed: int = 0,
    ) -> None:
        layers = features.selected_layers(backbone.n_blocks)
        shape = combined_shape(len(layers), backbone.info.width, features)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            built = build_head(head, shape, n_outputs, OBJECTIVES[problem].output)
            if tuning is not None and tuning.kind.adds_parameters:
                add_parameters(backbone, plan, tuning)
        super().__init__(backbone, plan, built, tuning)
        self.feature_config, self.layers, self.n_outputs, self.problem = features, layers, n_outputs, problem
        if dropout is not None:
            set_dropout((backbone.blocks[k] for k in plan.blocks), dropout)
        self.split = PartialForward.of(backbone)

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
