"""Prediction of one text with the importance of its words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from translearn_core.analysis.error_analysis.occlusion import importance
from translearn_core.config import ProblemType
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs import OcclusionConfig
from translearn_core.jobs.spec import LABELS, NUMBERS
from translearn_core.results import Occlusion
from translearn_core.runs import artifacts
from translearn_core.tasks.number_checks import format_number
from translearn_core.tasks.problem import FloatArray
from translearn_core.transfer import TrainedModel
from translearn_core.transfer.word_split import join_words, split_words
from translearn_core.worker.context import Context
from translearn_core.worker.prediction.predictions import cached_model
from translearn_core.worker.run_results import check_supported

MOST_WORDS = 60
"""Words that are left out in turn, from the beginning of the text."""


def occlude(context: Context[OcclusionConfig]) -> None:
    """Predict a text whole and without each word, by a run and by its control from random weights."""
    check_supported(context)
    config = context.config
    words = split_words(config.text)
    if not words:
        raise DataError("The text is empty: type a sentence.")
    shown = words[:MOST_WORDS]
    texts = [config.text, *(join_words(words[:k] + words[k + 1 :]) for k in range(len(shown)))]
    trained = cached_model(context, config.job)
    whole = _explain(trained, texts)
    frame = pd.DataFrame({"word": shown, "importance": whole.importance, "control": np.nan})
    control = None
    if config.control is not None:
        other = cached_model(context, config.control)
        if trained.problem in LABELS and whole.predicted not in other.names:
            raise ConfigError("control", config.control, f"a run that predicts {whole.predicted!r} too")
        control = _explain(other, texts, of=whole.predicted)
        frame["control"] = control.importance
    artifacts.save(
        context.folder,
        Occlusion(
            text=config.text,
            predicted=whole.predicted,
            probability=whole.probability,
            words=frame,
            control_predicted=control.predicted if control else None,
            control_probability=control.probability if control else None,
        ),
    )


@dataclass(frozen=True, eq=False)
class _Explained:
    """Prediction of the whole text, the probability of a class, and the importance of each word."""

    predicted: str
    probability: float | None
    importance: FloatArray


def _explain(trained: TrainedModel, texts: Sequence[str], of: str | None = None) -> _Explained:
    """Predict the whole text, then without each word; the importance is for the class `of` or predicted."""
    outputs = trained.predict(texts)
    if trained.problem in NUMBERS:
        numbers = outputs.predictions[:, 0].astype(np.float64)
        return _Explained(format_number(numbers[0]), None, numbers[0] - numbers[1:])
    best = int(outputs.logits[0].argmax())
    index = best if of is None else trained.names.index(of)
    if trained.problem is ProblemType.MULTI_LABEL:  # the logit of a label is its log-odds
        odds = outputs.logits[:, index].astype(np.float64)
        return _Explained(trained.names[best], float(outputs.predictions[0, best]), odds[0] - odds[1:])
    probability = float(outputs.predictions[0, best])
    return _Explained(trained.names[best], probability, importance(outputs.logits, index))
