"""Prediction of typed texts and of files."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config.text_cells import TextCell
from translearn_core.jobs.spec import LABELS, NUMBERS, WORDS, JobSpec, RunJobConfig
from translearn_core.results import FilePrediction, Occlusion, Prediction


class PredictConfig(RunJobConfig[Prediction]):
    """Predict typed texts, pairs of texts, or the words of typed sentences, with a finished run."""

    kind: ClassVar = "predict"
    texts: tuple[TextCell, ...] = Field(min_length=1, max_length=100)
    neighbours: int = Field(5, ge=0, le=50, description="nearest training texts to show")
    temperature: float | None = Field(
        None, gt=0, description="scales the probabilities (arXiv:1706.04599); none: as the model gives them"
    )


class PredictFileConfig(RunJobConfig[FilePrediction]):
    """Predict every row of a file with a finished run."""

    kind: ClassVar = "predict_file"
    dataset: str
    text: str
    text_pair: str | None = Field(None, description="column of the second texts, for a run that reads pairs")
    sentence: str | None = Field(
        None, description="column that numbers the sentences, for a run that reads words"
    )
    top_labels: int = Field(1, ge=1, le=20, description="likeliest classes of each row")
    review_precision: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="share of right predictions wished for; rows below its confidence threshold are marked",
    )

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


class OcclusionConfig(RunJobConfig[Occlusion]):
    """Predict one text, and measure what each of its words contributes."""

    kind: ClassVar = "occlusion"
    text: str = Field(min_length=1, max_length=2_000)
    text_pair: str | None = Field(
        None, min_length=1, max_length=2_000, description="second text, for a run that reads pairs"
    )
    control: str | None = Field(None, description="the same model trained from random weights")

    def references(self) -> Iterable[str | None]:
        """Return the run and its control."""
        return (self.job, self.control)


PREDICT = JobSpec(
    PredictConfig,
    Prediction,
    "Prediction",
    "prediction.predictions:predict",
    progress="Predicting",
    warm_up=True,
)

PREDICT_FILE = JobSpec(
    PredictFileConfig,
    FilePrediction,
    "Predictions of a file",
    "prediction.file_predictions:predict_file",
    progress="Predicting every row",
    low_priority=True,
)

OCCLUSION = JobSpec(
    OcclusionConfig,
    Occlusion,
    "Word importance",
    "prediction.occlusion:occlude",
    progress="Predicting",
    warm_up=True,
    problems=(LABELS | NUMBERS) - WORDS,
)
