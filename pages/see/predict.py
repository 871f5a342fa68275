"""Predict page: class probabilities for new texts."""

from pages._ui.results import (
    file_prediction,
    live_prediction,
    other_targets,
    predict_form,
    training_predictions,
)
from pages._ui.runs import run_actions, run_picker
from pages._ui.shell import jobs, navigation, page_header, st
from translearn_core.jobs import PredictConfig
from translearn_core.jobs.spec import WORDS

page_header.header(
    "predict",
    "The trained model makes predictions for texts of your own.",
)
run = run_picker.finished()
if run_actions.weights_deleted(run):
    navigation.stop_page()
typed, table = st.tabs(["Sentences", "A whole file"], key="predict_kind", on_change="rerun")
if typed.open:
    with typed:
        live_prediction.panel(run)
        texts = predict_form.cells(run)
        if texts:
            predict_config = PredictConfig(
                job=run.job.id,
                texts=texts,
                neighbours=0 if run.job.config.data.problem in WORDS else 5,
                temperature=predict_form.temperature(run),
            )
            prediction = jobs.submit_and_watch(predict_config)
            if prediction is not None:
                predict_form.answers(prediction)
                other_targets.panel(run, texts, prediction)
                training_predictions.offer(run, run_picker.evaluation(run))
        else:
            st.caption("Type a sentence and press the button. Nothing leaves this machine.")
if table.open:
    with table:
        file_prediction.panel(run)
