"""Every page as people see it: whole, quick, on a desk and in the dark on a telephone, in a small process."""

import time
from collections.abc import Callable

import pytest

from pages._ui.places import PLACES
from tests.e2e.house import Server, Trained, Visitor, expect, fits, settled, sound, title, turn_to

pytestmark = pytest.mark.browser

FIGURES = {"data": 2, "backbone": 1, "run": 1, "results": 3, "embeddings": 2, "compare": 3}
"""How many pictures a page has where there is a finished run."""


def test_every_page_is_whole_and_quick(
    server: Server,
    trained: Trained,
    visit: Callable[..., Visitor],
    record_property: Callable[[str, object], None],
) -> None:
    tab = visit(trained.token).open()
    title(tab, "home")
    for name in PLACES:
        started = time.monotonic()
        turn_to(tab, name)
        seconds = time.monotonic() - started
        record_property(f"seconds to {name}", round(seconds, 3))
        print(f"{name}: title after {seconds:.2f} s")
        assert seconds < 5
        settled(tab)
        sound(tab)
        expect(tab.get_by_test_id("stPlotlyChart")).to_have_count(FIGURES.get(name, 0))
        assert fits(tab), name
    weight = server.process.memory_info().rss / 1e6
    record_property("megabytes of the server", round(weight))
    print(f"the server's process: {weight:.0f} MB")
    assert weight < 300


def test_every_page_fits_a_telephone_in_the_dark(trained: Trained, visit: Callable[..., Visitor]) -> None:
    visitor = visit(trained.token, width=400, scheme="dark")
    for name in PLACES:
        tab = visitor.open(name)
        title(tab, name)
        settled(tab)
        sound(tab)
        expect(tab.get_by_test_id("stPlotlyChart")).to_have_count(FIGURES.get(name, 0))
        assert fits(tab), name
        paper = tab.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
        assert paper == "rgb(18, 24, 31)", f"{name} is not in the dark theme"
        tab.close()
