"""Architecture of a backbone, without torch, and parameter counts of freeze plans."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.config import FeatureConfig, FreezePlan, Pooling, Tuning, TuningConfig
from translearn_core.config.model_names import TFIDF


@dataclass(frozen=True)
class BackboneInfo:
    """Architecture of a backbone.

    `block_parameters[k]` counts the parameters of block k, `final_parameters` those after the last block (a
    final norm), which follow the last block in a freeze plan; `block_biases` and `block_norms` count those
    kinds per block, and `lora_dims_per_block` sums inputs and outputs of the block's linear layers,
    `adapters_per_block` counts its places for bottleneck adapters.
    `supports_partial_forward`: the model can be run from a block with the same result; otherwise
    `unsupported_reason` says why not, and training is not cached. `digest` identifies weights and tokenizer.
    `default_pooling` and `default_token_limit` come from the model's files, None without such files.
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
    adapters_per_block: tuple[int, ...] = ()
    default_pooling: Pooling | None = None
    default_token_limit: int | None = None

    @property
    def is_word_vectors(self) -> bool:
        """Whether it is a table of word vectors, whose one block weights the words."""
        return self.block_class == "WordWeighting"

    @property
    def n_blocks(self) -> int:
        """Number of transformer blocks; there is one more hidden-state layer."""
        return len(self.block_parameters)

    @property
    def parameters(self) -> int:
        """Number of parameters, without a head."""
        return self.embedding_parameters + sum(self.block_parameters) + self.final_parameters

    @property
    def pooling(self) -> Pooling:
        """Default pooling."""
        if self.default_pooling in self.poolings:
            return self.default_pooling
        return Pooling.LAST if self.causal else Pooling.MEAN

    @property
    def features(self) -> FeatureConfig:
        """Default features."""
        limit = self.default_token_limit or FeatureConfig().token_limit
        return FeatureConfig(pooling=self.pooling, token_limit=min(limit, self.token_limit))

    @property
    def poolings(self) -> tuple[Pooling, ...]:
        """Suitable poolings; a causal model's first token attends to nothing else, a word to no other."""
        if self.is_word_vectors:
            return (Pooling.MEAN, Pooling.MAX)
        first = Pooling.LAST if self.causal else Pooling.CLS
        return (Pooling.MEAN, first, Pooling.MAX)

    def trainable(self, plan: FreezePlan, tuning: TuningConfig | None = None) -> int:
        """Count the parameters below the head that train under `plan` and `tuning`."""
        plan.check(self.n_blocks)
        kind = tuning.kind if tuning else Tuning.ALL
        if tuning and kind is not Tuning.ALL:
            adapter = 2 * self.width * tuning.bottleneck + self.width + tuning.bottleneck
            adapters = zip(self.adapters_per_block, self.block_norms, strict=False)
            counts = {
                Tuning.BIASES: self.block_biases,
                Tuning.NORMS: self.block_norms,
                Tuning.LORA: tuple(tuning.rank * sides for sides in self.lora_dims_per_block),
                Tuning.ADAPTERS: tuple(n * adapter + norms if n else 0 for n, norms in adapters),
            }[kind]
            return sum(counts[b] for b in plan.blocks if counts)
        count = sum(self.block_parameters[b] for b in plan.blocks)
        if plan.embeddings:
            count += self.embedding_parameters
        if self.n_blocks - 1 in plan.blocks:
            count += self.final_parameters
        return count

    def frame(self) -> pd.DataFrame:
        """Return one row per part, embeddings last: part, parameters."""
        parts = [("embeddings", self.embedding_parameters)]
        parts += [(f"block {k}", n) for k, n in enumerate(self.block_parameters)]
        if self.final_parameters:
            parts.append(("final norm", self.final_parameters))
        return pd.DataFrame(parts[::-1], columns=["part", "parameters"])


TFIDF_INFO = BackboneInfo(
    id=TFIDF,
    architecture="TF-IDF of words and word pairs",
    width=0,
    token_limit=8192,
    vocabulary=0,
    causal=False,
    embedding_parameters=0,
    block_parameters=(),
    final_parameters=0,
    block_class="",
    bytes=0,
    digest=TFIDF,
)
"""Counted words in place of a backbone: no blocks, no parameters."""


@dataclass(frozen=True)
class DownloadSize:
    """Bytes still to download before a backbone can be used."""

    bytes: int

    def frame(self) -> pd.DataFrame:
        """Return one row."""
        return pd.DataFrame({"bytes": [self.bytes]})
