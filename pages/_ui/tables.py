"""Tables and figures, each with its CSV: cells that a spreadsheet would run are defused on the way out."""

from collections.abc import Callable, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from translearn_core.runs.artifacts import defused

CONFIG = {"displaylogo": False, "scrollZoom": False}


def csv(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV, with the mark that makes Excel read it as UTF-8."""
    return defused(frame).to_csv(index=False).encode("utf-8-sig")


def download(
    frame: pd.DataFrame | Callable[[], pd.DataFrame], name: str, *, key: str, label: str = "CSV"
) -> None:
    """Offer a table as a CSV file; a callable is asked only when the button is pressed."""

    def content() -> bytes:
        return csv(frame() if callable(frame) else frame)

    st.download_button(
        label,
        content,
        f"{name}.csv",
        "text/csv",
        key=f"{key}_csv",
        icon=":material/download:",
        on_click="ignore",
    )


def table(
    frame: pd.DataFrame,
    name: str,
    *,
    key: str,
    config: dict[str, object] | None = None,
    order: Sequence[str] | None = None,
    saved: pd.DataFrame | None = None,
) -> None:
    """Show a table with its CSV, which always holds every column; `saved`, where its names are others."""
    shown = [column for column in order if column in frame] if order else None
    st.dataframe(
        frame, hide_index=True, key=f"{key}_table", column_config=config, column_order=shown, placeholder="–"
    )
    download(frame if saved is None else saved, name, key=key)


def figure(picture: go.Figure, frame: pd.DataFrame, name: str, *, key: str, alt: str) -> None:
    """Show a figure, and in an expander its numbers and their CSV."""
    st.plotly_chart(picture, key=key, config=CONFIG, theme=None, alt=alt)
    with st.expander("The numbers", icon=":material/table_rows:"):
        table(frame, name, key=key)


def fractions(*names: str) -> dict[str, object]:
    """Return column settings that show fractions as percent."""
    return {name: percent(name.replace("_", " ")) for name in names}


def percent(label: str) -> object:
    """Return the settings of a column called `label` that shows fractions as percent."""
    return st.column_config.NumberColumn(label, format="percent")
