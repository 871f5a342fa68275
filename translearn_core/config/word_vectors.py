"""Training of word vectors on the texts of a table."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from translearn_core.config.base import JobConfig, Seed
from translearn_core.config.model import BackboneConfig


class VectorObjective(StrEnum):
    """What predicts what."""

    SKIP_GRAM = "skip-gram"
    CBOW = "cbow"


class WordVectorsConfig(JobConfig[Any]):
    """Train word vectors with negative sampling (Mikolov et al. 2013, arXiv:1301.3781, arXiv:1310.4546)."""

    kind: ClassVar = "word_vectors"
    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    text_pair: str | None = Field(None, description="column of the second texts of pairs, which are read too")
    objective: VectorObjective = Field(
        VectorObjective.SKIP_GRAM,
        description="skip-gram: a word predicts those around it; cbow: they predict it",
    )
    width: int = Field(100, ge=2, le=1_000, description="numbers of a vector")
    window: int = Field(5, ge=1, le=50, description="words on each side that count as its context")
    negatives: int = Field(5, ge=1, le=50, description="drawn words that a word is told apart from")
    subsampling: float = Field(
        1e-3, ge=0, lt=1, description="share of the words above which a word is read less often; 0: never"
    )
    min_count: int = Field(2, ge=1, le=1_000, description="rarer words get no vector")
    epochs: int = Field(10, ge=1, le=1_000, description="passes over the texts")
    lr: float = Field(0.025, gt=0, le=1.0, description="first learning rate; it falls linearly")
    watch: tuple[str, ...] = Field(
        (),
        max_length=20,
        description="words whose neighbours are noted; none: frequent ones",
    )
    seed: Seed = Field(0, description="seed of first vectors, order and negatives")

    @property
    def title(self) -> str:
        """What is trained on which texts."""
        return f"word vectors of column {self.text}"

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns of the texts."""
        return (self.text,) if self.text_pair is None else (self.text, self.text_pair)

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


class SkipGramStepConfig(JobConfig[Any]):
    """Take a few steps of skip-gram on one word of a sentence, and look at the last (arXiv:1310.4546)."""

    kind: ClassVar = "skip_gram_step"
    sentence: str = Field(min_length=1, max_length=300, description="words with blanks between")
    centre: int = Field(0, ge=0, description="position of the centre word, from 0")
    window: int = Field(2, ge=1, le=10, description="words on each side that count as its context")
    negatives: int = Field(3, ge=1, le=10, description="words drawn at random that it is told apart from")
    width: int = Field(4, ge=2, le=16, description="numbers of a vector")
    lr: float = Field(0.5, gt=0, le=5, description="learning rate")
    steps: int = Field(1, ge=1, le=500, description="steps taken; the last is shown")
    seed: Seed = Field(0, description="seed of first vectors and negatives")

    @property
    def words(self) -> list[str]:
        """Words of the sentence, in lower case."""
        return self.sentence.lower().split()


class AlignVectorsConfig(JobConfig[Any]):
    """Map a second table of word vectors into the space of a first (Procrustes; Xing et al. 2015)."""

    kind: ClassVar = "align_vectors"
    first: BackboneConfig = Field(description="vectors that stay as they are")
    second: BackboneConfig = Field(description="vectors that are mapped")
    pairs: tuple[tuple[str, str], ...] = Field(
        (),
        max_length=20_000,
        description="words of the first and the second that mean the same; none: words in both",
    )
    seed: Seed = Field(0, description="seed of the folds in which the map is tested")

    @property
    def title(self) -> str:
        """What is aligned."""
        return f"{self.second.label} aligned with {self.first.label}"

    def references(self) -> Iterable[str | None]:
        """Return the jobs that made the vectors."""
        return (self.first.pretraining_job, self.second.pretraining_job)
