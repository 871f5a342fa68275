"""AdamW over the trainable parameters, with a learning rate per part."""

from collections.abc import Mapping

import torch
from torch.nn import Parameter

from translearn_core.config import TrainingConfig
from translearn_core.config.lr_schedule import HEAD


def parameter_groups(
    trained: Mapping[str, Parameter], parts: Mapping[str, str], training: TrainingConfig
) -> list[dict[str, object]]:
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
) -> torch.optim.AdamW:
    """Return AdamW over `trained` alone (Loshchilov & Hutter 2017, arXiv:1711.05101).

    Parameters also in the optimizer `before` keep their moments.
    """
    device = next(iter(trained.values())).device.type
    groups = parameter_groups(trained, parts, training)
    optimizer = torch.optim.AdamW(groups, lr=training.lr, fused=device in ("cpu", "cuda"))
    if before is not None:
        optimizer.state.update({p: before.state[p] for p in trained.values() if p in before.state})
    return optimizer


def set_rates(optimizer: torch.optim.Optimizer, rates: Mapping[str, float]) -> None:
    """Set every group's learning rate to that of its part."""
    for group in optimizer.param_groups:
        group["lr"] = rates[group["part"]]
