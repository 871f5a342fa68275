"""A way to transfer taken from its card: previewed, trained stage by stage, and seen again afterwards."""

import re
from collections.abc import Callable

import pytest

from tests.corpora import first_tickets
from tests.e2e.house import (
    TRAINING,
    Server,
    Visitor,
    bring,
    drawn,
    expect,
    keyed,
    press,
    settled,
    sound,
    title,
    turn_to,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_gradual_unfreezing_is_previewed_trained_and_replayed(
    server: Server, visit: Callable[..., Visitor]
) -> None:
    tab = visit().open()
    bring(tab, "tickets.csv", first_tickets(120))  # few: nine epochs of up to the whole backbone
    press(tab, "to_backbone", lambda: title(tab, "backbone"))
    settled(tab)
    turn_to(tab, "recipe")
    title(tab, "recipe")
    main = tab.get_by_test_id("stMain")
    expect(main).to_contain_text("Your recipe:")
    keyed(tab, "family").get_by_text("Step by step").click()
    taken = "Your recipe: Gradual unfreezing, top down"
    press(tab, "use-gradual", lambda: expect(main).to_contain_text(taken))
    drawn(tab, "timeline")
    settled(tab)
    sound(tab)
    rate = keyed(tab, "training-lr").locator("input")
    taken = rate.input_value()
    assert float(taken) > 0
    for page in ("train", "recipe"):  # both show it
        turn_to(tab, page)
        settled(tab)
        expect(rate).to_have_value(taken)
    press(tab, "to_train", lambda: title(tab, "train"))
    settled(tab)
    press(tab, "train", lambda: title(tab, "run"))
    expect(main).to_contain_text(re.compile(r"stage \d of 7|9 of 9"))
    expect(keyed(tab, "continue")).to_be_visible(timeout=TRAINING)
    expect(main).to_contain_text("9 of 9")
    main.get_by_role("link", name="Results").click()
    title(tab, "results")
    drawn(tab, "timeline")
    drawn(tab, "movement")
    sound(tab)
    turn_to(tab, "embeddings")
    press(tab, "compute-snapshots", lambda: drawn(tab, "replayed"))
    sound(tab)
