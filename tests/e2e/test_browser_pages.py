"""Every page as people see it: whole, quick, on a desk and in the dark on a telephone, in a small process."""

import time
from collections.abc import Callable

import pytest

from pages._ui.shell.navigation import PAGES
from tests.e2e.house import (
    Page,
    Server,
    Trained,
    Visitor,
    accessible,
    expect,
    fits,
    settled,
    sound,
    title,
    turn_to,
)

pytestmark = pytest.mark.browser

FIGURES = {
    "data": 2,
    "backbone": 1,
    "recipe": 1,
    "run": 1,
    "results": 6,
    "evidence": 1,
    "embeddings": 2,
    "compare": 3,
}
"""How many pictures a page has where there is a finished run."""


def test_every_page_is_whole_and_quick_on_a_desk_and_in_the_dark_on_a_telephone(
    server: Server,
    trained: Trained,
    visit: Callable[..., Visitor],
    record_property: Callable[[str, object], None],
) -> None:
    tab = visit(trained.token).open()
    title(tab, "home")
    for name in PAGES:
        started = time.monotonic()
        turn_to(tab, name)
        seconds = time.monotonic() - started
        record_property(f"seconds to {name}", round(seconds, 3))
        print(f"{name}: title after {seconds:.2f} s")
        assert seconds < 5
        look(tab, name, paper="rgb(251, 250, 247)")
        tab.set_viewport_size({"width": 640, "height": 360})  # a zoom of 200 % in a window of 1280 × 720
        fits(tab)
        tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(color_scheme="dark")
    for name in PAGES:
        turn_to(tab, name)
        tab.set_viewport_size({"width": 400, "height": 900})
        look(tab, name, paper="rgb(18, 24, 31)")
        tab.set_viewport_size({"width": 1280, "height": 900})  # a telephone folds the menu away
    weight = server.process.memory_info().rss / 1e6
    record_property("megabytes of the server", round(weight))
    print(f"the server's process: {weight:.0f} MB")
    assert weight < 300


def look(tab: Page, name: str, *, paper: str) -> None:
    """Check that a page is whole, of the theme with this paper, no wider than its window, and accessible."""
    settled(tab)
    sound(tab)
    expect(tab.get_by_test_id("stPlotlyChart")).to_have_count(FIGURES.get(name, 0))
    expect(tab.get_by_test_id("stApp")).to_have_css("background-color", paper)
    fits(tab)
    accessible(tab)
