"""Predict: the trained model on new texts."""

import streamlit as st

from pages._ui import asking, chosen, heading, live
from translearn_core.config import PredictConfig
from translearn_core.results import Prediction

heading.top(
    "predict",
    "Here the trained model answers on texts of your own. Below each answer stand the training texts it "
    "finds most alike: they often tell why it answers as it does.",
)
run = chosen.finished()
typed, table = st.tabs(["Sentences", "A whole file"], key="predict_kind", on_change="rerun")
if typed.open:
    with typed:
        texts = asking.sentences()
        if texts:
            asked = PredictConfig(job=run.job.id, texts=texts, temperature=asking.temperature(run))
            prediction = live.ask(asked, Prediction, "Thinking")
            if prediction is not None:
                asking.answers(prediction)
        else:
            st.caption("Type a sentence and press the button. Nothing leaves this machine.")
if table.open:
    with table:
        asking.file(run)
