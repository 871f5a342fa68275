"""Downloads of tables with formula cells, escaped and raw."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import pandas as pd
    import streamlit as st

    from pages._ui.shell import tables
    from translearn_core.config import TableKind

    frame = pd.DataFrame({"label": st.session_state["cells"]})
    tables.table(frame, "labels", key="labels")
    tables.download(frame, "labels", key="sheet", kind=TableKind.XLSX)
    tables.download(lambda: frame, "all", key="all", raw=True)


@pytest.mark.parametrize(
    ("cells", "raw"), [(["-", "+5", "good"], False), (["-", "=1"], True), (["a"] * 2_001, True)]
)
def test_values_as_they_are_are_offered_where_a_cell_is_defused(cells: list[str], raw: bool) -> None:
    at = AppTest.from_function(page)
    at.session_state["cells"] = pd.Series(cells)
    at.run(timeout=60)
    assert not at.exception
    keys = [button.proto.id.rsplit("-", 1)[-1] for button in at.get("download_button")]
    assert keys == ["labels_csv", *["labels_csv_raw"] * raw, "sheet_xlsx", "all_csv", "all_csv_raw"]
