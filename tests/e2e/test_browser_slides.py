"""Present mode of a report: keys, sizes of text, dark figures, offline; from a file and from the app."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.house import WAIT, Trained, Visitor, expect, settled
from tests.plots.small_results import make_history, make_timeline
from tests.reporting.report_examples import evaluated
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.document import render
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.sections import report_sections

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEXT = """() => [...document.querySelectorAll('#slides .chart svg text')]
    .filter(text => text.textContent.trim())
    .map(text => [parseFloat(getComputedStyle(text).fontSize), text.getScreenCTM()])
    .map(([size, {a, b}]) => size * Math.hypot(a, b) + 1e-6)"""
"""Sizes on the screen of all texts of a figure, in pixels."""
INK = "() => getComputedStyle(document.querySelector('#slides .chart .xtick text')).fill"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report of a run, as a file."""
    data = ReportData(
        "A run",
        question="Does it help?",
        config=ExperimentConfig(data=DataConfig(dataset="d" * 64, text="text", label="label")),
        evaluation=evaluated(("bad", "good", "so so")),
        history=make_history(),
        timeline=make_timeline(),
    )
    sections, dark = list(report_sections(data)), list(report_sections(data, dark=True))
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(data, sections, caveats(data), dark=dark).html, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def browse(chromium: "Browser") -> "Iterator[Callable[..., Page]]":
    """Open pages without a network; fails if one of them logs an error or asks for anything."""
    problems: list[str] = []

    def come(scheme: str = "light", width: int = 1280) -> "Page":
        context = chromium.new_context(
            viewport={"width": width, "height": 720}, color_scheme=scheme, offline=True
        )
        context.set_default_timeout(WAIT)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda one: problems.append(one.url) if one.url.startswith("http") else None)
        return page

    yield come
    assert problems == []


def total(page: "Page") -> int:
    return int(page.locator("#slides .position").inner_text().split("/")[1])


def at(page: "Page", number: int) -> None:
    expect(page.locator("#slides .position")).to_have_text(f"{number} / {total(page)}")


def test_keys_and_sides_lead_through_the_slides(browse: "Callable[..., Page]", report: str) -> None:
    page = browse()
    page.goto(report)
    expect(page.locator("#slides")).to_be_hidden()
    page.get_by_role("button", name="Present").click()
    expect(page.locator("#slides h1")).to_have_text("A run")
    last = total(page)
    for key, number in (
        ("ArrowRight", 2), ("ArrowDown", 3), ("PageDown", 4), (" ", 5), ("ArrowLeft", 4), ("PageUp", 3),
        ("ArrowUp", 2), ("End", last), ("ArrowRight", last), ("Home", 1), ("ArrowLeft", 1),
    ):  # fmt: skip
        page.keyboard.press(key)
        at(page, number)
    page.get_by_role("button", name="Next slide").click()
    at(page, 2)
    page.reload()
    at(page, 2)
    page.get_by_role("button", name="Previous slide").click()
    at(page, 1)
    page.keyboard.press("End")
    at(page, last)
    page.keyboard.press("Escape")
    expect(page.locator("#slides")).to_be_hidden()
    expect(page.locator("main figure .main-svg").first).to_be_visible()
    assert "present" not in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_fill_the_screen_with_text_of_18_px(
    browse: "Callable[..., Page]", report: str, scheme: str
) -> None:
    page = browse(scheme)
    page.goto(f"{report}#present")
    figures = 0
    for number in range(1, total(page) + 1):
        at(page, number)
        chart = page.locator("#slides .chart")
        if chart.count():
            figures += 1
            expect(chart.locator(".xtick text").first).to_be_visible()
            assert min(page.evaluate(TEXT)) >= 18
            assert chart.get_attribute("role") == "group"
            assert chart.get_attribute("aria-label")
            box = chart.bounding_box()
            assert box is not None
            assert box["width"] > 1000
            assert box["height"] > 300
        page.keyboard.press("ArrowRight")
    assert figures == page.locator("script[data-figure]").count() > 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_are_dark_on_dark_slides(browse: "Callable[..., Page]", report: str, scheme: str) -> None:
    page = browse(scheme)
    page.goto(f"{report}#present")
    to_figure(page)
    first = brightness(page)
    page.keyboard.press("d")
    assert (first < brightness(page)) == (scheme == "light"), "ink is dark on light and light on dark"


def to_figure(page: "Page") -> None:
    """Turn the slides until there is a figure."""
    while not page.locator("#slides .chart .xtick").count():
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(200)


def brightness(page: "Page") -> int:
    """Sum of red, green and blue of the ticks' text."""
    return sum(map(int, str(page.evaluate(INK)).removeprefix("rgb(").removesuffix(")").split(",")))


def test_a_figure_keeps_its_table(browse: "Callable[..., Page]", report: str) -> None:
    page = browse()
    page.goto(f"{report}#present")
    to_figure(page)
    page.locator("#slides summary").click()
    expect(page.locator("#slides td").first).to_be_visible()
    page.keyboard.press("ArrowDown")  # now the slide scrolls
    expect(page.locator("#slides table")).to_be_visible()


def test_results_open_the_slides_of_a_run(visit: Callable[..., Visitor], trained: Trained) -> None:
    visitor = visit(trained.token)
    page = visitor.open("results", run=trained.run.id)
    settled(page)  # what is computed later would ask for another report
    page.get_by_role("button", name="Present").click()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open the slides").click()
    slides = popup.value
    problems: list[str] = []
    slides.on("console", lambda message: problems.append(message.text))
    slides.on("pageerror", lambda error: problems.append(str(error)))
    expect(slides.locator("#slides h1")).to_have_text("tickets, head only")
    assert slides.evaluate("origin") == "null"
    slides.keyboard.press("ArrowRight")
    at(slides, 2)
    to_figure(slides)
    assert min(slides.evaluate(TEXT)) >= 18
    assert problems == []
