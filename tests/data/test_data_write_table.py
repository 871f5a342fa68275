"""Tables as files of every kind: what comes back, and what no kind may do to a value."""

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from translearn_core.config import TableKind
from translearn_core.data import write_table as module
from translearn_core.data.write_table import output_kind, table_bytes, table_kind, write_table
from translearn_core.errors import DataError


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


def test_csv_is_defused_unless_raw_and_no_other_kind_is(tmp_path: Path) -> None:
    assert b"\n'=1+1," in table_bytes(table(), TableKind.CSV)
    assert b"\n=1+1," in table_bytes(table(), TableKind.CSV, raw=True)
    assert b"\n-," in table_bytes(table(), TableKind.CSV).replace(b"\r\n", b"\n")
    assert b'"=1+1"' in table_bytes(table(), TableKind.JSONL)
    assert table_bytes(table(), TableKind.CSV, bom=True).startswith(b"\xef\xbb\xbftext,")
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


def test_what_a_sheet_cannot_hold_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="32,768 characters in one cell, and a sheet holds 32,767"):
        table_bytes(pd.DataFrame({"a": ["x" * 32_768]}), TableKind.XLSX)
    rows = pd.DataFrame({"a": np.zeros(module.SHEET_ROWS)})
    with pytest.raises(DataError, match="1,048,577 rows with its header, and a sheet holds 1,048,576"):
        table_bytes(rows, TableKind.XLSX)


def test_the_kind_is_what_the_name_ends_with(tmp_path: Path) -> None:
    names = {
        "a.CSV": "csv",
        "a.tsv.gz": "tsv",
        "a.tab": "tsv",
        "b.pq": "parquet",
        "x.y.jsonl": "jsonl",
        "a.doc": None,
    }
    assert {name: table_kind(name) for name in names} == names
    assert output_kind(Path("answers")) is TableKind.CSV
    for name in ("a.ods", "a.xlsx.gz", "a.gz"):
        with pytest.raises(DataError, match="ends with no kind of table"):
            output_kind(Path(name))
    write_table(table(), tmp_path / "a.csv.gz")
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == table_bytes(table(), TableKind.CSV)
    with pytest.raises(DataError, match="cannot be written"):
        write_table(table(), tmp_path / "no" / "a.csv")
