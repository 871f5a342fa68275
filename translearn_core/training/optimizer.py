"""Optimizers over the trainable parameters, with a learning rate per part.

References
----------
Adam: Kingma & Ba 2014, arXiv:1412.6980. AdamW: Loshchilov & Hutter 2017, arXiv:1711.05101. Adafactor:
Shazeer & Stern 2018, arXiv:1804.04235; its rates are relative to the root mean square of each tensor.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn import Parameter

from translearn_core.config import Optimizer, TrainingConfig
from translearn_core.config.lr_schedule import HEAD

Groups = list[dict[str, Any]]

OPTIMIZERS: dict[Optimizer, Callable[[Groups, TrainingConfig, bool], torch.optim.Optimizer]] = {
    Optimizer.ADAMW: lambda groups, training, fused: torch.optim.AdamW(groups, lr=training.lr, fused=fused),
    Optimizer.ADAM: lambda groups, training, fused: torch.optim.Adam(groups, lr=training.lr, fused=fused),
    Optimizer.SGD: lambda groups, training, fused: torch.optim.SGD(
        groups, lr=training.lr, momentum=training.momentum, fused=fused
    ),
    Optimizer.RMSPROP: lambda groups, training, _: torch.optim.RMSprop(groups, lr=training.lr),
    Optimizer.ADAFACTOR: lambda groups, training, _: torch.optim.Adafactor(groups, lr=training.lr),
}
"""Optimizers by name; each takes parameter groups, settings, and whether the device has fused kernels."""


def parameter_groups(
    trained: Mapping[str, Parameter], parts: Mapping[str, str], training: TrainingConfig
) -> Groups:
    """Group parameters by part and weight decay.

    Biases and norm weights (one dimension) do not decay; with L2-SP no backbone parameter does.
    """
    groups: dict[tuple[str, bool], list[Parameter]] = {}
    for name, parameter in trained.items():
        part = parts[name]
        decays = parameter.ndim > 1 and (part == HEAD or not training.l2_sp)
        groups.setdefault((part, decays), []).append(parameter)
    return [
        {"params": members, "part": part, "weight_decay": training.weight_decay if decays else 0.0}
        for (part, decays), members in groups.items()
    ]


def make_optimizer(
    trained: Mapping[str, Parameter],
    parts: Mapping[str, str],
    training: TrainingConfig,
    before: torch.optim.Optimizer | None = None,
) -> torch.optim.Optimizer:
    """Return the optimizer of `training` over `trained` alone.

    Parameters also in the optimizer `before` keep their state.
    """
    device = next(iter(trained.values())).device.type
    groups = parameter_groups(trained, parts, training)
    optimizer = OPTIMIZERS[training.optimizer](groups, training, device in ("cpu", "cuda"))
    if before is not None:
        optimizer.state.update({p: before.state[p] for p in trained.values() if p in before.state})
    return optimizer


def set_rates(optimizer: torch.optim.Optimizer, rates: Mapping[str, float]) -> None:
    """Set every group's learning rate to that of its part."""
    for group in optimizer.param_groups:
        group["lr"] = rates[group["part"]]
