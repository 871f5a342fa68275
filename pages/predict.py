"""Predict: the trained model on new texts."""

import streamlit as st

from pages._ui.results import predict_form
from pages._ui.runs import run_picker
from pages._ui.shell import jobs, page_header
from translearn_core.config import PredictConfig
from translearn_core.results import Prediction

page_header.header(
    "predict",
    "Here the trained model answers on texts of your own. Below each answer stand the training texts it "
    "finds most alike: they often tell why it answers as it does.",
)
run = run_picker.finished()
typed, table = st.tabs(["Sentences", "A whole file"], key="predict_kind", on_change="rerun")
if typed.open:
    with typed:
        texts = predict_form.sentences()
        if texts:
            asked = PredictConfig(job=run.job.id, texts=texts, temperature=predict_form.temperature(run))
            prediction = jobs.submit_and_watch(asked, Prediction, "Thinking")
            if prediction is not None:
                predict_form.answers(prediction)
        else:
            st.caption("Type a sentence and press the button. Nothing leaves this machine.")
if table.open:
    with table:
        predict_form.file(run)
