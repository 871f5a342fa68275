"""Pages of a run of text pairs: both texts are shown, typed, and chosen in files."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from filled import Filled, make_prediction
from visits import Open, page_text

from pages._ui.shell import state
from translearn_core.config import ExperimentConfig, FreezePlan, PairEncoding
from translearn_core.jobs import OcclusionConfig, PredictConfig
from translearn_core.results import Occlusion
from translearn_core.runs import Run


@pytest.fixture
def pairs(filled: Filled) -> Run[ExperimentConfig]:
    """A finished run of pairs."""
    plan = FreezePlan.last_n(1, 6)
    config = ExperimentConfig(data=filled.data.model_copy(update={"text_pair": "other"}), freeze=plan)
    evaluation = filled.evaluation()
    rows = evaluation.predictions
    second = pd.Series([f"second {i}" for i in range(len(rows))], dtype=object)
    evaluation = replace(evaluation, predictions=rows.assign(text_pair=second))
    return filled.answer(config, evaluation, filled.drift(plan), filled.summary(plan), name="pairs")


def test_the_errors_show_both_texts(visit: Open, pairs: Run[ExperimentConfig]) -> None:
    at = visit("results", run=pairs.id)
    assert not at.exception
    (errors,) = [frame.value for frame in at.dataframe if "text_pair" in frame.value]
    assert errors["text_pair"].str.startswith("second").all()


def test_a_pair_is_typed_in_two_fields(visit: Open, filled: Filled, pairs: Run[ExperimentConfig]) -> None:
    near = pd.DataFrame(
        {"text": [0], "similarity": [0.9], "neighbour": ["a | b"], "label": ["bad"], "row": [3]}
    )
    probabilities = np.array([[0.7, 0.2, 0.1]], dtype=np.float32)
    pair = ("a slow film", "a quick one")
    prediction = make_prediction((pair,), filled.classes, probabilities, near)
    filled.answer(PredictConfig(job=pairs.job.id, texts=(pair,)), prediction)
    frame = pd.DataFrame({"word": ["a", "b"], "side": [1, 2], "importance": 1.5, "control": float("nan")})
    live = OcclusionConfig(job=pairs.job.id, text="a", text_pair="b")
    filled.answer(live, Occlusion("a | b", filled.classes[0], 0.875, frame))
    at = visit("predict", run=pairs.id)
    at.text_area(key="first_text").set_value(pair[0])
    at.text_area(key="second_text").set_value(pair[1])
    at.button(key="predict_pair").click().run()
    assert not at.exception
    assert all(side in page_text(at) for side in pair)
    at.text_input(key="live_text").set_value("a")
    at.text_input(key="live_second_text").set_value("b").run()
    assert "87.5 % sure" in page_text(at)


def test_one_empty_text_is_not_predicted(visit: Open, pairs: Run[ExperimentConfig]) -> None:
    at = visit("predict", run=pairs.id)
    at.text_area(key="first_text").set_value("only one")
    at.button(key="predict_pair").click().run()
    assert len(at.warning) == 1


def test_a_draft_with_a_second_column_encodes_pairs(filled: Filled) -> None:
    before = state.Draft(dataset="d", text="text", label="label")
    frozen = replace(before, text_pair="other").settled(before)
    assert frozen.experiment is not None
    assert frozen.experiment.features.pair_encoding is PairEncoding.SIAMESE
    assert frozen.data is not None
    assert frozen.data.text_pair == "other"
    trained = replace(before, freeze=FreezePlan.last_n(2, 6))
    assert replace(trained, text_pair="other").settled(trained).features.pair_encoding is PairEncoding.JOINT
    single = replace(frozen, text_pair=None)
    assert single.experiment is not None
    assert single.experiment.features.pair_encoding is PairEncoding.JOINT
    assert replace(frozen, text_pair="text").data == single.data
