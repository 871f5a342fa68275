"""Tables and figures with downloads; formula cells are escaped in exported files."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages._ui.shell import language, notes, st
from translearn_core.config import TableKind
from translearn_core.config.text_cells import SENTENCE, TEXT
from translearn_core.data.csv_injection import holds_formulas
from translearn_core.data.files.write_table import MEDIA_TYPES, table_bytes
from translearn_core.results import DelimitedStyle, FileFormat
from translearn_core.translation import Language

CONFIG = {"displaylogo": False, "scrollZoom": False}

AS_THEY_ARE = "Cells that a spreadsheet would run as formulas get no apostrophe: for programs, and for joins."
FOR_EXCEL = DelimitedStyle(bom=True)
"""With a byte-order mark, by which Excel recognises UTF-8."""
WIDE = 5
"""Columns of a table that may be wider than the page."""
MOST_CHECKED = 2_000
"""Longer tables are not searched for formula cells."""


def download(
    frame: pd.DataFrame | Callable[[], pd.DataFrame],
    name: str,
    *,
    key: str,
    label: str = "CSV",
    kind: TableKind = TableKind.CSV,
    raw: bool = False,
    form: FileFormat | None = None,
) -> None:
    """Offer a table as a file, and also unescaped if it may hold formula cells or `raw` is set.

    A callable `frame` is called only when a button is pressed. `form` is the format of the file that the
    table came from; default: what Excel reads.
    """

    def content(raw: bool) -> Callable[[], bytes]:
        def file() -> bytes:
            table = frame() if callable(frame) else frame
            return table_bytes(table, kind, raw=raw, form=form or FileFormat("", kind, style=FOR_EXCEL))

        return file

    def button(label: str, raw: bool, key: str, help: str | None = None) -> None:
        st.download_button(
            label,
            content(raw),
            f"{name}.{kind}",
            MEDIA_TYPES[kind],
            key=key,
            icon=":material/download:",
            on_click="ignore",
            help=help,
        )

    both = kind.delimiter is not None and (raw or (not callable(frame) and _changes(frame)))
    if not both:
        button(label, False, f"{key}_{kind}")
        return
    with st.container(horizontal=True):
        button(label, False, f"{key}_{kind}")
        button(f"{label}, values as they are", True, f"{key}_{kind}_raw", AS_THEY_ARE)


def _changes(frame: pd.DataFrame) -> bool:
    """Whether a table has formula cells; assumed of a long one."""
    return len(frame) > MOST_CHECKED or holds_formulas(frame)


def table(
    frame: pd.DataFrame,
    name: str,
    *,
    key: str,
    config: dict[str, object] | None = None,
    order: Sequence[str] | None = None,
    saved: pd.DataFrame | None = None,
) -> None:
    """Show a table with its CSV of all columns; `saved` replaces the frame in the CSV."""
    shown = [column for column in order or frame.columns if column in frame]
    settings = with_pinned(config or {}, shown)
    if language.current() is not Language.ENGLISH:
        frame, settings = _in_language(frame, settings)
    st.dataframe(
        frame,
        hide_index=True,
        key=f"{key}_table",
        column_config=settings,
        column_order=shown if order else None,
        placeholder="–",
    )
    download(frame if saved is None else saved, name, key=key)


def _in_language(frame: pd.DataFrame, config: dict[str, object]) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return a table whose cells that are messages, and column settings whose names, are translated."""
    settings = {column: language.column(str(column), config.get(str(column))) for column in frame.columns}
    texts = [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])]
    cells = {name: frame[name].map(language.exact, na_action="ignore") for name in texts}
    return frame.assign(**cells), config | settings


def with_pinned(config: dict[str, object], columns: Sequence[str]) -> dict[str, object]:
    """Return column settings that keep the first column of a wide table in view while others scroll."""
    if len(columns) < WIDE:
        return config
    first = config.get(columns[0])
    settings = first if isinstance(first, dict) else st.column_config.Column(first)
    return config | {columns[0]: {**settings, "pinned": True}}


def chart(picture: go.Figure, *, key: str, alt: str, note: str | None = None) -> None:
    """Show a figure in its own theme, and below it its note (`notes.under`).

    `note` is the figure's name in reports; default: `alt`, and none where it is empty.
    """
    st.plotly_chart(picture, key=key, config=CONFIG, theme=None, alt=alt)
    notes.under(alt if note is None else note)


def figure(
    picture: go.Figure,
    frame: pd.DataFrame,
    name: str,
    *,
    key: str,
    alt: str,
    note: str | None = None,
    config: dict[str, object] | None = None,
) -> None:
    """Show a figure with its note, and in an expander its table with CSV."""
    chart(picture, key=key, alt=alt, note=note)
    with st.expander("The numbers", icon=":material/table_rows:"):
        table(frame, name, key=key, config=config)


def selectable(
    picture: go.Figure,
    frame: pd.DataFrame,
    name: str,
    *,
    key: str,
    alt: str,
    note: str | None = None,
    config: dict[str, object] | None = None,
) -> list[dict[str, Any]]:
    """Show a figure as `figure` does, and return its selected points, as Plotly describes them."""
    event: Any = st.plotly_chart(
        picture,
        key=key,
        config=CONFIG,
        theme=None,
        alt=alt,
        on_select="rerun",
        selection_mode="points",
    )
    notes.under(alt if note is None else note)
    with st.expander("The numbers", icon=":material/table_rows:"):
        table(frame, name, key=key, config=config)
    points: list[dict[str, Any]] = event["selection"]["points"]
    return points


def wide_texts(names: Iterable[str]) -> dict[str, object]:
    """Return column settings that give texts room: all of it for one column, some for the two of pairs."""
    columns = list(names)
    width = "large" if len(columns) < 2 else "medium"
    config: dict[str, object] = {
        name: st.column_config.TextColumn(name.replace("_", " "), width=width) for name in columns
    }
    if SENTENCE in columns:
        config[TEXT] = st.column_config.TextColumn("word", width="small")
        config[SENTENCE] = st.column_config.TextColumn("sentence", width="large")
    return config


def fractions(*names: str) -> dict[str, object]:
    """Return column settings that show fractions as percent."""
    return {name: percent(name.replace("_", " ")) for name in names}


def percent(label: str) -> object:
    """Return the settings of a column that shows fractions as percent."""
    return st.column_config.NumberColumn(label, format="percent")
