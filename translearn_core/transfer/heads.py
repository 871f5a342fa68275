"""Heads on pooled vectors: standardisation, layer mix, linear or MLP."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from translearn_core.config import Activation, HeadConfig, HeadKind
from translearn_core.transfer.target_heads import TargetHeads

_ACTIVATIONS: dict[Activation, type[nn.Module]] = {
    Activation.RELU: nn.ReLU,
    Activation.GELU: nn.GELU,
    Activation.TANH: nn.Tanh,
}


class Standardise(nn.Module):
    """Standardisation of features with fixed statistics of the training rows.

    It makes one learning rate suitable for every backbone.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("scale", torch.ones(shape))

    @torch.no_grad()
    def fit(self, features: Tensor) -> None:
        """Fit mean and standard deviation of `features`, shape (rows, …); constant features keep scale 1."""
        deviation = features.float().std(0, correction=0)
        self.mean.copy_(features.float().mean(0))
        self.scale.copy_(torch.where(deviation > 1e-6, deviation, torch.ones_like(deviation)))

    def forward(self, features: Tensor) -> Tensor:
        """Return standardised features, float32."""
        return (features.float() - self.mean) / self.scale


class ScalarMix(nn.Module):
    """Learned weighted mean of layers, (rows, layers, width) to (rows, width), times a learned factor.

    References
    ----------
    ELMo: Peters et al. 2018, arXiv:1802.05365, equation 1.
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(layers))
        self.factor = nn.Parameter(torch.ones(1))

    @property
    def weights(self) -> Tensor:
        """Weight of every layer, summing to 1."""
        return self.scores.softmax(0)

    def forward(self, vectors: Tensor) -> Tensor:
        """Return the mixed vectors."""
        return self.factor * torch.einsum("l,rlw->rw", self.weights.to(vectors.dtype), vectors)


class ScaledLinear(nn.Linear):
    """Linear layer in the units of a target whose mean and standard deviation over training rows are fixed.

    It learns the standardised target, so that one learning rate suits every unit.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int, n_outputs: int) -> None:
        super().__init__(width, n_outputs)
        self.register_buffer("mean", torch.zeros(n_outputs))
        self.register_buffer("scale", torch.ones(n_outputs))

    @torch.no_grad()
    def fit(self, values: Tensor) -> None:
        """Fit mean and standard deviation of the training rows' values, shape (rows,)."""
        self.mean.fill_(values.double().mean())
        self.scale.fill_(standard_deviation(values))

    def forward(self, features: Tensor) -> Tensor:
        """Return outputs in the units of the target."""
        return self.mean + self.scale * super().forward(features)


def standard_deviation(values: Tensor) -> float:
    """Return the standard deviation of values, shape (rows,); 1 if they are equal."""
    return float(values.double().std(correction=0)) or 1.0


def build_head(
    config: HeadConfig, shape: tuple[int, ...], n_outputs: int, output: type[nn.Linear] = nn.Linear
) -> nn.Sequential:
    """Return a head from features, (rows, width) or (rows, layers, width), to (rows, n_outputs).

    `output` is the class of its last layer.
    """
    return nn.Sequential(*_shared_layers(shape), *_own_layers(config, shape[-1], n_outputs, output))


def build_heads(
    config: HeadConfig,
    shape: tuple[int, ...],
    outputs: Sequence[tuple[int, type[nn.Linear]]],
    *,
    learned_weights: bool = False,
) -> nn.Sequential:
    """Return heads of several targets, which share standardisation and layer mix (see `build_head`).

    `outputs` has the number of outputs and the class of the last layer for each; with `learned_weights` the
    heads have log variances too.
    """
    heads = (nn.Sequential(*_own_layers(config, shape[-1], n, output)) for n, output in outputs)
    return nn.Sequential(*_shared_layers(shape), TargetHeads(heads, learned_weights=learned_weights))


def _shared_layers(shape: tuple[int, ...]) -> list[nn.Module]:
    """Return the layers that turn features into a standardised vector."""
    layers: list[nn.Module] = [Standardise(*shape)]
    if len(shape) > 1:
        layers.append(ScalarMix(shape[0]))
    return layers


def _own_layers(config: HeadConfig, width: int, n_outputs: int, output: type[nn.Linear]) -> list[nn.Module]:
    """Return the layers from a vector to the outputs of one target."""
    layers: list[nn.Module] = [nn.Dropout(config.dropout)]
    if config.kind is HeadKind.MLP:
        layers += [
            nn.Linear(width, config.width),
            _ACTIVATIONS[config.activation](),
            nn.Dropout(config.dropout),
        ]
        width = config.width
    final = output(width, n_outputs)
    nn.init.zeros_(final.bias)
    return [*layers, final]


SUPPRESSED_LOGIT = -1e4
"""Logit of an output that is never predicted: probability and gradient are 0 in every precision."""


@torch.no_grad()
def suppress_outputs(head: nn.Sequential, outputs: Sequence[int]) -> None:
    """Fix the probability of `outputs`, which have no training rows, at 0 in a new head."""
    final = head[-1]
    assert isinstance(final, nn.Linear)
    index = torch.tensor(outputs, dtype=torch.long)
    final.weight[index] = 0.0
    final.bias[index] = SUPPRESSED_LOGIT
