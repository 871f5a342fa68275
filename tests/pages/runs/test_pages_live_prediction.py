"""Predict page: a sentence predicted while it is typed, with the importance of its words."""

import pandas as pd
from filled import Filled
from visits import Open, page_text

from pages._ui.results import live_prediction
from translearn_core.jobs import OCCLUSION, OcclusionConfig
from translearn_core.results import Occlusion
from translearn_core.runs import Run


def answered(filled: Filled, text: str) -> Run:
    words = text.split()
    frame = pd.DataFrame({"word": words, "importance": 1.5, "control": float("nan")})
    config = OcclusionConfig(job=filled.run.job.id, text=text)
    return filled.answer(config, Occlusion(text, filled.classes[0], 0.875, frame))


def test_an_answer_shows_the_importance_of_its_words(visit: Open, filled: Filled) -> None:
    answered(filled, "a slow film")
    at = visit("predict", run=filled.run.id)
    assert live_prediction.MEANING not in page_text(at)
    at.text_input(key="live_text").set_value("  a slow film ").run()
    text = page_text(at)
    assert "87.5 % sure" in text
    assert live_prediction.MEANING + live_prediction.NO_TWIN in text
    (table,) = [frame.value for frame in at.dataframe if "importance" in frame.value]
    assert table["word"].tolist() == ["a", "slow", "film"]


def test_only_the_last_answer_stays_on_disk(visit: Open, filled: Filled) -> None:
    first, second = answered(filled, "a slow film"), answered(filled, "a slow film indeed")
    at = visit("predict", run=filled.run.id)
    for run in (first, second):
        at.text_input(key="live_text").set_value(run.job.config.text).run()
    assert [run.id for run in filled.store.runs(filled.owner, OCCLUSION)] == [second.id]


def test_a_sentence_that_takes_long_shows_its_progress(visit: Open, filled: Filled, monkeypatch) -> None:
    monkeypatch.setattr(live_prediction, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr("pages._ui.shell.jobs.ensure_engine", lambda *_: None)
    at = visit("predict", run=filled.run.id)
    at.text_input(key="live_text").set_value("never answered").run()
    (run,) = filled.store.runs(filled.owner, OCCLUSION)
    assert run.job.config.text == "never answered"
    assert len(at.get("progress")) == 1
