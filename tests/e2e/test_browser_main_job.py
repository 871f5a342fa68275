"""The main job as a person does it: a sample becomes a trained model and its pictures."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.house import (
    TRAINING,
    Page,
    Server,
    Visitor,
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


def test_a_sample_becomes_a_trained_model_and_its_pictures(
    server: Server, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    anna = visit()
    tab = anna.open()
    take_the_tickets(tab)
    let_block_5_train(tab)
    run = start(tab, epochs=2)
    tab.screenshot(path=tmp_path / "running.png")
    tab.close()
    assert server.store.run(server.owner(anna.context), run).state.live, (
        "it was over before the tab was closed"
    )

    tab = anna.open("run", run=run)
    expect(keyed(tab, "continue")).to_be_visible(timeout=TRAINING)
    expect(tab.get_by_test_id("stMain")).to_contain_text("2 of 2")
    for look in (results, embeddings, probes, predict, compare, runs):
        look(tab, run)
        sound(tab)
        tab.screenshot(path=tmp_path / f"{look.__name__}.png")


def take_the_tickets(tab: Page) -> None:
    title(tab, "home")
    expect(tab.get_by_text("Bring your own table")).to_be_visible()
    press(tab, "sample-tickets", lambda: title(tab, "data"))
    main = tab.get_by_test_id("stMain")
    expect(main).to_contain_text(re.compile(r"\d{3} rows, 2 columns"))
    expect(keyed(tab, "text_column").get_by_role("combobox")).to_have_value("text")
    expect(keyed(tab, "label_column").get_by_role("combobox")).to_have_value("intent")
    expect(main).to_contain_text("detected and fixed")
    drawn(tab, "class_counts")
    drawn(tab, "text_lengths")
    sound(tab)
    settled(tab)
    press(tab, "to_backbone", lambda: title(tab, "backbone"))


def let_block_5_train(tab: Page) -> None:
    title(tab, "backbone")
    boundary = tab.get_by_test_id("stMetric").filter(has_text="Boundary")
    expect(boundary).to_contain_text("block 4")  # the plan of the sample
    expect(keyed(tab, "stack").locator(".barlayer .point")).to_have_count(8)
    settled(tab)  # the picture is drawn anew when the cost is known
    block_4 = keyed(tab, "stack").locator(".barlayer .point").nth(5).bounding_box()
    assert block_4 is not None
    tab.mouse.click(block_4["x"] + block_4["width"] / 2, block_4["y"] + block_4["height"] / 2)
    expect(boundary).to_contain_text("block 5")
    expect(keyed(tab, "plan_parts").get_by_role("button", name="block 5")).to_have_attribute(
        "aria-pressed", "true"
    )
    settled(tab)
    sound(tab)
    press(tab, "to_train", lambda: title(tab, "train"))


def start(tab: Page, *, epochs: int) -> str:
    """Train, and return the run's id as soon as its page shows it at work."""
    title(tab, "train")
    box = keyed(tab, "training-epochs").get_by_role("spinbutton")
    box.fill(str(epochs))
    box.press("Enter")
    expect(tab.get_by_test_id("stMain")).to_contain_text(f"{epochs} epochs")
    settled(tab)
    sound(tab)
    press(tab, "train", lambda: title(tab, "run"))
    expect(keyed(tab, "stop").get_by_role("button")).to_be_visible()
    expect(tab.get_by_test_id("stMain")).to_contain_text(f"of {epochs}")
    run = parse_qs(urlsplit(tab.url).query)["run"]
    return run[0]


def results(tab: Page, run: str) -> None:
    tab.get_by_test_id("stMain").get_by_role("link", name="Results").click()
    title(tab, "results")
    assert f"run={run}" in tab.url
    expect(tab.get_by_test_id("stMetric").filter(has_text="Test accuracy")).to_contain_text("%")
    for figure in ("curves", "confusion", "drift"):
        drawn(tab, figure)


def embeddings(tab: Page, run: str) -> None:
    turn_to(tab, "embeddings")
    drawn(tab, "map-pretrained")
    drawn(tab, "map-fine-tuned")
    settled(tab)
    last = points(tab)
    slider = keyed(tab, "layer").get_by_role("slider")
    expect(slider).to_have_value("6")
    slider.press("ArrowLeft")
    expect(slider).to_have_value("5")
    expect(tab.get_by_test_id("stMain")).to_contain_text("layer: 5")
    settled(tab)
    drawn(tab, "map-fine-tuned")
    assert points(tab) != last, "another layer is another picture"


def points(tab: Page) -> object:
    """Where the browser has the first points of the second map."""
    figure = keyed(tab, "map-fine-tuned").locator(".js-plotly-plot")
    return figure.evaluate("figure => Array.from(figure._fullData[0].x).slice(0, 20)")


def probes(tab: Page, run: str) -> None:
    turn_to(tab, "probes")
    press(tab, "compute-probe", lambda: drawn(tab, "probes"))
    expect(tab.get_by_test_id("stMain")).to_contain_text("most about the label")


def predict(tab: Page, run: str) -> None:
    turn_to(tab, "predict")
    keyed(tab, "sentences").get_by_role("textbox").fill("My parcel has not arrived yet, where is it?")
    keyed(tab, "predict").get_by_role("button").click()
    answer = keyed(tab, "answer-0")
    expect(answer).to_contain_text("% sure")
    drawn(tab, "probabilities-0")


def compare(tab: Page, run: str) -> None:
    turn_to(tab, "compare")
    for figure in ("scores", "cost", "overlay"):
        drawn(tab, figure)


def runs(tab: Page, run: str) -> None:
    turn_to(tab, "runs")
    expect(keyed(tab, f"run-{run}")).to_contain_text("accuracy")
    expect(tab.get_by_test_id("stMetric").filter(has_text="Disk used")).to_contain_text("B")
