"""Configuration of the model: backbone, freeze plan, stages, tuning, features, head."""

from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from translearn_core.config.base import BaseConfig, Seed
from translearn_core.config.enums import (
    Activation,
    HeadKind,
    LayerCombination,
    PairEncoding,
    Pooling,
    Tuning,
    WordWeights,
)
from translearn_core.config.model_names import BUNDLED, TFIDF, parse_model_name
from translearn_core.errors import ConfigError

ADAPTED = "adapted-"
"""Prefix of the id of a backbone pretrained further here; the pretraining job's id follows."""


class BackboneConfig(BaseConfig):
    """Pretrained model, or the same architecture with random weights."""

    id: str = Field(BUNDLED, min_length=1, description="bundled name, Hub id (owner/name) or local folder")
    revision: str | None = Field(None, description="branch, tag or commit on the Hub")
    random_init: bool = Field(False, description="same architecture, fresh weights: the no-transfer control")
    init_seed: Seed = Field(0, description="seed of the fresh weights")
    keep_blocks: int | None = Field(
        None, ge=1, description="keep only so many blocks from the input: a smaller model"
    )
    reinit_top_layers: int = Field(
        0, ge=0, description="give so many blocks at the top fresh weights (arXiv:2006.05987)"
    )
    word_weights: WordWeights = Field(
        WordWeights.UNIFORM,
        description="word vectors: how much each word counts in the mean of a text; idf: less the more "
        "frequent it is; sif: so, and without their common direction (Arora et al. 2017)",
    )

    @model_validator(mode="before")
    @classmethod
    def _normalise_name(cls, fields: Any) -> Any:
        """Replace addresses and names of the Hub by id and revision."""
        id, revision = (
            (fields.get("id"), fields.get("revision")) if isinstance(fields, dict) else (None, None)
        )
        if not isinstance(id, str) or not isinstance(revision, str | None):
            return fields
        name, revision = parse_model_name(id, revision)
        return fields | {"id": name, "revision": revision}

    @model_validator(mode="after")
    def _check_tfidf(self) -> Self:
        if self.is_tfidf and (self.random_init or self.keep_blocks or self.reinit_top_layers):
            raise ValueError(
                "tf-idf has neither blocks nor pretrained weights: leave random_init, "
                "keep_blocks and reinit_top_layers at their defaults"
            )
        return self

    @property
    def is_tfidf(self) -> bool:
        """Whether words are counted instead, without a network."""
        return self.id == TFIDF

    @property
    def pretraining_job(self) -> str | None:
        """Job that pretrained this backbone further here, if one did."""
        return self.id.removeprefix(ADAPTED) if self.id.startswith(ADAPTED) else None

    @property
    def label(self) -> str:
        """Display name: the id, and differences from the pretrained model."""
        differences = [
            "random init" if self.random_init else "",
            f"first {self.keep_blocks} blocks" if self.keep_blocks else "",
            f"top {self.reinit_top_layers} fresh" if self.reinit_top_layers else "",
            "" if self.word_weights is WordWeights.UNIFORM else f"{self.word_weights.upper()} weights",
        ]
        return f"{self.id} ({', '.join(filter(None, differences))})" if any(differences) else self.id


class FreezePlan(BaseConfig):
    """Freeze plan: whether the embeddings train, and which blocks; the head always trains.

    Blocks count from 0 at the input. A final norm follows the last block.
    """

    embeddings: bool = Field(False, description="train the embeddings")
    blocks: tuple[int, ...] = Field((), description="blocks that train, from 0 at the input")

    @field_validator("blocks")
    @classmethod
    def _canonical(cls, blocks: tuple[int, ...]) -> tuple[int, ...]:
        if negative := [b for b in blocks if b < 0]:
            raise ValueError(f"block {negative[0]} does not exist: blocks count from 0")
        return tuple(sorted(set(blocks)))

    @classmethod
    def last_n(cls, k: int, n_blocks: int) -> Self:
        """Return the plan that trains the top `k` of `n_blocks` blocks."""
        if not 0 <= k <= n_blocks:
            raise ConfigError("train_blocks", f"last:{k}", f"last:0 to last:{n_blocks}")
        return cls(blocks=tuple(range(n_blocks - k, n_blocks)))

    @classmethod
    def full(cls, n_blocks: int, *, embeddings: bool = True) -> Self:
        """Return the plan that trains all blocks, by default with the embeddings."""
        return cls(embeddings=embeddings, blocks=tuple(range(n_blocks)))

    @classmethod
    def parse(cls, text: str, n_blocks: int) -> Self:
        """Parse ``none``, ``all``, ``last:K`` or ``0,2,5``."""
        word = text.strip().lower()
        if word == "none":
            return cls()
        if word == "all":
            return cls.full(n_blocks)
        if word.startswith("last:") and word[5:].isdecimal():
            return cls.last_n(int(word[5:]), n_blocks)
        parts = [p.strip() for p in word.split(",")]
        if not all(p.isdecimal() for p in parts):
            raise ConfigError("train_blocks", text, "none, all, last:K or block numbers such as 0,2,5")
        plan = cls(blocks=tuple(int(p) for p in parts))
        plan.check(n_blocks, "train_blocks")
        return plan

    def check(self, n_blocks: int, field: str = "freeze.blocks") -> None:
        """Raise `ConfigError` about `field` if a backbone of `n_blocks` lacks one of the blocks."""
        if self.blocks and self.blocks[-1] >= n_blocks:
            raise ConfigError(field, self.blocks[-1], f"blocks from 0 to {n_blocks - 1}")

    def first_trainable_block(self, n_blocks: int) -> int:
        """Lowest trainable block: -1 if the embeddings train, `n_blocks` if only the head does.

        Hidden states entering it never change, so they can be cached.
        """
        if self.embeddings:
            return -1
        return self.blocks[0] if self.blocks else n_blocks

    @property
    def label(self) -> str:
        """Display name, short enough for a table."""
        if not self.blocks and not self.embeddings:
            return "head only"
        span = self.blocks == tuple(range(self.blocks[0], self.blocks[-1] + 1)) if self.blocks else False
        if span and len(self.blocks) > 2:
            blocks = f"blocks {self.blocks[0]}–{self.blocks[-1]}"
        else:
            blocks = (
                f"block{'s' * (len(self.blocks) > 1)} {', '.join(map(str, self.blocks))}"
                if self.blocks
                else ""
            )
        return " + ".join(filter(None, ["embeddings" if self.embeddings else "", blocks]))


