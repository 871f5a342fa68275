"""Backbone with a head, and which of its parameters train."""

from collections.abc import Iterator
from typing import Self

from torch import nn

from translearn_core.backbones import Backbone
from translearn_core.config import FreezePlan, TuningConfig
from translearn_core.transfer.adapters import adapter_parameters
from translearn_core.transfer.freezing import set_trainable, trainable_parameter_names
from translearn_core.transfer.target_heads import TargetHeads

HEAD = "head."
DISCRIMINATOR = "discriminator."
"""Beginning of the names of the parameters that train with the head and are no part of the result."""


class TransferModel(nn.Module):
    """Partially frozen backbone with a head; parameters are named ``backbone.*`` and ``head.*``.

    `plan` is what trains now, `max_plan`, the initial plan, all that may ever train, `trained_names` its
    parameters. Nothing is frozen until `freeze` is called, which a training stage does as it starts.
    Parameters that the head shares with the backbone are the backbone's.
    """

    def __init__(
        self, backbone: Backbone, plan: FreezePlan, head: nn.Module, tuning: TuningConfig | None = None
    ) -> None:
        super().__init__()
        self.loaded_backbone, self.max_plan, self.plan = backbone, plan, plan
        self.tuning = tuning or TuningConfig()
        self.backbone = backbone.model
        self.backbone.train(False)
        self.head = head
        self.discriminator: nn.Module | None = None
        self.trained_names = self.names(plan)

    def kept_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield the parameters by name, without those of a discriminator."""
        return (one for one in self.named_parameters() if not one[0].startswith(DISCRIMINATOR))

    def attach(self, discriminator: nn.Module) -> None:
        """Train a discriminator of domains with the head."""
        self.discriminator = discriminator
        self.trained_names = self.names(self.max_plan)

    @property
    def target_heads(self) -> TargetHeads | None:
        """Heads of several targets, if it has any."""
        return None

    def freeze(self, plan: FreezePlan) -> None:
        """Train the parameters of `plan` and the head; freeze all others."""
        self.plan = plan
        set_trainable(self, self.names(plan))
        self.train(self.training)

    def names(self, plan: FreezePlan) -> frozenset[str]:
        """Return the names of the parameters that train under a plan, the head's included."""
        source = self.loaded_backbone
        planned = trainable_parameter_names(source.parts, plan, source.n_blocks)
        backbone = {f"backbone.{name}" for name in adapter_parameters(source, planned, self.tuning.kind)}
        return frozenset(backbone | set(self._head_names()))

    def _head_names(self) -> list[str]:
        return [name for name, _ in self.named_parameters() if name.startswith((HEAD, DISCRIMINATOR))]

    @property
    def boundary(self) -> int:
        """First trainable block of the current plan."""
        return self.plan.first_trainable_block(self.loaded_backbone.n_blocks)

    @property
    def parts(self) -> dict[str, str]:
        """Part of every parameter, the head's included."""
        parts = {f"backbone.{name}": part for name, part in self.loaded_backbone.parts.items()}
        return parts | dict.fromkeys(self._head_names(), "head")

    def train(self, mode: bool = True) -> Self:
        """Set training mode for the parts that train.

        Frozen blocks stay in eval mode, so that their outputs can be cached.
        """
        self.head.train(mode)
        if self.max_plan.embeddings or self.max_plan.blocks:  # else it stays in eval mode; traversal is slow
            self.backbone.train(mode and self.plan.embeddings)
            for block in self.plan.blocks if mode else ():
                self.loaded_backbone.blocks[block].train()
            if mode and self.plan.embeddings:
                for block in set(range(self.loaded_backbone.n_blocks)) - set(self.plan.blocks):
                    self.loaded_backbone.blocks[block].eval()
        self.training = mode
        return self
