"""Embeddings page: linked selection, table of texts, nearest neighbours."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit.runtime.context as browser
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, Open, page_text

from pages._ui.results import selection, text_table
from pages._ui.server.owner import COOKIE
from translearn_core.jobs import NEIGHBOURS, PROJECTION, NeighboursConfig, ProjectConfig
from translearn_core.results import (
    Estimate,
    Evaluation,
    NearestNeighbours,
    NeighbourhoodQuality,
    Projection,
)
from translearn_core.runs import Run, artifacts

Chart = dict[str, object]


def charts(at: AppTest) -> list[Chart]:
    """Return the figures of the two projections."""
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")[:2]]


def rings(chart: Chart) -> int:
    """Return the number of ringed points of a projection."""
    return sum(len(decoded(t["x"])) for t in chart["data"] if t.get("name") == "marked")


def decoded(axis: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(axis["bdata"]), dtype=axis["dtype"])


def projection_of(filled: Filled) -> tuple[Run, Projection]:
    (run,) = filled.store.runs(filled.owner, PROJECTION)
    result = artifacts.load(filled.store.workspace.run(run.job.id), Projection)
    assert result is not None
    return run, result


def change(filled: Filled, **parts: object) -> Projection:
    """Replace the stored projection by a changed one."""
    run, result = projection_of(filled)
    changed = replace(result, **parts)
    artifacts.save(filled.store.workspace.run(run.job.id), changed)
    return changed


def evaluation_of(filled: Filled) -> Evaluation:
    result = artifacts.load(filled.store.workspace.run(filled.run.job.id), Evaluation)
    assert result is not None
    return result


def table(at: AppTest) -> list[int]:
    """Return the row numbers in the table of selected texts."""
    columns = [name for name in text_table.COLUMNS if name not in ("text_pair", "sentence")]
    result = [frame.value for frame in at.dataframe if list(frame.value.columns) == columns]
    return result[0]["row"].tolist() if result else []


# what is picked


def test_the_picture_circled_last_stays_as_it_is_and_the_others_mark() -> None:
    lines = [np.asarray(some) for some in ([1, 2], [3], [3, 4])]
    nothing = selection.empty_selection(2)
    first = nothing.circle(lines[0], 0, "a")
    assert first.marks[0] is nothing.marks[0]
    assert first.marks[1].lines is lines[0]
    second = first.circle(lines[1], 1, "a")
    assert second.marks[1] is first.marks[1], "its bytes may not change, or the lasso is gone"
    assert second.marks[0].lines is lines[1]
    more = second.circle(lines[2], 1, "a")
    assert more.marks[1] is first.marks[1]
    assert [one.turn for one in (nothing, first, second, more)] == [0, 1, 2, 3]


def test_a_lasso_that_is_gone_is_marked_like_the_others() -> None:
    circled = selection.empty_selection(2).circle(np.asarray([5]), 0, "coloured by label")
    assert circled.on("coloured by label", held=True) is circled
    for gone in (circled.on("coloured by error", held=True), circled.on("coloured by label", held=False)):
        assert gone.circled is None
        assert [mark.lines.tolist() for mark in gone.marks] == [[5], [5]]
        assert gone.on("coloured by label", held=True) is gone
        assert gone.turn > circled.turn


def test_what_is_found_twice_is_drawn_anew() -> None:
    result = selection.empty_selection(2).find(np.asarray([1]))
    circled = result.circle(np.asarray([2]), 0, "a")
    again = circled.find(np.asarray([1]))
    assert again.marks[0].turn != circled.marks[0].turn, "else the lasso would stay on the picture"


def test_a_shape_of_no_extent_holds_nothing_and_two_shapes_hold_both() -> None:
    points = np.asarray([[0, 0], [1, 1], [5, 5]], dtype=np.float32)
    square = {"x": [-1, 2, 2, -1], "y": [-1, -1, 2, 2]}
    both = {"lasso": [square], "box": [{"x": [4, 6], "y": [4, 6]}]}
    assert selection.inside(points, both).tolist() == [0, 1, 2]
    assert selection.inside(points, {"lasso": [{"x": [0, 0], "y": [0, 0]}]}).size == 0
    assert not selection.inside_polygon({"lasso": [], "box": []})
    assert not selection.inside_polygon(None)
    assert selection.inside_polygon({"lasso": [square]})


# the page


def test_nothing_is_picked_at_first_and_how_to_is_said(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    assert text_table.HOW.format(noun="text") in page_text(at)
    assert [rings(chart) for chart in charts(at)] == [0, 0]
    assert table(at) == []


def test_words_are_found_however_written_and_marked_in_both_pictures(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    at.text_input(key=text_table.filters(filled.run)).set_value("  TEXT 1").run()
    assert not at.exception
    expected = [i + 1 for i in range(90) if f"text {i} ".startswith("text 1")]
    assert table(at) == expected
    assert [rings(chart) for chart in charts(at)] == [len(expected)] * 2
    assert f"**{len(expected)} texts**" in page_text(at)
    before = [chart.proto.spec for chart in at.get("plotly_chart")[:2]]
    at.run()
    assert [chart.proto.spec for chart in at.get("plotly_chart")[:2]] == before, "or a lasso would be dropped"
    at.button(key="let_go").click().run()
    assert table(at) == []
    assert at.text_input(key=text_table.filters(filled.run)).value == ""
    assert [rings(chart) for chart in charts(at)] == [0, 0]


def test_words_that_no_text_holds_are_said_as_they_are(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    at.text_input(key=text_table.filters(filled.run)).set_value("<b>![y](http://evil.example)").run()
    assert "No text holds “<b>![y](http://evil.example)”." in page_text(at)
    assert "![y](" not in "".join(str(c.value) for c in at.caption)
    assert table(at) == []


def test_what_is_picked_outlives_another_colour(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    at.text_input(key=text_table.filters(filled.run)).set_value("text 88").run()
    at.segmented_control(key="colour").set_value("Error").run()
    assert table(at) == [89]
    assert [rings(chart) for chart in charts(at)] == [1, 1]
    assert {t["name"] for t in charts(at)[0]["data"]} == {"right", "wrong", "marked"}


def test_the_table_tells_how_many_are_not_drawn_and_what_they_are(visit: Open, filled: Filled) -> None:
    change(filled, shown=np.arange(20))
    at = visit("embeddings")
    assert "20 of them drawn" in page_text(at)
    at.text_input(key=text_table.filters(filled.run)).set_value("text").run()
    rows = evaluation_of(filled).predictions
    counts = rows["label"].value_counts()
    share, name = 100 * counts.iloc[0] / 90, counts.index[0]
    wrong = int((rows["label"] != rows["predicted"]).sum())
    text = page_text(at)
    assert "**90 texts**, 70 of them not drawn" in text
    assert f"{share:.1f} % labelled **{name}**, {wrong} predicted otherwise" in text
    assert len(table(at)) == 90


def test_a_browser_is_sent_a_thousand_texts_cut_and_told_so(visit: Open, filled: Filled) -> None:
    run, result = filled.run, evaluation_of(filled)
    many = 1_500
    predictions = result.predictions.iloc[np.arange(many) % 90].assign(row=np.arange(many))
    predictions = predictions.assign(text=[f"{i} " + "long " * 300 for i in range(many)])
    artifacts.save(filled.store.workspace.run(run.job.id), replace(result, predictions=predictions))
    _, map_ = projection_of(filled)
    parts = {name: np.resize(getattr(map_, name), many) for name in ("label", "predicted", "split")}
    lines = np.arange(many)
    change(
        filled,
        **parts,
        total=many,
        coordinates=np.resize(map_.coordinates, (2, many, 2)),
        row=lines,
        index=lines,
        shown=lines,
    )
    at = visit("embeddings")
    at.text_input(key=text_table.filters(run)).set_value("long").run()
    assert "**1,500 texts**" in page_text(at)
    assert "the first 1,000" in page_text(at)
    assert len(table(at)) == text_table.MOST
    shown = next(f.value for f in at.dataframe if "confidence" in f.value)
    assert shown["text"].str.len().max() == 400


def test_the_numbers_stand_beside_the_pictures_with_their_meaning(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    shown = [(m.label, m.value) for m in at.metric][:6]
    assert shown == [
        ("Label agreement", "52.0 %"),
        ("Silhouette", "0.03"),
        ("Trustworthiness", "0.90"),
        ("Label agreement", "81.0 %"),
        ("Silhouette", "0.40"),
        ("Trustworthiness", "0.95"),
    ]
    assert [m.delta for m in at.metric][:4:3] == ["40.0 – 63.0 %", "70.0 – 90.0 %"]
    assert all(m.help for m in at.metric[:6])
    text = page_text(at)
    assert "Texts of one label lie nearer together than before, by 29.0 points (12.0 to 44.0)." in text
    assert len(re.findall(r"Chance level .*33\.3 %", text)) == 2
    assert re.search(r"overlap: \*\*31\.0 %\*\*.* 25\.0 – 37\.0 %", text)


def test_what_could_not_be_asked_is_a_dash(visit: Open, filled: Filled) -> None:
    nan = float("nan")
    unknown = Estimate(nan, nan, nan)
    nearness = NeighbourhoodQuality(unknown, nan, nan)
    change(filled, nearness=(nearness, nearness), overlap=unknown)
    at = visit("embeddings")
    assert {m.value for m in at.metric[:6]} == {"–"}
    assert "too few test texts" in page_text(at)
    assert "nan" not in page_text(at)


def test_the_settings_say_what_the_limit_means(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    limit = at.number_input(key="projection.limit")
    assert limit.label == "Texts used for the fit"
    assert "fitted" in limit.help


def test_another_layer_is_asked_for(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    at.slider(key="layer").set_value(4).run()
    submitted = [run.job.config for run in filled.store.runs(filled.owner, PROJECTION)]
    assert ProjectConfig(job=filled.run.job.id, layer=4) in submitted


# neighbours

Panel = Callable[[Run, int], AppTest]


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Panel:
    """Open the neighbours of a text in layer 6, as Alice."""

    def page(run: str, index: int) -> None:
        from pages._ui.diagnostics import nearest_neighbours
        from pages._ui.runs import run_picker
        from pages._ui.shell import state

        result = state.store().run(state.owner(), run)
        nearest_neighbours.panel(result, run_picker.evaluation(result), 6, index)

    def opened(run: Run, index: int) -> AppTest:
        context = SimpleNamespace(cookies={COOKIE: ALICE}, theme=SimpleNamespace(type="light"))
        monkeypatch.setattr(browser, "_get_client_context", lambda: context)
        at = AppTest.from_function(page, args=(run.id, index), default_timeout=30).run()
        assert not at.exception, at.exception
        return at

    return opened


def test_neighbours_are_asked_for_at_once(filled: Filled, panel: Panel) -> None:
    panel(filled.run, 5)
    submitted = [run.job.config for run in filled.store.runs(filled.owner, NEIGHBOURS)]
    assert submitted == [NeighboursConfig(job=filled.run.job.id, layer=6, index=5)]


def test_neighbours_stand_side_by_side_and_the_kept_ones_are_marked(filled: Filled, panel: Panel) -> None:
    near = np.asarray([[8, 1, 2, 11], [20, 8, 2, 14]])
    similarity = np.asarray([[0.5, 0.6, 0.7, 0.8], [0.1, 0.2, 0.3, 0.4]])
    result = NearestNeighbours(("pretrained", "fine-tuned"), 6, 5, near, similarity)
    filled.answer(NeighboursConfig(job=filled.run.job.id, layer=6, index=5), result)
    at = panel(filled.run, 5)
    text, labels = page_text(at), evaluation_of(filled).predictions["label"]
    own = [int((labels[lines].to_numpy() == labels[5]).sum()) for lines in near]
    assert own == [3, 4], "the classes of these lines go round by three"
    assert "**2 of its 4** nearest neighbours are the same" in text
    assert re.search(r"\*\*3 of 4\*\*.* before, \*\*4 of 4\*\* after", text)
    assert f"“text 5 {HOSTILE}”" in text
    assert "![x](" not in "".join(str(part.value) for part in [*at.markdown, *at.caption])
    before, after = (frame.value for frame in at.dataframe)
    assert before["text"].tolist() == [f"text {i} {HOSTILE}" for i in near[0]]
    assert before["stays"].tolist() == [True, False, True, False]
    assert after["stays"].tolist() == [False, True, True, False]
    assert before["place"].tolist() == [1, 2, 3, 4]
    assert after["distance"].tolist() == [0.1, 0.2, 0.3, 0.4]
