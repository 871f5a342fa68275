"""What the optimizer holds and how fast each part moves."""

import math

import torch
from torch import nn

from translearn_core.config import Schedule, TrainingConfig


def parameter_groups(model: nn.Module, config: TrainingConfig) -> list[dict[str, object]]:
    """Group the trainable parameters of `model`.

    Backbone and head by rate, matrices and the rest by weight decay.

    A frozen parameter is in no group. Biases and norm weights (one dimension) do not decay.
    """
    groups: list[dict[str, object]] = []
    for prefix, rate in (("backbone.", config.lr), ("head.", config.head_lr)):
        named = [(n, p) for n, p in model.named_parameters() if p.requires_grad and n.startswith(prefix)]
        for decay in (True, False):
            members = [p for _, p in named if (p.ndim > 1) is decay]
            if members:
                groups.append(
                    {
                        "params": members,
                        "lr": rate,
                        "peak": rate,
                        "weight_decay": config.weight_decay if decay else 0.0,
                        "name": prefix.rstrip("."),
                    }
                )
    return groups


def make_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    """Return AdamW over the trainable parameters only (Loshchilov & Hutter 2017, arXiv:1711.05101)."""
    device = next(model.parameters()).device.type
    return torch.optim.AdamW(parameter_groups(model, config), lr=config.lr, fused=device in ("cpu", "cuda"))


def rate_factor(step: int, steps: int, config: TrainingConfig) -> float:
    """Return the share of the peak rate at `step` (from 0) of `steps`.

    A linear rise over the warm-up, then the schedule.
    """
    warmup = math.ceil(config.warmup * steps)
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    if config.schedule is Schedule.COSINE:
        return 0.5 * (1.0 + math.cos(math.pi * progress))
    if config.schedule is Schedule.LINEAR:
        return 1.0 - progress
    return 1.0


def set_rates(optimizer: torch.optim.Optimizer, factor: float) -> dict[str, float]:
    """Set every group's rate to `factor` of its peak; returns the rate by group name."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor
    return {group["name"]: group["lr"] for group in optimizer.param_groups}
