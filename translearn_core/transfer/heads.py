"""The classifier on top of the pooled vector: new, so it always trains."""

import torch
from torch import Tensor, nn

from translearn_core.config import Activation, HeadConfig, HeadKind

_ACTIVATIONS: dict[Activation, type[nn.Module]] = {
    Activation.RELU: nn.ReLU,
    Activation.GELU: nn.GELU,
    Activation.TANH: nn.Tanh,
}


class Standardise(nn.Module):
    """Shift and scale features by fixed statistics of the training rows.

    One learning rate then fits the features of every backbone.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    @torch.no_grad()
    def fit(self, features: Tensor) -> None:
        """Take mean and standard deviation of `features`, shape (rows, width).

        A constant feature keeps scale 1.
        """
        deviation = features.float().std(0, correction=0)
        self.mean.copy_(features.float().mean(0))
        self.scale.copy_(torch.where(deviation > 1e-6, deviation, torch.ones_like(deviation)))

    def forward(self, features: Tensor) -> Tensor:
        """Return standardised features, float32."""
        return (features.float() - self.mean) / self.scale


def build_head(config: HeadConfig, width: int, classes: int) -> nn.Sequential:
    """Return a head from features, shape (rows, width), to logits, shape (rows, classes)."""
    layers: list[nn.Module] = [Standardise(width), nn.Dropout(config.dropout)]
    if config.kind is HeadKind.MLP:
        layers += [
            nn.Linear(width, config.width),
            _ACTIVATIONS[config.activation](),
            nn.Dropout(config.dropout),
        ]
        width = config.width
    final = nn.Linear(width, classes)
    nn.init.zeros_(final.bias)
    return nn.Sequential(*layers, final)
