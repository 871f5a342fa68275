"""Weight drift per tensor and part, and a check that the freeze plan was honoured."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping

import pandas as pd
import torch
from torch import Tensor

from translearn_core.errors import FreezeError
from translearn_core.results import Drift
from translearn_core.transfer import TransferModel


@torch.no_grad()
def relative_change_per_part(model: TransferModel, start: Mapping[str, Tensor]) -> dict[str, float]:
    """Return the norm of each trained part's change from `start`, relative to its norm at the start.

    LoRA's updates count relative to the frozen matrices they are added to.
    """
    changes: dict[str, float] = defaultdict(float)
    norms: dict[str, float] = defaultdict(float)
    parts, current = model.parts, dict(model.named_parameters())
    for name, before in start.items():
        if ".lora_" not in name:
            changes[parts[name]] += float((current[name] - before).square().sum())
            norms[parts[name]] += float(before.square().sum())
    for name, layer in model.named_modules():
        if f"{name}.lora_B.default.weight" in start:
            part = parts[f"{name}.base_layer.weight"]
            changes[part] += float(layer.get_delta_weight("default").square().sum())
            norms[part] += float(current[f"{name}.base_layer.weight"].square().sum())
    return {part: math.sqrt(changes[part] / norms[part]) if norms[part] else 0.0 for part in changes}


def measure_drift(
    start: Mapping[str, Tensor],
    end: Mapping[str, Tensor],
    *,
    parts: Mapping[str, str],
    trainable: Collection[str],
    had_gradient: Collection[str],
    proportional: bool = False,
) -> Drift:
    """Compare tensors before and after training; changes are relative to the norm at the start.

    With `proportional` steps, those of SGD, a tensor may stay: a tiny gradient is lost in rounding.

    Raises
    ------
    FreezeError
        If a frozen tensor moved, or a trainable one that received a gradient did not.
    """
    rows = []
    for name, before in start.items():
        difference = float((end[name].float() - before.float()).norm())
        norm = float(before.float().norm())
        if name not in trainable and difference > 0:
            raise FreezeError(
                f"{name} ({parts[name]}) was frozen and moved by {difference:.3g}: this run cannot be "
                "trusted; report it."
            )
        if name in had_gradient and difference == 0 and not proportional:
            raise FreezeError(
                f"{name} ({parts[name]}) was to train, received a gradient and did not move: "
                "raise the learning rate."
            )
        rows.append(
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
    return Drift(pd.DataFrame(rows))
