"""Nearest neighbours of one text before and after training, side by side."""

from functools import partial

import numpy as np
import pandas as pd

from pages._ui.diagnostics.neighbourhood_quality import TITLES
from pages._ui.shell import documentation_links, jobs, st, tables
from pages._ui.shell.formatting import plain, short
from translearn_core.config.text_cells import joined, text_cells
from translearn_core.jobs import NeighboursConfig
from translearn_core.results import Evaluation, NearestNeighbours
from translearn_core.runs import Run

COLUMNS = ["place", "text", "label", "stays", "distance"]
LONGEST = 400
"""Characters of a text sent to the browser."""
TALL = 76
"""Row height in pixels: four lines of text; below 65 only one is shown."""
STAYS = "whether it is among the nearest both before and after"
DISTANCE = "Distances are divided by the median distance from this text to all others."


def panel(run: Run, evaluation: Evaluation, layer: int, index: int) -> None:
    """Show the nearest neighbours, in one layer, of row `index` of a run's predictions."""
    result = jobs.submit_and_watch(NeighboursConfig(job=run.job.id, layer=layer, index=index))
    if result is None:
        return
    predictions = evaluation.predictions
    own = predictions.iloc[index]
    with st.container(border=True, key="neighbourhood"):
        text = joined(text_cells(predictions.iloc[[index]])[0])
        st.markdown(f"Nearest to **“{plain(short(text, 160))}”** ({plain(own['label'])})")
        st.markdown(caption(result, predictions["label"]))
        documentation_links.more_about("diagnostics", "neighbours")
        for number, column in enumerate(st.columns(len(result.variants))):
            with column:
                _list(result, number, predictions)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(DISTANCE)
            tables.download(neighbour_table(result, predictions), "neighbours", key="neighbours")


def caption(result: NearestNeighbours, labels: pd.Series) -> str:
    """Return a sentence on the overlap and the label agreement of the neighbours."""
    size = result.neighbours.shape[1]
    own = [int((labels.iloc[lines] == labels.iloc[result.index]).sum()) for lines in result.neighbours]
    stay = f"**{len(result.shared)} of its {size}** nearest neighbours are the same before and after."
    return f"{stay} **{own[0]} of {size}** have its label before, **{own[-1]} of {size}** after."


def neighbour_table(result: NearestNeighbours, predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the neighbours with their texts: one row per variant and neighbour."""
    frame = result.frame()
    rows = predictions.iloc[frame["index"]]
    return frame.assign(
        stays=np.isin(frame["index"], result.shared),
        text=[joined(cell) for cell in text_cells(rows)],
        **{name: rows[name].to_numpy() for name in ("label", "split", "row")},
    ).drop(columns="index")


def _list(result: NearestNeighbours, number: int, predictions: pd.DataFrame) -> None:
    variant = result.variants[number]
    st.markdown(f"**{TITLES.get(variant, plain(variant))}**")
    frame = neighbour_table(result, predictions)
    frame = frame.loc[frame["model"] == variant, COLUMNS]
    st.dataframe(
        frame.assign(text=frame["text"].map(partial(short, limit=LONGEST))),
        hide_index=True,
        key=f"neighbours_{variant}",
        row_height=TALL,
        height="content",
        column_config={
            "place": st.column_config.NumberColumn("", width=34),
            "text": st.column_config.TextColumn(width=180),
            "label": st.column_config.TextColumn(width=56),
            "stays": st.column_config.CheckboxColumn(help=STAYS, width=48),
            "distance": st.column_config.NumberColumn(format="%.2f", width=66),
        },
    )
