"""Prediction of one text with the importance of its words."""

import numpy as np
import pandas as pd

from translearn_core.analysis.error_analysis.occlusion import importance
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs import OcclusionConfig
from translearn_core.results import Occlusion
from translearn_core.runs import artifacts
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
    outputs = trained.predict(texts)
    index = int(outputs.logits[0].argmax())
    predicted = trained.names[index]
    frame = pd.DataFrame({"word": shown, "importance": importance(outputs.logits, index), "control": np.nan})
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
            text=config.text,
            predicted=predicted,
            probability=float(outputs.predictions[0, index]),
            words=frame,
            control_predicted=control_predicted,
            control_probability=control_probability,
        ),
    )
