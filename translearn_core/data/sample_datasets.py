"""Sample datasets that ship with the project."""

from dataclasses import dataclass
from pathlib import Path

from translearn_core.config import DataConfig, ProblemType, TargetConfig
from translearn_core.config.settings import app_root
from translearn_core.errors import NotFoundError


@dataclass(frozen=True)
class SampleDataset:
    """A sample file, its text and label columns, and a sentence on what it shows.

    `question` is what a first run answers, with the last `blocks` of the backbone training. `problem` is the
    type of the label, `text_pair` the column of the second texts of pairs.
    """

    key: str
    title: str
    file: str
    text: str
    label: str
    sentence: str
    question: str
    blocks: int = 2
    problem: ProblemType = ProblemType.SINGLE_LABEL
    text_pair: str | None = None

    @property
    def data(self) -> DataConfig:
        """Its columns as a task, without a data set."""
        target = TargetConfig(column=self.label, problem=self.problem)
        return DataConfig(dataset=self.key, text=self.text, text_pair=self.text_pair, targets=(target,))

    @property
    def path(self) -> Path:
        """Path of the file."""
        return app_root() / "assets" / "samples" / self.file

    @property
    def bytes(self) -> int:
        """Size of the file, 0 if it is missing."""
        return self.path.stat().st_size if self.path.exists() else 0


SAMPLES: tuple[SampleDataset, ...] = (
    SampleDataset(
        "reviews",
        "Product reviews",
        "reviews.csv",
        "text",
        "sentiment",
        "Short reviews from four product domains, for or against: does a model that knows books "
        "know kitchens?",
        "Does the model tell praise from complaint better once its last two blocks may change?",
    ),
    SampleDataset(
        "tickets",
        "Support tickets",
        "tickets.csv",
        "text",
        "intent",
        "What customers write to a shop, sorted into ten intents: many classes, few rows of each.",
        "Which intents does the model still take for one another after its last two blocks were trained?",
    ),
    SampleDataset(
        "trilingual",
        "Three languages",
        "trilingual.csv",
        "text",
        "topic",
        "Notes on the same topics in three languages: does what is learned in one help in another?",
        "The model was pretrained on English: how much of the topics does it find in German and Spanish?",
    ),
    SampleDataset(
        "hotel",
        "Hotel comments",
        "hotel.csv",
        "text",
        "topics",
        "What guests say about their stay: each comment has one to four of eight topics.",
        "Does training the last two blocks find more of the topics of a comment than counting its words?",
        problem=ProblemType.MULTI_LABEL,
    ),
    SampleDataset(
        "pairs",
        "Pairs of sentences",
        "pairs.csv",
        "first",
        "relation",
        "Does the first sentence imply the second, or contradict it? And how similar are they, from 0 to 5?",
        "Can training the last two blocks teach the model implication, which similarity alone does not show?",
        text_pair="second",
    ),
)
"""All samples, in display order."""


def sample_of(key: str) -> SampleDataset:
    """Return a sample by its key; raises `NotFoundError` if there is none."""
    sample = next((s for s in SAMPLES if s.key == key), None)
    if sample is None:
        raise NotFoundError(f"There is no sample '{key}': choose {', '.join(s.key for s in SAMPLES)}.")
    return sample


def sample_bytes(key: str) -> bytes:
    """Return the content of a sample's file; raises `NotFoundError` if there is no such sample."""
    sample = sample_of(key)
    try:
        return sample.path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(
            f"The sample file {sample.file} is missing from this installation: install TransLearn again."
        ) from None
