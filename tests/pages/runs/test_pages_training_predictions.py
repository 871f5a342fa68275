"""Pages of a run whose training rows were not predicted."""

import json

import numpy as np
import pytest
from filled import Filled
from visits import Open, page_text

from pages._ui.results import text_table
from translearn_core.config import FreezePlan, job_id
from translearn_core.jobs import ProjectConfig, TrainingPredictionsConfig
from translearn_core.results import Evaluation, NeighbourBank, Projection, TrainingPredictions
from translearn_core.runs import Run, State, artifacts

TEXTS = ("a slow film",)


@pytest.fixture
def run(filled: Filled) -> Run:
    """The filled run without the predictions of its training rows."""
    folder = filled.store.workspace.run(filled.run.job.id)
    evaluation = artifacts.load(folder, Evaluation)
    assert evaluation is not None
    rows = evaluation.predictions
    missing = rows["split"] == "train"
    columns = ["predicted", "confidence", "score"]
    artifacts.delete(folder, NeighbourBank)
    artifacts.save(
        folder,
        Evaluation(
            evaluation.names,
            evaluation.metrics,
            evaluation.constant_baseline,
            rows.assign(**{name: rows[name].mask(missing) for name in columns}),
        ),
    )
    return filled.run


@pytest.mark.parametrize("page", ["results", "embeddings", "probes", "predict", "evidence", "run", "compare"])
def test_every_page_opens(page: str, run: Run, visit: Open) -> None:
    assert not visit(page, run=run.id).exception


def test_its_projection_is_grey_where_nothing_was_predicted(filled: Filled, run: Run, visit: Open) -> None:
    config = ProjectConfig(job=run.job.id, layer=6)
    folder = filled.store.workspace.run(job_id(config))
    projection = artifacts.load(folder, Projection)
    assert projection is not None
    train = projection.split == projection.splits.index("train")
    values = {**vars(projection), "predicted": np.where(train, -1, projection.predicted)}
    artifacts.save(folder, Projection(**values))
    at = visit("embeddings", run=run.id)
    at.text_input(key=text_table.filters(run)).set_value("text").run()
    at.segmented_control(key="colour").set_value("Prediction").run()
    assert not at.exception
    assert "54 of them not predicted" in page_text(at), "three of five rows are for training"
    traces = json.loads(at.get("plotly_chart")[0].proto.spec)["data"]
    assert "not predicted" in {trace["name"] for trace in traces}


def test_the_predict_page_offers_to_predict_the_training_rows(filled: Filled, run: Run, visit: Open) -> None:
    at = visit("embeddings", run=run.id)
    assert "validation and test rows only" in page_text(at)
    at.button(key="predict_training_rows").click().run()
    config = TrainingPredictionsConfig(job=run.job.id)
    submitted = filled.store.run(filled.owner, filled.store.submit(filled.owner, config).id)
    assert submitted.state is State.QUEUED
    assert "predict_training_rows" not in {button.key for button in visit("embeddings", run=run.id).button}


def test_a_completed_run_is_shown_with_its_predictions_at_once(filled: Filled, run: Run, visit: Open) -> None:
    at = visit("embeddings", run=run.id)
    assert "predict_training_rows" in {button.key for button in at.button}
    filled.answer(TrainingPredictionsConfig(job=run.job.id), TrainingPredictions(54))
    artifacts.save(filled.store.workspace.run(run.job.id), filled.evaluation())
    at = visit("embeddings", run=run.id)
    assert "validation and test rows only" not in page_text(at)


def test_a_run_of_a_search_starts_new_runs_that_predict_all_rows(filled: Filled, visit: Open) -> None:
    config = filled.run.job.config
    training = config.training.model_copy(update={"epochs": 0, "predict_train": False})
    continued = config.model_copy(update={"training": training, "resume_from": filled.run.job.id})
    new = continued.as_new_run()
    assert (new.training.epochs, new.training.predict_train, new.resume_from) == (1, True, None)
    run = filled.answer(
        continued, filled.evaluation(), filled.summary(FreezePlan.last_n(2, 6)), name="continued"
    )
    at = visit("run", run=run.id)
    assert not at.exception
    at.button(key="again").click().run()
    assert not at.exception
    draft = at.session_state["draft"].training
    assert (draft.epochs, draft.predict_train) == (1, True)
