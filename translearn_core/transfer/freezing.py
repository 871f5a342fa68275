"""Freezing: `trainable_parameter_names` maps a plan to parameter names, `set_trainable` applies it.

Only `set_trainable` writes `requires_grad`.
"""

from collections.abc import Collection, Mapping

from torch import nn

from translearn_core.config import FreezePlan
from translearn_core.errors import ConfigError


def trainable_parameter_names(parts: Mapping[str, str], plan: FreezePlan, n_blocks: int) -> frozenset[str]:
    """Return the backbone's parameter names that train under `plan`.

    Parameters
    ----------
    parts : mapping of str to str
        Part of every parameter: ``embeddings``, ``block 0`` …, ``final`` (trains with the last block).
    plan : FreezePlan
    n_blocks : int

    Raises
    ------
    ConfigError
        If the plan names a block the backbone does not have.
    """
    plan.check(n_blocks)
    trained = {f"block {block}" for block in plan.blocks}
    if plan.embeddings:
        trained.add("embeddings")
    if n_blocks - 1 in plan.blocks:
        trained.add("final")
    return frozenset(name for name, part in parts.items() if part in trained)


def set_trainable(model: nn.Module, names: Collection[str]) -> None:
    """Train exactly `names`; freeze every other parameter of `model`."""
    known = {name for name, _ in model.named_parameters()}
    if unknown := sorted(set(names) - known):
        raise ConfigError("names", unknown[0], "a parameter of this model")
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in names)
