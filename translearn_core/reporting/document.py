"""From sections to one HTML file: everything inlined, every text escaped, never over the size limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from translearn_core.data.csv_injection import escape_formulas
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData

LIMIT = 8_000_000
"""Bytes of a report at most: what a mail takes."""
MOST_ROWS = 200
"""Rows of a table that are written; the app's CSV has all."""
LONGEST_CELL = 300
"""Characters of a text in a table; more is cut with an ellipsis."""


@dataclass(frozen=True)
class Document:
    """The file as text, and what had to be left out to keep it small."""

    html: str
    left_out: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Size of the file."""
        return len(self.html.encode())


@dataclass(frozen=True)
class _Table:
    """A table as text: at most `MOST_ROWS` lines of `total`; none where it was left out."""

    name: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    total: int
    left_out: bool = False

    @property
    def weight(self) -> int:
        return sum(len(cell.encode()) + 9 for line in self.lines for cell in line)


@dataclass(frozen=True)
class _Figure:
    """A figure as JSON, the sentence under it, its numbers; no JSON where it was left out."""

    id: str
    data: str
    sentence: str
    table: _Table


@dataclass(frozen=True)
class _Drawn:
    """A section as it is written."""

    id: str
    section: Section
    figures: tuple[_Figure, ...]
    tables: tuple[_Table, ...]


def render(
    about: ReportData, sections: Sequence[Section], caveats: Sequence[str], *, limit: int = LIMIT
) -> Document:
    """Return the report; while it is over `limit` bytes the largest table goes, then the largest figure."""
    drawn = [_drawn(number, section) for number, section in enumerate(sections)]
    left_out: list[str] = []
    while True:
        html = _html(about, drawn, caveats, left_out)
        if len(html.encode()) <= limit:
            return Document(html, tuple(left_out))
        if (lightened := _without_largest(drawn)) is None:
            return Document(html, tuple(left_out))  # nothing is left to leave out
        drawn, name = lightened
        left_out.append(name)


def as_lines(frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """Return the first rows of a table as texts that no spreadsheet takes for formulas when pasted."""
    some = escape_formulas(frame.head(MOST_ROWS))
    return tuple(tuple(_cell(value) for value in line) for line in some.itertuples(index=False, name=None))


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _table(sheet: TableBlock) -> _Table:
    head = tuple(str(name) for name in escape_formulas(sheet.frame.head(0)).columns)
    return _Table(sheet.name, head, as_lines(sheet.frame), len(sheet.frame))


def _figure(id: str, picture: FigureBlock) -> _Figure:
    return _Figure(id, picture.figure.to_json(), picture.sentence, _table(picture.numbers))


def _drawn(number: int, section: Section) -> _Drawn:
    figures = (_figure(f"figure-{number}-{k}", picture) for k, picture in enumerate(section.pictures))
    return _Drawn(f"section-{number}", section, tuple(figures), tuple(map(_table, section.sheets)))


def _without_largest(drawn: Sequence[_Drawn]) -> tuple[list[_Drawn], str] | None:
    """Return the sections without their largest table, or figure where no table is left, and its name."""
    if tables := [table for table in _tables(drawn) if table.lines]:
        worst = max(tables, key=lambda table: table.weight)
        empty = replace(worst, lines=(), left_out=True)
        return [_with_table(one, worst, empty) for one in drawn], f"the table '{worst.name}'"
    if figures := [figure for one in drawn for figure in one.figures if figure.data]:
        largest = max(figures, key=lambda figure: len(figure.data))
        bare = replace(largest, data="")
        gone = [
            replace(one, figures=tuple(bare if figure is largest else figure for figure in one.figures))
            for one in drawn
        ]
        return gone, f"the figure of '{largest.table.name}'"
    return None


def _tables(drawn: Sequence[_Drawn]) -> Iterator[_Table]:
    for one in drawn:
        yield from (figure.table for figure in one.figures)
        yield from one.tables


def _with_table(one: _Drawn, old: _Table, new: _Table) -> _Drawn:
    figures = (replace(figure, table=new) if figure.table is old else figure for figure in one.figures)
    return replace(one, figures=tuple(figures), tables=tuple(new if t is old else t for t in one.tables))


def _html(about: ReportData, drawn: Sequence[_Drawn], caveats: Sequence[str], left_out: Sequence[str]) -> str:
    template = files("translearn_core.reporting.templates") / "report.html.jinja"
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
    )
    environment.filters["embedded"] = embedded
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        about=about,
        sections=drawn,
        caveats=caveats,
        left_out=left_out,
        most_rows=MOST_ROWS,
        plotly=Markup(get_plotlyjs()) if any(one.figures for one in drawn) else "",
    )


def embedded(data: str) -> Markup:
    """Return JSON so that nothing in it ends the script element it stands in, or begins a comment."""
    for sign in "<>&\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(data)
