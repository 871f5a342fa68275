"""One experiment as immutable, hashable JSON: data, backbone, freeze plan, features, head, training."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from translearn_core.config.choices import (
    Activation,
    ClassWeights,
    Device,
    Fix,
    HeadKind,
    Pooling,
    Precision,
    Schedule,
)
from translearn_core.errors import ConfigError

BUNDLED = "all-MiniLM-L6-v2"
"""The backbone that ships with the project and works with no network."""


class Frozen(BaseModel):
    """Base of every configuration: immutable, hashable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SplitConfig(Frozen):
    """How rows are dealt to train, validation and test when the files do not say."""

    column: str | None = Field(None, description="column that names each row's split; none: draw by seed")
    validation: float = Field(0.15, ge=0.0, lt=0.9, description="share held out to choose on")
    test: float = Field(0.15, ge=0.0, lt=0.9, description="share held out to report on")
    seed: int = Field(0, ge=0, description="seed of the stratified draw")

    @model_validator(mode="after")
    def _leaves_rows_to_train(self) -> Self:
        if self.validation + self.test >= 0.9:
            raise ValueError(
                "validation and test together must leave at least a tenth of the rows for training"
            )
        return self


class DataConfig(Frozen):
    """Which table, what its columns mean, and how rows are used."""

    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    label: str = Field(description="column that holds the classes")
    split: SplitConfig = SplitConfig()
    fixes: tuple[Fix, ...] = Field((), description="decisions taken on findings")
    rare_below: int = Field(5, ge=2, description="a class with fewer rows than this is rare")

    @field_validator("fixes")
    @classmethod
    def _canonical(cls, fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
        return tuple(sorted(set(fixes)))

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        if self.text == self.label:
            raise ValueError("text and label must be two different columns")
        return self


class BackboneConfig(Frozen):
    """Which pretrained model, or its random-init twin."""

    id: str = Field(BUNDLED, min_length=1, description="bundled name, Hub id (owner/name) or local folder")
    revision: str | None = Field(None, description="branch, tag or commit on the Hub")
    random_init: bool = Field(False, description="same architecture, fresh weights: the no-transfer control")
    init_seed: int = Field(0, ge=0, description="seed of the fresh weights")

    @property
    def label(self) -> str:
        """Name for people: the id, and whether it is the random-init twin."""
        return f"{self.id} (random init)" if self.random_init else self.id


class FreezePlan(Frozen):
    """What trains: the embeddings or not, and which blocks. The head is new and always trains.

    Blocks count from the input, block 0 first. Parts after the last block (a final norm) follow the last
    block.
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
    def last(cls, k: int, n_blocks: int) -> Self:
        """Return the plan that trains the top `k` of `n_blocks` blocks."""
        if not 0 <= k <= n_blocks:
            raise ConfigError("train_blocks", f"last:{k}", f"last:0 to last:{n_blocks}")
        return cls(blocks=tuple(range(n_blocks - k, n_blocks)))

    @classmethod
    def everything(cls, n_blocks: int, *, embeddings: bool = True) -> Self:
        """Return the plan that trains all blocks, and the embeddings unless told otherwise."""
        return cls(embeddings=embeddings, blocks=tuple(range(n_blocks)))

    @classmethod
    def parse(cls, text: str, n_blocks: int) -> Self:
        """Read the command line's form: ``none``, ``all``, ``last:K`` or ``0,2,5``."""
        word = text.strip().lower()
        if word == "none":
            return cls()
        if word == "all":
            return cls.everything(n_blocks)
        if word.startswith("last:") and word[5:].isdecimal():
            return cls.last(int(word[5:]), n_blocks)
        parts = [p.strip() for p in word.split(",")]
        if not all(p.isdecimal() for p in parts):
            raise ConfigError("train_blocks", text, "none, all, last:K or block numbers such as 0,2,5")
        plan = cls(blocks=tuple(int(p) for p in parts))
        plan.check(n_blocks)
        return plan

    def check(self, n_blocks: int) -> None:
        """Raise `ConfigError` if a block is named that a backbone of `n_blocks` does not have."""
        if self.blocks and self.blocks[-1] >= n_blocks:
            raise ConfigError("train_blocks", self.blocks[-1], f"blocks from 0 to {n_blocks - 1}")

    def boundary(self, n_blocks: int) -> int:
        """Lowest trainable block: -1 if the embeddings train, `n_blocks` if only the head does.

        Nothing below it changes, so the hidden states entering it can be computed once and kept.
        """
        if self.embeddings:
            return -1
        return self.blocks[0] if self.blocks else n_blocks

    @property
    def label(self) -> str:
        """Name for people, short enough for a table."""
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


class FeatureConfig(Frozen):
    """How a text becomes the vector the head sees."""

    pooling: Pooling = Field(Pooling.MEAN, description="CLS, mean or max; the last token for causal models")
    token_limit: Annotated[int, Field(ge=8, le=8192)] = Field(128, description="longer texts are cut here")


class HeadConfig(Frozen):
    """The classifier that is trained from nothing."""

    kind: HeadKind = HeadKind.LINEAR
    width: int = Field(256, ge=1, le=8192, description="hidden units of an MLP head")
    activation: Activation = Activation.RELU
    dropout: float = Field(0.1, ge=0.0, lt=1.0, description="on the head's input")


class TrainingConfig(Frozen):
    """The loop: how long, how fast, how careful."""

    epochs: int = Field(3, ge=1, le=1000, description="passes over the training rows")
    lr: float = Field(5e-5, gt=0, le=1.0, description="peak learning rate of the backbone's trainable blocks")
    head_lr: float = Field(1e-3, gt=0, le=10.0, description="peak learning rate of the head")
    batch_size: int = Field(32, ge=1, le=4096, description="texts per step")
    weight_decay: float = Field(0.01, ge=0, le=1.0, description="AdamW, on matrices only")
    warmup: float = Field(0.1, ge=0, lt=1.0, description="share of the steps in which the rate rises")
    schedule: Schedule = Schedule.LINEAR
    clip: float = Field(1.0, gt=0, description="largest gradient norm")
    class_weights: ClassWeights = ClassWeights.NONE
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a better validation macro-F1"
    )
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: int = Field(0, ge=0, description="seed of head, batch order and dropout")

    @classmethod
    def suited(cls, plan: FreezePlan) -> Self:
        """Return defaults for a plan, chosen on the validation rows of SST-2.

        A head alone is cheap and learns long; the top blocks bear a higher rate than a whole backbone.
        """
        if not plan.blocks and not plan.embeddings:
            return cls(epochs=20)
        return cls(lr=1e-4 if plan.embeddings or plan.blocks[0] == 0 else 3e-4)

    def following(self, before: FreezePlan, after: FreezePlan) -> Self:
        """Return these settings for another plan: a default of the one becomes that of the other."""
        old, new = type(self).suited(before), type(self).suited(after)
        moved = {f: getattr(new, f) for f in type(self).model_fields if getattr(self, f) == getattr(old, f)}
        return self.model_copy(update=moved)


class ExperimentConfig(Frozen):
    """One experiment: data → backbone → features → train → evaluate."""

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    plan: FreezePlan = FreezePlan()
    features: FeatureConfig = FeatureConfig()
    head: HeadConfig = HeadConfig()
    training: TrainingConfig = TrainingConfig()
    continues: str | None = Field(None, description="job whose last checkpoint this one goes on from")
