"""A report as one file: complete, escaped, self-contained and of limited size."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.reporting.report_examples import FORMULA, HOSTILE, everything
from translearn_core.jobs import COMPARE, DIAGNOSE, SPECS
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.document import LIMIT, MOST_ROWS, Document, render
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.sections import report_sections
from translearn_core.runs.personal.notes import LONGEST_FIGURE


class ParsedPage(HTMLParser):
    """Elements, texts and scripts of a page as a browser would parse it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        (self.scripts if self._in_script else self.texts).append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


def written(about: ReportData, *, limit: int = LIMIT) -> Document:
    return render(about, list(report_sections(about)), caveats(about), limit=limit)


@pytest.fixture(scope="module")
def about() -> ReportData:
    return everything()


@pytest.fixture(scope="module")
def document(about: ReportData) -> Document:
    return written(about)


@pytest.fixture(scope="module")
def page(document: Document) -> ParsedPage:
    return ParsedPage(document.html)


def test_it_tells_everything_in_order(about: ReportData, document: Document) -> None:
    titles = re.findall(r"<h2>(.*?)</h2>", document.html)
    assert titles[:3] == [DIAGNOSE.heading, "How was it trained?", "How good is it?"]
    assert titles[-2:] == ["How to do it again", "What is not in it"]
    assert len(titles) == 3 + (len(about.parts) - 1) + 2
    assert {part.spec.kind for part in about.parts} == {kind for kind, spec in SPECS.items() if spec.section}
    text = " ".join(ParsedPage(document.html).texts)
    for sentence in (
        "is 86.0 % (95 %: 84.0 to 88.0 %)", "It helped.", "Layer 4 knows most.", "One seed",
        "It is too sure of itself.", "A sentence.", "dddddddddddddddddddd", "3.11",
    ):  # fmt: skip
        assert sentence in text


def test_it_is_small_and_asks_no_network_for_anything(document: Document, page: ParsedPage) -> None:
    assert document.bytes == len(document.html.encode()) < 8_000_000
    assert document.left_out == ()
    assert "src" not in [name for _, name, _ in page.attributes]
    assert all(address.startswith("#") for address in page.values("href"))
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    style = document.html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [value for value in page.values("content") if "default-src" in value]
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_texts_from_data_are_shown_as_they_are(page: ParsedPage, document: Document) -> None:
    figures = len(page.values("data-figure"))
    assert figures == page.values("role").count("group") > 15
    assert page.tags.count("script") == figures + 2, "a text of the data opened a script of its own"
    assert 'alert("x")</script>' not in document.html
    shown = " ".join(page.texts)
    assert shown.count(HOSTILE) >= 5  # as name, question, command, in tables
    assert "${7*7} {{7*7}}" in shown
    assert f"'{FORMULA}" in page.texts, "a pasted cell would run"
    assert FORMULA not in page.texts


def test_every_figure_is_drawn_from_the_page_alone(page: ParsedPage) -> None:
    scripts = [script for script in page.scripts if script.startswith('{"data"')]
    ids = page.values("id")
    assert len(scripts) == len(page.values("data-figure"))
    assert set(page.values("data-figure")) <= set(ids)
    for text in scripts:
        figure = json.loads(text)
        assert figure["data"]
        assert "http" not in json.dumps(figure["layout"].get("images", []))


def test_no_figure_lacks_its_sentence_and_its_numbers(about: ReportData) -> None:
    blocks = [block for section in report_sections(about) for block in section.blocks]
    figures = [block for block in blocks if isinstance(block, FigureBlock)]
    assert figures
    for figure in figures:
        assert figure.caption.endswith(".")
        assert len(figure.table.frame.columns) > 1, figure.caption
        assert len(figure.table.frame), figure.caption


def test_figures_have_names_of_their_own(about: ReportData) -> None:
    names = [
        section.name_of(block)
        for section in report_sections(about)
        for block in section.blocks
        if isinstance(block, FigureBlock)
    ]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST_FIGURE


def test_notes_stand_under_their_figures_and_others_at_the_end(about: ReportData) -> None:
    notes = {"How was it trained?: loss by epoch": f"see {HOSTILE}", "Figure of the app": "elsewhere"}
    html = written(replace(about, notes=notes)).html
    assert html.count('<p class="note">') == 2
    caption = html.index("Loss by epoch.", html.index("<figcaption>Loss by epoch."))
    assert caption < html.index('<p class="note">') < html.index("by epoch", caption + 200)
    assert HOSTILE not in html
    assert "<span>Figure of the app:</span> elsewhere" in html[html.index("Notes on other figures") :]


def test_a_table_without_a_figure_stands_open_unless_it_is_long():
    def details(rows: int) -> str:
        table = TableBlock("classes", pd.DataFrame({"text": ["one long cell " * 5] * rows}))
        html = render(ReportData("x"), [Section("s", blocks=(table,))], ()).html
        assert '<td class="text">' in html
        return html[html.index("<details") :][:20]

    assert details(30).startswith("<details open>")
    assert details(31).startswith("<details>")


def test_long_tables_end_and_say_so() -> None:
    frame = pd.DataFrame({"n": np.arange(1234), "text": [f"line {i}" for i in range(1234)]})
    html = render(ReportData("x"), [Section("s", blocks=(TableBlock("many", frame),))], ()).html
    assert f"the first {MOST_ROWS} of 1,234 rows" in html
    assert f"line {MOST_ROWS - 1}<" in html
    assert f"line {MOST_ROWS}<" not in html


def test_over_the_limit_the_largest_table_goes_first_then_the_largest_figure() -> None:
    def picture(name: str, points: int, cell: str) -> FigureBlock:
        figure = go.Figure(go.Scatter(y=list(range(points))))
        return FigureBlock(
            figure, f"The {name} figure.", TableBlock(name, pd.DataFrame({"a": [cell], "b": [1]}))
        )

    sections = [Section("s", blocks=(picture("big", 20_000, "x" * 250), picture("small", 10, "y" * 9)))]
    about = ReportData("x")
    whole = render(about, sections, ())
    assert whole.left_out == ()
    lighter = render(about, sections, (), limit=whole.bytes - 100)
    assert lighter.left_out == ("the table 'big'",)
    assert "“big” was left out" in lighter.html
    lightest = render(about, sections, (), limit=whole.bytes - 5_000)
    assert lightest.left_out == ("the table 'big'", "the table 'small'", "the figure of 'big'")
    assert lightest.bytes <= whole.bytes - 5_000
    assert "This figure was left out" in lightest.html
    assert "The big figure." in lightest.html
    assert "the figure of &#39;big&#39;" in lightest.html


def test_a_study_and_a_bare_run_have_reports_too(about: ReportData) -> None:
    comparison = tuple(part for part in about.parts if part.spec is COMPARE)
    study = written(ReportData("A study", parts=comparison))
    assert COMPARE.heading in study.html
    assert "How good is it?" not in study.html
    bare = written(replace(about, parts=(), drift=None, timeline=None, missing=("probes",)))
    assert "<li>probes</li>" in bare.html
    assert "Did transfer help?" not in bare.html
