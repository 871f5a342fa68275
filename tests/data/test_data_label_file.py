"""Files of labels for some rows: filled in by people and spreadsheets, and taken back."""

import pandas as pd
import pytest

from translearn_core.config import Split
from translearn_core.config.table_edits import CellEdit, NewColumn, TableEdits
from translearn_core.data.columns import PART, ROW
from translearn_core.data.label_file import RowLabel, label_edits, read_label_file
from translearn_core.data.table_edits import apply_edits
from translearn_core.errors import DataError


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame({"text": ["=1+1", "Über  uns", "外卖", "no"], ROW: [1, 2, 3, 4], PART: "train"})


@pytest.mark.parametrize(
    "content",
    [
        "part,row,label,text\ntrain,2,about,Über uns\ntrain,3,,外卖\ntrain,4,other,no\n".encode(),
        "\ufeffpart;row;label;text\r\ntrain;2;about;Über uns\r\ntrain;4; other ;no\r\n".encode(),
        b"row,label\n2,about\n4,other\n",
        "part;row;label;text\r\ntrain;2;about;Über uns\r\ntrain;4;other;no\r\n".encode("cp1252"),
    ],
    ids=["as written", "with byte-order mark and semicolons", "two columns", "Windows"],
)
def test_filled_lines_become_labels_of_their_rows(content, table):
    labels = read_label_file(content, "rows.csv")
    assert [(one.part, one.row, one.label) for one in labels] == [
        (Split.TRAIN, 2, "about"),
        (Split.TRAIN, 4, "other"),
    ]
    edits = label_edits(table, labels, "topic", "text")
    assert edits[0] == NewColumn(column="topic")
    edited = apply_edits(table, TableEdits(original="d", number=2, edits=edits))
    assert edited["topic"].tolist() == [None, "about", None, "other"]


def test_a_column_that_exists_is_filled(table):
    edits = label_edits(table.assign(topic=None), [RowLabel(Split.TRAIN, 1, "sum")], "topic", "text")
    assert edits == (CellEdit(row=1, column="topic", value="sum"),)


def test_an_apostrophe_before_a_formula_is_no_other_text(table):
    assert label_edits(table, [RowLabel(Split.TRAIN, 1, "sum", "'=1+1")], "topic", "text")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("text,label\na,b\n", "needs the columns row and label"),
        ("", "needs the columns row and label"),
        ("row,label\n1,\n2,\n", "has a label"),
        ("row,label\nfour,b\n", "Line 1"),
        ("row,label\n0,b\n", "Line 1"),
        ("part,row,label\nelsewhere,1,b\n", "Line 1"),
    ],
)
def test_what_holds_no_labels_is_said(content, sentence):
    with pytest.raises(DataError, match=sentence):
        read_label_file(content.encode(), "rows.csv")


@pytest.mark.parametrize("row", [RowLabel(Split.TRAIN, 4, "x", "yes"), RowLabel(Split.TEST, 1, "x")])
def test_labels_of_another_table_are_refused(table, row):
    with pytest.raises(DataError, match="another table"):
        label_edits(table, [row], "topic", "text")
