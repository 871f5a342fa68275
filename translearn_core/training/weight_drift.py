"""How far every tensor moved, and whether the freeze plan was honoured."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping

import pandas as pd
import torch
from torch import Tensor

from translearn_core.errors import FreezeError
from translearn_core.results import Drift
from translearn_core.transfer import Classifier


@torch.no_grad()
def relative_change_per_part(model: Classifier, start: Mapping[str, Tensor]) -> dict[str, float]:
    """Return how far every part that may train is from its `start`, relative to the norm it had there.

    Where LoRA adds to frozen matrices, what it adds is held against them.
    """
    moved: dict[str, float] = defaultdict(float)
    norms: dict[str, float] = defaultdict(float)
    parts, now = model.parts, dict(model.named_parameters())
    for name, before in start.items():
        if ".lora_" not in name:
            moved[parts[name]] += float((now[name] - before).square().sum())
            norms[parts[name]] += float(before.square().sum())
    for name, layer in model.named_modules():
        if f"{name}.lora_B.default.weight" in start:
            part = parts[f"{name}.base_layer.weight"]
            moved[part] += float(layer.get_delta_weight("default").square().sum())
            norms[part] += float(now[f"{name}.base_layer.weight"].square().sum())
    return {part: math.sqrt(moved[part] / norms[part]) if norms[part] else 0.0 for part in moved}


def measure_drift(
    start: Mapping[str, Tensor],
    end: Mapping[str, Tensor],
    *,
    parts: Mapping[str, str],
    trainable: Collection[str],
    had_gradient: Collection[str],
) -> Drift:
    """Compare tensors before and after training.

    `relative_change` is the norm of the difference over the norm of the start.

    Raises
    ------
    FreezeError
        If a frozen tensor moved, or a trainable one that received a gradient did not.
    """
    lines = []
    for name, before in start.items():
        difference = float((end[name].float() - before.float()).norm())
        norm = float(before.float().norm())
        if name not in trainable and difference > 0:
            raise FreezeError(
                f"{name} ({parts[name]}) was frozen and moved by {difference:.3g}: this run cannot be "
                "trusted; report it."
            )
        if name in had_gradient and difference == 0:
            raise FreezeError(
                f"{name} ({parts[name]}) was to train, received a gradient and did not move: "
                "raise the learning rate."
            )
        lines.append(
            {
                "name": name,
                "part": parts[name],
                "trainable": name in trainable,
                "had_gradient": name in had_gradient,
                "parameters": before.numel(),
                "start_norm": norm,
                "moved_norm": difference,
                "relative_change": difference / norm if norm else float(difference > 0),
            }
        )
    return Drift(pd.DataFrame(lines))
