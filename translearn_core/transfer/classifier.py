"""A backbone with a head on top, frozen as planned, running whole or from a cut."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.activations import Compute, Kept, Tokens, pool, shape_of_output, suffix
from translearn_core.backbones import Backbone
from translearn_core.config import FreezePlan, HeadConfig, Pooling
from translearn_core.transfer.heads import Standardise, build_head
from translearn_core.transfer.plan import set_trainable, trainable_names


@dataclass(frozen=True)
class Inputs:
    """What the classifier is given for the rows of one run.

    Token ids, and what was computed once where there is anything.

    `pooled`, shape (rows, width), stands for the whole backbone when only the head trains; `kept` for the
    blocks below its cut.
    """

    tokens: Tokens
    kept: Kept | None = None
    pooled: Tensor | None = None


class Classifier(nn.Module):
    """Backbone, pooling and head; parameters are named ``backbone.*`` and ``head.*``."""

    def __init__(
        self,
        backbone: Backbone,
        plan: FreezePlan,
        pooling: Pooling,
        head: HeadConfig,
        classes: int,
        *,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.source, self.plan, self.pooling = backbone, plan, pooling
        self.backbone = backbone.model
        self.boundary = plan.boundary(backbone.n_blocks)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = build_head(head, backbone.anatomy.width, classes)
        names = {f"backbone.{name}" for name in trainable_names(backbone.parts, plan, backbone.n_blocks)}
        set_trainable(self, names | {f"head.{name}" for name, _ in self.head.named_parameters()})
        self._shape = shape_of_output(self.backbone, backbone.blocks) if backbone.anatomy.splittable else None

    @property
    def parts(self) -> dict[str, str]:
        """Part of every parameter, the head's among them."""
        parts = {f"backbone.{name}": part for name, part in self.source.parts.items()}
        return parts | {f"head.{name}": "head" for name, _ in self.head.named_parameters()}

    @property
    def standardise(self) -> Standardise:
        """The head's fixed scaling of its input."""
        first = self.head[0]
        assert isinstance(first, Standardise)
        return first

    def train(self, mode: bool = True) -> "Classifier":
        """Set training mode where something trains.

        Frozen blocks stay in eval mode, so that what they give can be kept.
        """
        super().train(False)
        if mode:
            self.head.train()
            if self.plan.embeddings:
                self.backbone.train()
            for block, module in enumerate(self.source.blocks):
                module.train(block in self.plan.blocks)
        self.training = mode
        return self

    def features(self, inputs: Inputs, index: NDArray[np.int64], compute: Compute) -> Tensor:
        """Return the pooled vectors of some rows, shape (len(index), width)."""
        if inputs.pooled is not None:
            return inputs.pooled[torch.from_numpy(index)].to(compute.device)
        ids, mask = (t.to(compute.device) for t in inputs.tokens.padded(index))
        with compute.autocast():
            if inputs.kept is not None:
                states = inputs.kept.padded(index, ids.shape[1]).to(compute.device)
                output = suffix(
                    self.backbone, self.source.blocks, inputs.kept.cut, self._shape, (ids, mask, states)
                )
            else:
                output = self.backbone(input_ids=ids, attention_mask=mask)
        return pool(output.last_hidden_state, mask, self.pooling)

    def forward(self, inputs: Inputs, index: NDArray[np.int64], compute: Compute) -> Tensor:
        """Return logits of some rows, float32, shape (len(index), classes)."""
        logits: Tensor = self.head(self.features(inputs, index, compute))
        return logits
