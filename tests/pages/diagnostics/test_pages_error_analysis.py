"""Error analysis panel, and temperature scaling on the Predict page."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit.runtime.context as browser
from filled import HOSTILE, Filled, make_prediction
from streamlit.testing.v1 import AppTest
from visits import ALICE, Open, page_text

from pages._ui.server.owner import COOKIE
from tests.plots.error_analysis_results import make_trust
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import ERROR_ANALYSIS, ErrorAnalysisConfig, PredictConfig
from translearn_core.results import ErrorAnalysis, Prediction
from translearn_core.runs import Run

Panel = Callable[[Run], AppTest]


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Panel:
    """Open the panel on a run, as Alice."""

    def page(run: str) -> None:
        from pages._ui.diagnostics import error_analysis
        from pages._ui.shell import state

        error_analysis.panel(state.store().run(state.owner(), run))

    def opened(run: Run) -> AppTest:
        context = SimpleNamespace(cookies={COOKIE: ALICE}, theme=SimpleNamespace(type="light"))
        monkeypatch.setattr(browser, "_get_client_context", lambda: context)
        at = AppTest.from_function(page, args=(run.id,), default_timeout=30).run()
        assert not at.exception, at.exception
        return at

    return opened


def submitted(filled: Filled) -> list[ErrorAnalysisConfig]:
    return [run.job.config for run in filled.store.runs(filled.owner, ERROR_ANALYSIS)]


def with_more_columns(filled: Filled) -> Run:
    lines = "\n".join(f"a film {i},{'good' if i % 2 else 'bad'},{i % 3},{i}" for i in range(60))
    filled.table("films.csv", f"text,label,source,year\n{lines}\n".encode())
    config = filled.run.job.config
    assert isinstance(config, ExperimentConfig)
    return filled.train("with more columns", config.freeze, seed=4)


def test_nothing_is_asked_before_the_button_and_then_once(filled: Filled, panel: Panel) -> None:
    at = panel(filled.run)
    assert submitted(filled) == []
    assert not at.multiselect, "text and label are all this table has"
    at.button(key="compute-error_analysis").click().run()
    assert not at.exception
    assert submitted(filled) == [ErrorAnalysisConfig(job=filled.run.job.id)]
    assert "trust" not in {button.key for button in at.button}


def test_the_chosen_columns_are_asked_for_in_the_order_of_the_table(filled: Filled, panel: Panel) -> None:
    run = with_more_columns(filled)
    at = panel(run)
    (box,) = at.multiselect
    assert box.options == ["source", "year"]
    box.select("year").select("source").run()
    at.button(key="compute-error_analysis").click().run()
    assert submitted(filled) == [ErrorAnalysisConfig(job=run.job.id, columns=("source", "year"))]


def test_every_finding_has_its_sentence_figure_and_table(filled: Filled, panel: Panel) -> None:
    result = make_trust((HOSTILE, "good", "so-so"))
    filled.answer(ErrorAnalysisConfig(job=filled.run.job.id), result)
    at = panel(filled.run)
    text = page_text(at)
    for sentence in result.sentences:
        assert sentence in text
    assert "![x](" not in "".join(str(part.value) for part in [*at.markdown, *at.caption])
    specs = [chart.proto.spec for chart in at.get("plotly_chart")]
    assert "perfect calibration" in specs[0]
    assert "of these answers right" in specs[1]
    assert "weaker by more than chance" in specs[2]
    tables = [table.value for table in at.dataframe]
    (suspects,) = [table for table in tables if "suggested" in table]
    assert suspects["row"].tolist() == [7, 3]
    assert "correct it on the Labels page" in text
    assert "31 rows, 21.0 % of its own" in text
    assert any(part.value.startswith(f"first {HOSTILE}") for part in at.text)


def test_the_threshold_reads_the_curve_and_asks_for_nothing(filled: Filled, panel: Panel) -> None:
    result = make_trust()
    filled.answer(ErrorAnalysisConfig(job=filled.run.job.id), result)
    at = panel(filled.run)
    curve = result.coverage.set_index("threshold")
    for percent in (90, 50):
        at.slider(key="trust_threshold").set_value(percent).run()
        line = curve.loc[percent / 100]
        text = f"At **{percent} %** it answers **{100 * line['coverage']:.1f} %** of the test texts"
        assert text in page_text(at)
        assert f"**{100 * line['accuracy']:.1f} %** of these answers are right" in page_text(at)
    at.slider(key="trust_threshold").set_value(100).run()
    assert "answers nothing" in page_text(at)
    assert len(submitted(filled)) == 1


def test_without_doubts_and_mistakes_there_are_no_tables_of_them(filled: Filled, panel: Panel) -> None:
    result = make_trust()
    clean = replace(result, suspects=result.suspects.iloc[:0], pairs=result.pairs.iloc[:0])
    filled.answer(ErrorAnalysisConfig(job=filled.run.job.id), clean)
    at = panel(filled.run)
    assert "every test row is predicted correctly" in page_text(at)
    assert "correct it on the Labels page" not in page_text(at)


# percentages on the Predict page

TEXTS = ("a warm and funny film",)


def ask(visit: Open, filled: Filled) -> AppTest:
    at = visit("predict", run=filled.run.id)
    at.text_area(key="sentences").set_value(TEXTS[0])
    at.button(key="predict").click().run()
    assert not at.exception
    return at


@pytest.mark.parametrize("result", [None, make_trust(temperature=1.0)], ids=["unknown", "not fitted"])
def test_without_a_temperature_there_is_nothing_to_switch(
    visit: Open, filled: Filled, result: ErrorAnalysis | None
) -> None:
    if result is not None:
        filled.answer(ErrorAnalysisConfig(job=filled.run.job.id), result)
    assert not ask(visit, filled).toggle


def test_percentages_are_scaled_by_the_worker_when_asked_to(visit: Open, filled: Filled) -> None:
    result, job = make_trust(), filled.run.job.id
    filled.answer(ErrorAnalysisConfig(job=job, columns=("any",)), result)
    scaled = PredictConfig(job=job, texts=TEXTS, temperature=1.7)
    at = ask(visit, filled)
    assert "80.0 % sure" in page_text(at)
    assert not at.toggle(key="tempered").value
    answer = make_answer(filled, (0.2, 0.6, 0.2))
    filled.answer(scaled, answer)
    at.toggle(key="tempered").set_value(True).run()
    assert not at.exception
    assert "60.0 % sure" in page_text(at)
    assert "temperature 1.70, fitted on 692 validation rows" in page_text(at)


def make_answer(filled: Filled, shares: tuple[float, ...]) -> Prediction:
    near = pd.DataFrame({"text": [0], "similarity": [0.9], "neighbour": ["x"], "label": ["good"], "row": [1]})
    return make_prediction(TEXTS, filled.classes, np.asarray([shares], dtype=np.float32), near)