class Stage(BaseConfig):
    """Training stage before the plan itself; may stop early."""

    freeze: FreezePlan
    epochs: int = Field(1, ge=0, le=1000, description="passes over the training rows at most")
    patience: int | None = Field(
        None, ge=1, description="go on after so many epochs without a better validation score"
    )
    backbone_rate: float = Field(
        1.0, gt=0, le=1, description="factor of the backbone's learning rates; the head keeps its own"
    )


class TuningConfig(BaseConfig):
    """Trainable tensors of the trained blocks."""

    kind: Tuning = Tuning.ALL
    rank: int = Field(8, ge=1, le=256, description="LoRA: width of what is added beside every matrix")
    alpha: int = Field(16, ge=1, le=1024, description="LoRA: what is added counts alpha / rank")
    dropout: float = Field(0.0, ge=0, lt=1.0, description="LoRA: on the input of what is added")
    bottleneck: int = Field(64, ge=1, le=4096, description="adapters: hidden units of each")


class FeatureConfig(BaseConfig):
    """Feature vector of a text: pooling, truncation and layers."""

    pooling: Pooling = Field(Pooling.MEAN, description="CLS, mean or max; the last token for causal models")
    token_limit: Annotated[int, Field(ge=8, le=8192)] = Field(128, description="longer texts are cut here")
    layer_combination: LayerCombination = Field(
        LayerCombination.LAST, description="layers the vector is made of; others need a frozen model"
    )
    layer: int | None = Field(None, ge=0, description="the one layer: 0 = embeddings, k = after block k-1")
    pair_encoding: PairEncoding = Field(
        PairEncoding.JOINT,
        description="text pairs: both in one sequence, or each alone, from stored features of single texts",
    )

    @model_validator(mode="after")
    def _check_layer(self) -> Self:
        if (self.layer_combination is LayerCombination.ONE) is not (self.layer is not None):
            raise ValueError(
                "layer must be given with layer_combination 'one', and only there: 0 = embeddings, "
                "k = after block k-1"
            )
        return self

    def with_default_encoding(self, *, frozen: bool) -> Self:
        """Return features with the default encoding of pairs: siamese on a `frozen` backbone, else joint."""
        encoding = PairEncoding.SIAMESE if frozen else PairEncoding.JOINT
        return self.model_copy(update={"pair_encoding": encoding})

    def selected_layers(self, n_blocks: int) -> tuple[int, ...]:
        """Return the layers the features are read from, lowest first.

        Raises
        ------
        ConfigError
            If the backbone has no such layer.
        """
        if self.layer is not None and self.layer > n_blocks:
            raise ConfigError("features.layer", self.layer, f"a layer from 0 to {n_blocks}")
        return {
            LayerCombination.LAST: (n_blocks,),
            LayerCombination.SECOND_LAST: (n_blocks - 1,),
            LayerCombination.SUM_4: tuple(range(max(0, n_blocks - 3), n_blocks + 1)),
            LayerCombination.CONCAT_4: tuple(range(max(0, n_blocks - 3), n_blocks + 1)),
            LayerCombination.MIX: tuple(range(n_blocks + 1)),
            LayerCombination.ONE: (self.layer or 0,),
        }[self.layer_combination]


class HeadConfig(BaseConfig):
    """Classifier, trained from scratch."""

    kind: HeadKind = HeadKind.LINEAR
    width: int = Field(256, ge=1, le=8192, description="hidden units of an MLP head")
    activation: Activation = Activation.RELU
    dropout: float = Field(0.1, ge=0.0, lt=1.0, description="on the head's input")
