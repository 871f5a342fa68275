"""What a laptop's window shows without scrolling, where the keyboard's focus stays, and chart toolbars."""

from collections.abc import Callable

import pytest

from tests.e2e.house import Server, Trained, Visitor, drawn, expect, keyed, settled, title

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

HEIGHT = 720
ON_TOP = """e => {
  const r = e.getBoundingClientRect();
  return e.contains(document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2));
}"""
"""Whether nothing lies over the middle of an element, and it is in view."""
FOCUS = "document.activeElement.closest('[class*=st-key-]')?.className ?? ''"


def test_the_main_things_are_in_view_without_scrolling(
    server: Server, trained: Trained, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(trained.token)
    for page, keys in (("recipe", ("to_train", "timeline")), ("embeddings", ("map-pretrained",))):
        tab = visitor.open(page, **({"run": trained.run.id} if page == "embeddings" else {}))
        tab.set_viewport_size({"width": 1280, "height": HEIGHT})
        title(tab, page)
        settled(tab)
        for key in keys:
            part = keyed(tab, key)
            if key != "to_train":
                drawn(tab, key)
                part = part.locator(".nsewdrag").first  # the area of the points or cells
            box = part.bounding_box()
            assert box is not None
            assert 0 <= box["y"] < box["y"] + box["height"] <= HEIGHT, key


def test_the_language_is_in_view_whatever_the_menu_holds(visit: Callable[..., Visitor]) -> None:
    tab = visit().open()
    title(tab, "home")
    for height in (HEIGHT, 900):
        tab.set_viewport_size({"width": 1280, "height": height})
        choice = keyed(tab, "choose_language")
        box = choice.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= height
        assert choice.evaluate(ON_TOP)
    last = tab.get_by_test_id("stSidebarNav").get_by_role("link").last
    last.focus()
    assert last.evaluate(ON_TOP), "the menu scrolls by itself"


def test_the_focus_stays_on_the_button_that_was_pressed(
    server: Server, trained: Trained, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(trained.token)
    for page, keys in (
        ("backbone", ("preset-Last-2-blocks", "preset-Head-only")),
        ("recipe", ("use-dense", "use-linear")),
    ):
        tab = visitor.open(page)
        title(tab, page)
        settled(tab)
        for key in keys:
            button = keyed(tab, key).get_by_role("button")
            button.focus()
            tab.keyboard.press("Enter")
            expect(button).to_contain_text("check")  # the mark of what is chosen
            settled(tab)
            assert f"st-key-{key}" in tab.evaluate(FOCUS).split()


def test_the_toolbar_of_a_chart_stands_above_it(
    server: Server, trained: Trained, visit: Callable[..., Visitor]
) -> None:
    tab = visit(trained.token).open("results", run=trained.run.id)
    title(tab, "results")
    settled(tab)
    drawn(tab, "confusion")
    chart = keyed(tab, "confusion").get_by_test_id("stPlotlyChart")
    chart.hover()
    bar = chart.locator(".modebar")
    expect(bar).to_be_visible()
    above, below = bar.bounding_box(), chart.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"] + 1
    assert bar.locator(".modebar-btn").first.evaluate(ON_TOP)
