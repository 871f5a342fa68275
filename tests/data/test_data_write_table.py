"""Tables written as files of every kind: values survive, formulas are escaped."""

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from translearn_core.config import TableKind
from translearn_core.config.settings import Settings
from translearn_core.data import read_table
from translearn_core.data.files import write_table as module
from translearn_core.data.files.write_table import output_kind, table_bytes, table_kind, write_table
from translearn_core.errors import DataError
from translearn_core.results import ColumnType, DelimitedStyle, FileFormat


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text": ["=1+1", "-", "two\nlines", "tab\there", "return\rhere", 'a "b", c', "#N/A", None],
            "probability": [0.5, 1.0, np.nan, 0.25, 0.0, 1e-6, 0.125, 0.75],
        }
    )


@pytest.mark.parametrize("kind", TableKind)
def test_every_kind_gives_the_rows_back(kind: TableKind, tmp_path: Path) -> None:
    path = tmp_path / f"out.{kind}"
    write_table(table(), path, raw=True)
    keep = {"keep_default_na": False, "na_values": [""]}
    back = {
        TableKind.CSV: lambda: pd.read_csv(path, engine="python", **keep),
        TableKind.TSV: lambda: pd.read_csv(path, sep="\t", engine="python", **keep),
        TableKind.XLSX: lambda: pd.read_excel(path, engine="openpyxl", **keep),
        TableKind.PARQUET: lambda: pd.read_parquet(path),
        TableKind.JSONL: lambda: pd.read_json(path, lines=True),
    }[kind]()
    assert back.columns.tolist() == ["text", "probability"]
    texts = table()["text"].fillna("")
    if kind is TableKind.XLSX:  # a lone carriage return is a line break in XML
        texts = texts.str.replace("\r", "\n")
    assert back["text"].fillna("").tolist() == texts.tolist()
    np.testing.assert_allclose(back["probability"].astype(float), table()["probability"])


def test_csv_is_escaped_unless_raw_and_no_other_kind_is() -> None:
    assert b"\n'=1+1," in table_bytes(table(), TableKind.CSV)
    assert b"\n=1+1," in table_bytes(table(), TableKind.CSV, raw=True)
    assert b"\n-," in table_bytes(table(), TableKind.CSV).replace(b"\r\n", b"\n")
    assert b'"=1+1"' in table_bytes(table(), TableKind.JSONL)
    marked = FileFormat("", TableKind.CSV, style=DelimitedStyle(bom=True))
    assert table_bytes(table(), TableKind.CSV, form=marked).startswith(b"\xef\xbb\xbftext,")
    assert table_bytes(table(), TableKind.CSV).startswith(b"text,")


def test_a_sheet_holds_texts_as_texts() -> None:
    frame = table().assign(flag=True).rename(columns={"text": "=text"})
    frame.loc[1, "=text"] = "a\x00b\x0b\ufffec"
    sheet = load_workbook(io.BytesIO(table_bytes(frame, TableKind.XLSX))).active
    assert [(cell.value, cell.data_type) for cell in sheet["A"][:3]] == [
        ("=text", "s"), ("=1+1", "s"), ("abc", "s")
    ]  # fmt: skip
    assert (sheet["A8"].value, sheet["A8"].data_type) == ("#N/A", "s")
    assert [sheet["B2"].value, sheet["B4"].value, sheet["C2"].value] == [0.5, None, True]


def test_what_a_sheet_cannot_hold_is_refused() -> None:
    with pytest.raises(DataError, match=r"32,768 characters.*32,767"):
        table_bytes(pd.DataFrame({"a": ["x" * 32_768]}), TableKind.XLSX)
    rows = pd.DataFrame({"a": np.zeros(module.SHEET_ROWS)})
    with pytest.raises(DataError, match=r"1,048,577 rows.*1,048,576"):
        table_bytes(rows, TableKind.XLSX)


def test_the_kind_is_what_the_name_ends_with(tmp_path: Path) -> None:
    names = {
        "a.CSV": "csv", "a.tsv.gz": "tsv", "a.tab": "tsv", "b.pq": "parquet", "x.y.jsonl": "jsonl",
        "a.doc": None,
    }  # fmt: skip
    assert {name: table_kind(name) for name in names} == names
    assert output_kind(Path("answers")) is TableKind.CSV
    for name in ("a.ods", "a.xlsx.gz", "a.gz"):
        with pytest.raises(DataError, match=r"\.csv\.gz"):
            output_kind(Path(name))
    write_table(table(), tmp_path / "a.csv.gz")
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == table_bytes(table(), TableKind.CSV)
    with pytest.raises(DataError, match="cannot be written"):
        write_table(table(), tmp_path / "no" / "a.csv")


def typed(path: Path) -> None:
    """Write a file whose columns have types, one of each."""
    frame = pd.DataFrame(
        {
            "text": ["one", "two", "three"],
            "code": ["007", "8", None],
            "stars": pd.array([1, None, 12345678901234567], "Int64"),
            "price": [0.1 + 0.2, 2.0, np.nan],
            "sold": pd.array([True, None, False], "boolean"),
            "day": pd.to_datetime(["2024-02-29", None, "2024-03-01 12:30"], format="ISO8601"),
        }
    )
    if table_kind(path) is TableKind.JSONL:  # has no dates
        frame["day"] = frame["day"].astype(object).where(frame["day"].notna(), None).astype(str)
    write_table(frame, path)


@pytest.mark.parametrize("kind", [TableKind.XLSX, TableKind.PARQUET, TableKind.JSONL])
def test_numbers_dates_and_booleans_come_back_as_such(kind: TableKind, tmp_path: Path) -> None:
    given, back = tmp_path / f"given.{kind}", tmp_path / f"back.{kind}"
    typed(given)
    table, reading = read_table({"train": given}, Settings())
    write_table(table[["text", "code", "stars", "price", "sold", "day"]], back, form=reading.formats[0])
    again = read_table({"train": back}, Settings())
    assert again[1].formats == reading.formats
    pd.testing.assert_frame_equal(again[0], table)
    types = {"stars": "number", "price": "number", "sold": "boolean", "day": "date"}
    if kind is TableKind.JSONL:
        del types["day"]
    assert dict(reading.formats[0].types) == types


def test_a_column_that_changed_since_stays_a_column_of_texts() -> None:
    frame = pd.DataFrame({"stars": ["1", "two"]})
    form = FileFormat("", TableKind.JSONL, types=(("stars", ColumnType.NUMBER),))
    assert b'"two"' in table_bytes(frame, TableKind.JSONL, form=form)
