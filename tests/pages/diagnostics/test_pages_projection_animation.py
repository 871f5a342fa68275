"""Projection animation panel: button, figure, table, unsupported architectures."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit.runtime.context as browser
from filled import MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, page_text

from pages._ui.diagnostics import projection_animation
from pages._ui.server.owner import COOKIE
from translearn_core.config import FreezePlan
from translearn_core.jobs import PROJECTION_ANIMATION, ProjectionAnimationConfig
from translearn_core.results import BackboneInfo
from translearn_core.runs import Run

TELEPHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"

Panel = Callable[..., AppTest]


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Panel:
    """Open the panel on a run, as Alice."""

    def page(run: str, backbone_info: object) -> None:
        from pages._ui.diagnostics import projection_animation
        from pages._ui.shell import state

        projection_animation.panel(state.store().run(state.owner(), run), backbone_info)

    def opened(
        run: Run, backbone_info: BackboneInfo = MINILM, agent: str = "Mozilla/5.0 (X11; Linux)"
    ) -> AppTest:
        context = SimpleNamespace(
            cookies={COOKIE: ALICE}, theme=SimpleNamespace(type="light"), headers=[("User-Agent", agent)]
        )
        monkeypatch.setattr(browser, "_get_client_context", lambda: context)
        at = AppTest.from_function(page, args=(run.id, backbone_info), default_timeout=30).run()
        assert not at.exception, at.exception
        return at

    return opened


def test_it_is_asked_for_by_a_button(filled: Filled, panel: Panel) -> None:
    run = filled.train("another", FreezePlan.last_n(1, 6), seed=4)
    before = filled.store.runs(filled.owner, PROJECTION_ANIMATION)
    at = panel(run)
    assert filled.store.runs(filled.owner, PROJECTION_ANIMATION) == before
    at.button(key="film").click().run()
    assert not at.exception
    submitted = [other.job.config for other in filled.store.runs(filled.owner, PROJECTION_ANIMATION)]
    assert ProjectionAnimationConfig(job=run.job.id) in submitted
    assert not [button for button in at.button if button.key == "film"]


def test_it_is_shown_with_its_sentence_and_its_numbers(filled: Filled, panel: Panel) -> None:
    at = panel(filled.run)
    (chart,) = at.get("plotly_chart")
    for words in ("Before training", "After training", "layer 6: after block 5", "chance level"):
        assert words in chart.proto.spec
    assert len(chart.proto.spec) < 1_500_000
    assert "27.0 points more" in page_text(at)
    (table,) = at.dataframe
    assert len(table.value) == 14
    assert {"same-class neighbours", "low", "high", "silhouette", "neighbours kept"} <= set(table.value)
    keys = {button.proto.id.rsplit("-", 1)[-1] for button in at.get("download_button")}
    assert keys == {"film_csv", "layer_points_csv"}


def test_panes_lie_side_by_side_and_on_a_telephone_one_above_the_other(filled: Filled, panel: Panel) -> None:
    at = panel(filled.run)
    wide = at.get("plotly_chart")[0].proto.spec
    (choice,) = at.segmented_control
    assert choice.value == projection_animation.BESIDE
    choice.set_value(projection_animation.STACKED).run()
    assert not at.exception
    high = at.get("plotly_chart")[0].proto.spec
    assert '"height":800' in wide
    assert '"height":1120' in high
    assert panel(filled.run, agent=TELEPHONE).segmented_control[0].value == projection_animation.STACKED


def test_a_run_of_the_head_alone_says_that_before_is_after(filled: Filled, panel: Panel) -> None:
    run = filled.train("head", FreezePlan(), seed=5)
    result = filled.walk(np.arange(len(filled.csv.splitlines()) - 1) % 3)
    same = result.coordinates[:1].repeat(2, axis=0)
    filled.answer(ProjectionAnimationConfig(job=run.job.id), replace(result, coordinates=same))
    at = panel(run)
    assert "no layer changed" in page_text(at)
    assert "Before and after training: the same" in at.get("plotly_chart")[0].proto.spec
    assert not at.segmented_control, "one pane lies nowhere else"


def test_an_architecture_whose_layers_cannot_be_seen_says_so(filled: Filled, panel: Panel) -> None:
    at = panel(filled.run, replace(MINILM, supports_partial_forward=False))
    assert "cannot be looked at" in page_text(at)
    assert not at.button
    assert not at.get("plotly_chart")
