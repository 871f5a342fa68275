"""Prediction of one text with the importance of its words."""

import numpy as np
import pandas as pd

from translearn_core.analysis.error_analysis.occlusion import importance
from translearn_core.config import Cell
from translearn_core.config.text_cells import joined, sides_of
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs import OcclusionConfig
from translearn_core.results import Occlusion
from translearn_core.runs import artifacts
from translearn_core.transfer.word_split import join_words, split_words
from translearn_core.worker.context import Context
from translearn_core.worker.prediction.predictions import cached_model, check_sides
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
    check_sides(trained, texts)
    outputs = trained.predict(texts)
    index = int(outputs.logits[0].argmax())
    predicted = trained.names[index]
    frame["importance"], frame["control"] = importance(outputs.logits, index), np.nan
    control_predicted = control_probability = None
    if config.control is not None:
        control = cached_model(context, config.control)
        if predicted not in control.names:
            raise ConfigError("control", config.control, f"a run that predicts {predicted!r} too")
        others = control.predict(texts)
        frame["control"] = importance(others.logits, control.names.index(predicted))
        best = int(others.logits[0].argmax())
        control_predicted, control_probability = control.names[best], float(others.predictions[0, best])
    artifacts.save(
        context.folder,
        Occlusion(
            text=joined(cell),
            predicted=predicted,
            probability=float(outputs.predictions[0, index]),
            words=frame.drop(columns=["position"] + ["side"] * (not trained.pairs)),
            control_predicted=control_predicted,
            control_probability=control_probability,
        ),
    )


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
