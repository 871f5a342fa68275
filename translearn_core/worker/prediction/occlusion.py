"""Prediction of one text with the importance of its words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from translearn_core.analysis.error_analysis.occlusion import importance
from translearn_core.config import Cell, ProblemType
from translearn_core.config.text_cells import joined, sides_of
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs import OcclusionConfig
from translearn_core.jobs.spec import LABELS, NUMBERS
from translearn_core.results import Occlusion
from translearn_core.runs import artifacts
from translearn_core.tasks.numbers.checks import format_number
from translearn_core.tasks.problem import FloatArray
from translearn_core.transfer import TrainedModel
from translearn_core.transfer.word_split import join_words, split_words
from translearn_core.worker.context import Context
from translearn_core.worker.prediction.predictions import cached_model, check_cells
from translearn_core.worker.run_results import check_supported

MOST_WORDS = 60
"""Words of a text that are left out in turn, from its beginning."""


def occlude(context: Context[OcclusionConfig]) -> None:
    """Predict a text whole and without each word, by a run and by its control from random weights."""
    check_supported(context)
    config = context.config
    cell = config.text if config.text_pair is None else (config.text, config.text_pair)
    if not all(map(split_words, sides_of(cell))):
        raise DataError("The text is empty: type a sentence.")
    frame = words_of(cell)
    texts = [
        cell,
        *(without_word(cell, *word) for word in zip(frame["side"], frame["position"], strict=True)),
    ]
    trained = cached_model(context, config.job)
    check_cells(trained, texts)
    whole = _explain(trained, texts)
    frame["importance"], frame["control"] = whole.importance, np.nan
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
            text=joined(cell),
            predicted=whole.predicted,
            probability=whole.probability,
            words=frame.drop(columns=["position"] + ["side"] * (not trained.pairs)),
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


def _explain(trained: TrainedModel, texts: Sequence[Cell], of: str | None = None) -> _Explained:
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


def words_of(cell: Cell) -> pd.DataFrame:
    """Return the words of a text or pair, at most `MOST_WORDS` of each text: side, position, word."""
    sides = [split_words(text)[:MOST_WORDS] for text in sides_of(cell)]
    lines = [(side, k, word) for side, words in enumerate(sides, 1) for k, word in enumerate(words)]
    return pd.DataFrame(lines, columns=["side", "position", "word"])


def without_word(cell: Cell, side: int, position: int) -> Cell:
    """Return a text or pair without one word; `side` counts from 1."""
    texts = list(sides_of(cell))
    words = split_words(texts[side - 1])
    texts[side - 1] = join_words(words[:position] + words[position + 1 :])
    return texts[0] if len(texts) == 1 else (texts[0], texts[1])
