"""A clustering: its figures as in the report, and the texts of one cluster."""

from typing import Any

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.shell import page_header, st, tables
from pages._ui.shell.formatting import plain, short
from translearn_core import plots
from translearn_core.config.text_cells import TEXT, TEXT_PAIR
from translearn_core.jobs.diagnostics.unlabelled_texts import CLUSTERS
from translearn_core.reporting.blocks import FigureBlock
from translearn_core.results.diagnostics.few_labels.clustering import NO_CLUSTER, NONE, Clustering

MOST = 500
"""Most texts of a cluster that are listed; the CSV holds all."""


def show(result: Clustering) -> None:
    """Show the sentences, the projection coloured by cluster or by a column, and the clusters."""
    diagnostic.show(
        CLUSTERS,
        result,
        custom={
            "clustered texts": lambda block: _projection(result, block),
            "clusters": lambda block: _clusters(result, block),
        },
    )


def _group(result: Clustering) -> str:
    return "class" if result.described else "cluster"


def _projection(result: Clustering, block: FigureBlock) -> None:
    columns = [one.column for one in result.agreements if one.rows]
    column = None
    if columns:
        number = st.segmented_control(
            "Colour",
            range(len(columns) + 1),
            format_func=[_group(result).capitalize(), *columns].__getitem__,
            default=0,
            required=True,
            key="cluster_colour",
        )
        column = columns[number - 1] if number else None
    figure = plots.projection(result.projection(column), 0, "label", page_header.dark())
    tables.chart(figure, key="cluster_map", alt=block.alt)
    st.caption(block.caption)


def _clusters(result: Clustering, block: Any) -> None:
    table = block.frame.assign(silhouette=block.frame["silhouette"].round(2) + 0.0)  # 0.0: no "-0.00"
    texts = ("words", "typical text", "further texts")
    tables.table(
        table,
        "clusters",
        key="cluster_table",
        config={
            **tables.fractions("share"),
            "silhouette": st.column_config.NumberColumn("silhouette", format="%.2f"),
            **{name: st.column_config.TextColumn(name, width="large") for name in texts},
        },
    )
    st.caption(block.caption)
    _texts(result)


def _texts(result: Clustering) -> None:
    """List the texts of one cluster, those that belong most first."""
    group = _group(result)
    numbers = list(range(len(result.names))) + [NO_CLUSTER] * bool(result.unclustered)
    with st.expander(f"Read the texts of a {group}", icon=":material/menu_book:"):
        number = st.selectbox(
            group.capitalize(),
            numbers,
            format_func=lambda k: NONE if k == NO_CLUSTER else result.names[k],
            key="cluster_read",
        )
        rows = result.rows[result.rows["cluster"] == number]
        rows = rows.sort_values(result.strength, ascending=result.strength == "distance", kind="stable")
        names = [name for name in (TEXT, TEXT_PAIR) if name in rows]
        shown = rows[[*names, result.strength, "part", "row"]].head(MOST)
        st.dataframe(
            shown.assign(**{name: shown[name].map(lambda text: short(text, 500)) for name in names}),
            hide_index=True,
            key="cluster_texts",
            column_config={
                **tables.wide_texts(names),
                result.strength: st.column_config.NumberColumn(result.strength, format="%.2f"),
            },
        )
        if len(rows) > MOST:
            st.caption(plain(f"These are the first {MOST} of {len(rows):,}."))
    tables.download(result.frame(), "clustered texts", key="clustered_texts", label="All texts as CSV")
