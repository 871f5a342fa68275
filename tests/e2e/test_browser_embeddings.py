"""Two maps that belong together: what is circled on one is marked on the other, and its texts are listed."""

import math
from collections.abc import Callable

import pytest

from tests.e2e.house import Page, Trained, Visitor, drawn, expect, keyed, settled, sound, title

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

BEFORE, AFTER = "map-pretrained", "map-fine-tuned"

HELD = """figure => ({
    drawing: figure._fullLayout._uid,
    lassos: (figure.layout.selections || []).length,
    rings: figure._fullData.filter(t => t.name === 'marked').reduce((n, t) => n + t.x.length, 0),
    caught: figure._fullData.filter(t => t.name !== 'marked' && t.selectedpoints)
        .reduce((n, t) => n + t.selectedpoints.length, 0),
    ringed: figure._fullData.filter(t => t.name === 'marked').map(t => t.unselected.marker.opacity),
})"""


def held(tab: Page, key: str) -> dict:
    """What the browser has of a map: which drawing it is, lassos, rings, and points that stand out."""
    return keyed(tab, key).locator(".js-plotly-plot").evaluate(HELD)


def circle(tab: Page, key: str, across: float, down: float, radius: float) -> None:
    """Draw a lasso around a spot of a map, all in shares of its width and height, and let go."""
    plot = keyed(tab, key).locator(".nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    corners = [
        (
            box["x"] + box["width"] * (across + radius * math.cos(2 * math.pi * i / 16)),
            box["y"] + box["height"] * (down + radius * math.sin(2 * math.pi * i / 16)),
        )
        for i in range(17)
    ]
    tab.mouse.move(*corners[0])
    tab.mouse.down()
    for corner in corners[1:]:
        tab.mouse.move(*corner)
    tab.mouse.up()


def listed(tab: Page, turn: int) -> int:
    """Wait for the table of what was picked as the `turn`-th, and return how many texts it says."""
    expect(keyed(tab, f"circled_table-{turn}")).to_be_visible()
    settled(tab)
    caption = tab.get_by_test_id("stMain").get_by_text("predicted otherwise").inner_text()
    return int(caption.split()[0].replace(",", ""))


def test_what_is_circled_on_one_map_is_marked_on_the_other(
    trained: Trained, visit: Callable[..., Visitor]
) -> None:
    tab = visit(trained.token).open("embeddings", run=trained.run.id)
    title(tab, "embeddings")
    drawn(tab, AFTER)
    settled(tab)
    untouched = held(tab, BEFORE)
    assert untouched["lassos"] == untouched["rings"] == 0

    circle(tab, BEFORE, 0.5, 0.5, 0.2)
    first = listed(tab, 1)
    own, other = held(tab, BEFORE), held(tab, AFTER)
    assert own["drawing"] == untouched["drawing"], "the map that was circled may not be drawn again"
    assert (own["lassos"], own["caught"], own["rings"]) == (1, first, 0)
    assert (other["lassos"], other["caught"], other["rings"]) == (0, first, first)

    circle(tab, AFTER, 0.45, 0.55, 0.12)
    second = listed(tab, 2)
    assert 0 < second < first
    own, other = held(tab, AFTER), held(tab, BEFORE)
    assert (own["lassos"], own["caught"], own["ringed"]) == (1, second, [0]), "its old rings are not seen"
    assert (other["lassos"], other["caught"], other["rings"]) == (0, second, second)

    keyed(tab, "colour").get_by_text("Error").click()
    assert listed(tab, 3) == second, "another colour lets go of the lasso, not of what was circled"
    expect(keyed(tab, BEFORE)).to_contain_text("wrong")
    assert [held(tab, key)["rings"] for key in (BEFORE, AFTER)] == [second, second]
    sound(tab)


def test_a_double_click_lets_go_on_both_maps(trained: Trained, visit: Callable[..., Visitor]) -> None:
    tab = visit(trained.token).open("embeddings", run=trained.run.id)
    drawn(tab, AFTER)
    settled(tab)
    circle(tab, BEFORE, 0.5, 0.5, 0.2)
    listed(tab, 1)
    keyed(tab, BEFORE).locator(".nsewdrag").first.dblclick(position={"x": 5, "y": 5})
    expect(tab.get_by_test_id("stMain")).not_to_contain_text("predicted otherwise")
    settled(tab)
    for key in (BEFORE, AFTER):
        now = held(tab, key)
        assert (now["lassos"], now["caught"], now["rings"]) == (0, 0, 0)


def test_a_text_is_found_by_its_words_and_asked_for_its_neighbours(
    trained: Trained, visit: Callable[..., Visitor]
) -> None:
    tab = visit(trained.token).open("embeddings", run=trained.run.id)
    drawn(tab, AFTER)
    settled(tab)
    circle(tab, BEFORE, 0.5, 0.5, 0.2)
    listed(tab, 1)
    box = tab.get_by_label("Find texts")
    box.fill("PARCEL")
    box.press("Enter")
    listing = listed(tab, 2)
    assert [held(tab, key)["rings"] for key in (BEFORE, AFTER)] == [listing, listing]
    assert held(tab, BEFORE)["lassos"] == 0, "what was sought takes the place of what was circled"

    grid = keyed(tab, "circled_table-2").locator("canvas").first
    grid.scroll_into_view_if_needed()
    place = grid.bounding_box()
    assert place is not None
    tab.mouse.click(place["x"] + 17, place["y"] + 52)  # the box at the left of the first line
    near = keyed(tab, "neighbourhood")
    expect(near).to_contain_text("10 of its 10 nearest neighbours are the same")  # only the head was trained
    expect(near.get_by_test_id("stDataFrame")).to_have_count(2)
    settled(tab)
    sound(tab)
