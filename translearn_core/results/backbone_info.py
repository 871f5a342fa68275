"""A backbone's parts as a torch-free record, and what a freeze plan costs on it."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.config import FeatureConfig, FreezePlan, Pooling, Tuning, TuningConfig


@dataclass(frozen=True)
class BackboneInfo:
    """What a backbone is made of.

    `block_parameters[k]` counts the parameters of block k; `final_parameters` those after the last block (a
    final norm), which follow the last block in a freeze plan. `splittable` says whether the model can be cut
    at a block with the same result; where not, `why_not` says why and training runs uncached. `digest`
    identifies weights and tokenizer. Of each block `block_biases` and `block_norms` count the parameters of
    those kinds, and `lora_dims_per_block` adds up the inputs and outputs of its linear layers, which LoRA
    adds to.
    `default_pooling` and `default_token_limit` are those that lie beside the model, None where none do.
    """

    id: str
    architecture: str
    width: int
    token_limit: int
    vocabulary: int
    causal: bool
    embedding_parameters: int
    block_parameters: tuple[int, ...]
    final_parameters: int
    block_class: str
    bytes: int
    digest: str
    supports_partial_forward: bool = True
    unsupported_reason: str | None = None
    language_note: str | None = None
    block_biases: tuple[int, ...] = ()
    block_norms: tuple[int, ...] = ()
    lora_dims_per_block: tuple[int, ...] = ()
    default_pooling: Pooling | None = None
    default_token_limit: int | None = None

    @property
    def n_blocks(self) -> int:
        """Number of transformer blocks; hidden-state layers are one more."""
        return len(self.block_parameters)

    @property
    def parameters(self) -> int:
        """All parameters of the backbone, head not counted."""
        return self.embedding_parameters + sum(self.block_parameters) + self.final_parameters

    @property
    def pooling(self) -> Pooling:
        """The pooling to start from."""
        if self.default_pooling in self.poolings:
            return self.default_pooling
        return Pooling.LAST if self.causal else Pooling.MEAN

    @property
    def features(self) -> FeatureConfig:
        """How a text becomes a vector, to start from."""
        limit = self.default_token_limit or FeatureConfig().token_limit
        return FeatureConfig(pooling=self.pooling, token_limit=min(limit, self.token_limit))

    @property
    def poolings(self) -> tuple[Pooling, ...]:
        """Poolings that make sense here: a causal model's first token has seen nothing."""
        first = Pooling.LAST if self.causal else Pooling.CLS
        return (Pooling.MEAN, first, Pooling.MAX)

    def trainable(self, plan: FreezePlan, tuning: TuningConfig | None = None) -> int:
        """Parameters below the head that train under `plan`; `tuning` may say that only some kinds do."""
        plan.check(self.n_blocks)
        kind = tuning.kind if tuning else Tuning.ALL
        if tuning and kind is not Tuning.ALL:
            counts = {
                Tuning.BIASES: self.block_biases,
                Tuning.NORMS: self.block_norms,
                Tuning.LORA: tuple(tuning.rank * sides for sides in self.lora_dims_per_block),
            }[kind]
            return sum(counts[b] for b in plan.blocks if counts)
        trained = sum(self.block_parameters[b] for b in plan.blocks)
        if plan.embeddings:
            trained += self.embedding_parameters
        if self.n_blocks - 1 in plan.blocks:
            trained += self.final_parameters
        return trained

    def frame(self) -> pd.DataFrame:
        """One line per part, head first, embeddings last: part, parameters."""
        parts = [("embeddings", self.embedding_parameters)]
        parts += [(f"block {k}", n) for k, n in enumerate(self.block_parameters)]
        if self.final_parameters:
            parts.append(("final norm", self.final_parameters))
        return pd.DataFrame(parts[::-1], columns=["part", "parameters"])
