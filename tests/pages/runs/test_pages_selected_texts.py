"""Results and Evidence: the texts behind a selected cell or bar, and their way to the label editor."""

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open

from pages._ui.shell import tables
from tests.plots.error_analysis_results import make_trust
from translearn_core.jobs import ERROR_ANALYSIS, ErrorAnalysisConfig
from translearn_core.results import Evaluation
from translearn_core.runs import artifacts

Point = dict[str, object]


def select(monkeypatch: pytest.MonkeyPatch, key: str, *points: Point) -> None:
    """Answer as the browser does when points of the figure with this key are selected."""

    def answer(*_: object, **options: object) -> list[Point]:
        return list(points) if options["key"] == key else []

    monkeypatch.setattr(tables, "selectable", answer)


def listed(at: AppTest) -> list[str]:
    """Return the texts of the table below the figure."""
    (frame,) = [table.value for table in at.dataframe if {"text", "predicted", "split"} <= {*table.value}]
    assert set(frame["split"]) == {"test"}
    return sorted(frame["text"])


@pytest.fixture
def evaluation(filled: Filled) -> Evaluation:
    return artifacts.load(filled.store.workspace.run(filled.run.job.id), Evaluation)


def test_a_cell_of_the_confusion_matrix_lists_its_texts_and_opens_them_in_the_editor(
    visit: Open, filled: Filled, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, predicted = divmod(int(evaluation.confusion.argmax()), len(evaluation.names))
    rows = evaluation.cell(true, predicted)
    assert len(rows) == evaluation.confusion[true, predicted] > 0
    select(monkeypatch, "confusion", {"customdata": [float(true), float(predicted), 1.0, 1.0]})
    at = visit("results", run=filled.run.id)
    assert listed(at) == sorted(rows["text"])
    at.button(key="edit_selected").click().run()
    assert sorted(at.session_state["label_rows"]) == sorted(zip(rows["row"], rows["text"], strict=True))


def test_without_a_selection_no_texts_are_listed(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    select(monkeypatch, "nothing")
    at = visit("results", run=filled.run.id)
    assert "edit_selected" not in {button.key for button in at.button}


def test_a_bar_of_the_reliability_diagram_lists_its_texts(
    visit: Open, filled: Filled, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.answer(ErrorAnalysisConfig(job=filled.run.job.id), make_trust())
    test = evaluation.predictions[evaluation.predictions["split"] == "test"]
    bins = make_trust().bins
    low, high = next(
        (low, high)
        for low, high in bins[["from", "to"]].itertuples(index=False)
        if ((test["confidence"] > low) & (test["confidence"] <= high)).any()
    )
    inside = test[(test["confidence"] > low) & (test["confidence"] <= high)]
    select(monkeypatch, "reliability", {"curve_number": 0, "x": (low + high) / 2})
    at = visit("evidence", run=filled.run.id)
    at.session_state["evidence_part"] = ERROR_ANALYSIS.title
    at.run()
    assert listed(at) == sorted(inside["text"])
