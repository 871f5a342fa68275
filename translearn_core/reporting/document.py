"""Rendering of a report as one self-contained HTML file of limited size.

The file has a present mode, one figure or sentence a slide, which its address ends with ``#present``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from translearn_core.data.csv_injection import escape_formulas
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.format import cut
from translearn_core.translation import Language, catalog, set_language
from translearn_core.translation.figures import translate_figure

LIMIT = 8_000_000
"""Most bytes of a report, so that it fits in an e-mail."""
MOST_ROWS = 200
"""Most rows of a table; the app's CSV has all."""
LONGEST_CELL = 300
"""Most characters of a table cell; longer ones are cut with an ellipsis."""


@dataclass(frozen=True)
class Document:
    """The HTML text, and names of what was left out to limit its size."""

    html: str
    left_out: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Size in bytes."""
        return len(self.html.encode())


@dataclass(frozen=True)
class _Table:
    """A table as text: at most `MOST_ROWS` of `total` lines, none if left out."""

    name: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    total: int
    left_out: bool = False

    @property
    def weight(self) -> int:
        return sum(len(cell.encode()) + 9 for line in self.lines for cell in line)


@dataclass(frozen=True)
class _Block:
    """A figure as JSON (empty if left out, None for a table alone), with its texts and its table.

    `dark` are the values of the figure for dark pages that differ, as JSON (see `_differences`).
    """

    id: str
    data: str | None
    dark: str
    heading: str
    sentences: tuple[str, ...]
    caption: str
    table: _Table
    note: str = ""

    @property
    def json(self) -> str:
        """The figure with the values that differ on dark pages."""
        return f'{(self.data or "{}")[:-1]},"dark":{self.dark}}}'


@dataclass(frozen=True)
class _RenderedSection:
    """A section with its figures and tables as text."""

    id: str
    section: Section
    blocks: tuple[_Block, ...]


def render(
    data: ReportData,
    sections: Sequence[Section],
    caveats: Sequence[str],
    *,
    dark: Sequence[Section] = (),
    limit: int = LIMIT,
    language: Language = Language.ENGLISH,
) -> Document:
    """Render the report; over `limit` bytes, drop the largest tables first, then the largest figures.

    `dark` are the same sections with figures for dark pages, in which the slides are dark too; without them
    figures stay light. Texts are translated into `language`, what people wrote is not.
    """
    twins = dark or sections
    rendered = [
        _render_section(number, section, twin, data.notes, language)
        for number, (section, twin) in enumerate(zip(sections, twins, strict=True))
    ]
    left_out: list[str] = []
    while True:
        html = _html(data, rendered, caveats, left_out, language)
        if len(html.encode()) <= limit:
            return Document(html, tuple(left_out))
        if (reduced := _without_largest(rendered)) is None:
            return Document(html, tuple(left_out))  # nothing more to leave out
        rendered, name = reduced
        left_out.append(name)


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return cut(str(value), LONGEST_CELL)


def _table(sheet: TableBlock) -> _Table:
    first = escape_formulas(sheet.frame.head(MOST_ROWS))
    lines = (tuple(map(_cell, row)) for row in first.itertuples(index=False, name=None))
    return _Table(sheet.name, tuple(map(str, first.columns)), tuple(lines), len(sheet.frame))


def _differences(light: Any, dark: Any, path: tuple[str | int, ...] = ()) -> Iterator[list[Any]]:
    """Yield path and dark value of every value that differs between two figures as JSON."""
    if isinstance(light, dict) and isinstance(dark, dict) and light.keys() == dark.keys():
        for name, value in light.items():
            yield from _differences(value, dark[name], (*path, name))
    elif isinstance(light, list) and isinstance(dark, list) and len(light) == len(dark):
        for position, (first, second) in enumerate(zip(light, dark, strict=True)):
            yield from _differences(first, second, (*path, position))
    elif light != dark:
        yield [list(path), dark]


def _block(
    id: str,
    block: FigureBlock | TableBlock,
    twin: FigureBlock | TableBlock,
    language: Language,
    note: str = "",
) -> _Block:
    if not isinstance(block, FigureBlock):
        return _Block(id, None, "", block.heading, block.sentences, block.caption, _table(block))
    data, dark = _json(block, language), "[]"
    if isinstance(twin, FigureBlock) and twin is not block:
        dark = json.dumps(list(_differences(json.loads(data), json.loads(_json(twin, language)))))
    return _Block(id, data, dark, block.heading, block.sentences, block.caption, _table(block.table), note)


def _json(block: FigureBlock, language: Language) -> str:
    messages = catalog(language)
    figure = block.figure if messages is None else translate_figure(block.figure, messages)
    return str(figure.to_json())


def _render_section(
    number: int, section: Section, twin: Section, notes: Mapping[str, str], language: Language
) -> _RenderedSection:
    def note(block: FigureBlock | TableBlock) -> str:
        return notes.get(section.name_of(block), "") if isinstance(block, FigureBlock) else ""

    blocks = (
        _block(f"block-{number}-{k}", block, dark, language, note(block))
        for k, (block, dark) in enumerate(zip(section.blocks, twin.blocks, strict=True))
        if isinstance(block, FigureBlock) or block.sentences or not block.frame.empty
    )
    return _RenderedSection(f"section-{number}", section, tuple(blocks))


def _without_largest(rendered: Sequence[_RenderedSection]) -> tuple[list[_RenderedSection], str] | None:
    """Return the sections without their largest table, or else figure, and its name; None if empty."""
    blocks = [block for section in rendered for block in section.blocks]
    if any(block.table.lines for block in blocks):
        heaviest = max(blocks, key=lambda block: block.table.weight)
        lighter = replace(heaviest, table=replace(heaviest.table, lines=(), left_out=True))
        return _with_block(rendered, heaviest, lighter), f"the table '{heaviest.table.name}'"
    if any(block.data for block in blocks):
        largest = max(blocks, key=lambda block: len(block.data or ""))
        name = f"the figure of '{largest.table.name}'"
        return _with_block(rendered, largest, replace(largest, data="", dark="")), name
    return None


def _with_block(rendered: Sequence[_RenderedSection], old: _Block, new: _Block) -> list[_RenderedSection]:
    return [
        replace(section, blocks=tuple(new if block is old else block for block in section.blocks))
        for section in rendered
    ]


def _html(
    data: ReportData,
    rendered: Sequence[_RenderedSection],
    caveats: Sequence[str],
    left_out: Sequence[str],
    language: Language,
) -> str:
    folder = files("translearn_core.reporting.templates")

    def read(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
    )
    environment.filters["embedded"] = embedded
    set_language(environment, language)
    shown = {
        one.section.name_of(block)
        for one in rendered
        for block in one.section.blocks
        if isinstance(block, FigureBlock)
    }
    return environment.from_string(read("report.html.jinja")).render(
        data=data,
        other_notes={name: note for name, note in data.notes.items() if name not in shown},
        sections=rendered,
        caveats=caveats,
        left_out=left_out,
        most_rows=MOST_ROWS,
        slides_style=Markup(read("slides.css")),
        slides_script=Markup(read("slides.js")),
        plotly=Markup(get_plotlyjs())
        if any(block.data for section in rendered for block in section.blocks)
        else "",
    )


def embedded(data: str) -> Markup:
    """Escape JSON for a script element: it can neither close the element nor open a comment."""
    for sign in "<>&\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(data)
