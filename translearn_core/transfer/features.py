"""Combination of pooled layers into the head's input."""

from collections.abc import Sequence

import torch
from torch import Tensor

from translearn_core.config import FeatureConfig, LayerCombination


def combine_layers(vectors: Sequence[Tensor], how: LayerCombination) -> Tensor:
    """Combine pooled layers, each of shape (rows, width), lowest first.

    Returns shape (rows, width), (rows, layers · width) for a concatenation, or (rows, layers, width) for a
    mix, whose weights the head learns.
    """
    if how is LayerCombination.SUM_4:
        return torch.stack([v.float() for v in vectors]).sum(0)
    if how is LayerCombination.CONCAT_4:
        return torch.cat(list(vectors), dim=1)
    if how is LayerCombination.MIX:
        return torch.stack(list(vectors), dim=1)
    (vector,) = vectors
    return vector


def combined_shape(layers: int, width: int, features: FeatureConfig) -> tuple[int, ...]:
    """Return the shape of one row that `combine_layers` returns, of layers of `pair_features` if siamese."""
    width *= features.pair_encoding.vectors
    how = features.layer_combination
    if how is LayerCombination.CONCAT_4:
        return (layers * width,)
    return (layers, width) if how is LayerCombination.MIX else (width,)
