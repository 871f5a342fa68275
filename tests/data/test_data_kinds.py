"""Workbooks, Parquet, JSON and archives give the same table."""

import datetime as dt
import gzip
import io
import json
import re
import zipfile

import openpyxl
import pandas as pd
import pytest

from translearn_core.config import ReadOptions, TableKind
from translearn_core.config.settings import Settings
from translearn_core.data import PART, ROW, read_table
from translearn_core.errors import DataError

ROWS = [(f"a text that is number {k} of many", "good" if k % 2 else "bad") for k in range(20)]
LIMITS = Settings(max_upload_mb=1, max_rows=1_000)


@pytest.fixture
def load(tmp_path):
    def load_bytes(content, **options):
        path = tmp_path / "train"
        path.write_bytes(content)
        return read_table({"train": path}, LIMITS, ReadOptions(**options))

    return load_bytes


def cells(table):
    return [tuple(row) for row in table.drop(columns=[ROW, PART]).itertuples(index=False)]


def codes(reading):
    return {f.code for f in reading.findings}


def workbook(**sheets):
    """Return an .xlsx file; each sheet is a list of rows or a function that fills it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        if callable(rows):
            rows(sheet)
            continue
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


CSV = "text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS)
RECORDS = [{"text": text, "label": label} for text, label in ROWS]
SAME = {
    "csv": (CSV.encode(), TableKind.CSV),
    "tsv": (CSV.replace(",", "\t").encode(), TableKind.TSV),
    "xlsx": (workbook(Data=[("text", "label"), *ROWS]), TableKind.XLSX),
    "parquet": (pd.DataFrame(ROWS, columns=["text", "label"]).to_parquet(), TableKind.PARQUET),
    "jsonl": (
        "\n".join(json.dumps({"text": text, "label": [label]}) for text, label in ROWS).encode(),
        TableKind.JSONL,
    ),
    "json": (json.dumps(RECORDS).encode(), TableKind.JSONL),
    "json of lists": (json.dumps([["text", "label"], *ROWS]).encode(), TableKind.JSONL),
    "json in an object": (json.dumps({"data": RECORDS}).encode(), TableKind.JSONL),
    "gz": (gzip.compress(CSV.encode("utf-16")), TableKind.CSV),
    "zip": (zipped(table__csv=CSV), TableKind.CSV),
    "xlsx in zip": (zipped(table__xlsx=workbook(Data=[("text", "label"), *ROWS])), TableKind.XLSX),
}


@pytest.mark.parametrize("kind", SAME)
def test_every_kind_gives_the_same_table(load, kind):
    content, expected = SAME[kind]
    table, reading = load(content)
    assert cells(table) == ROWS
    assert table[ROW].tolist() == list(range(1, 21))
    assert reading.formats[0].kind is expected


def test_cells_of_a_workbook_are_written_as_its_own_export_would(load):
    day, moment = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12, 30)
    rows = [("text", "label", "number", "day", "moment", "flag"), ("a b c", "x", 3, day, moment, True)]
    table, _ = load(workbook(Data=[*rows, ("d e f", "y", 2.5, day, moment, False)]))
    assert cells(table)[0] == ("a b c", "x", "3", "2024-02-29", "2024-02-29 12:30:00", "TRUE")
    assert cells(table)[1][2] == "2.5"


def test_a_formula_gives_the_value_it_was_saved_with(load):
    content = workbook(Data=[("text", "label"), *ROWS[:5], ("=A2", "good")])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"].decode()
    with_value = re.sub(
        r'<c r="A7"[^>]*><f>A2</f><v\s*/?>(</v>)?', '<c r="A7" t="str"><f>A2</f><v>what A2 says</v>', sheet
    )
    assert with_value != sheet
    files["xl/worksheets/sheet1.xml"] = with_value.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    table, _ = load(out.getvalue())
    assert table["text"].iloc[-1] == "what A2 says"


def test_the_first_sheet_with_rows_is_read_and_another_by_name_or_number(load):
    other = [("note", "class"), *((f"other {k}", "a") for k in range(3))]
    content = workbook(Empty=[], Data=[("text", "label"), *ROWS], Other=other)
    table, reading = load(content)
    assert cells(table) == ROWS
    assert "sheet" in codes(reading)
    assert reading.formats[0].sheets == ("Empty", "Data", "Other")
    for sheet in ("Other", "3"):
        assert [c.name for c in load(content, sheet=sheet)[1].columns] == ["note", "class"]
    with pytest.raises(DataError, match="has no sheet 'None'"):
        load(content, sheet="None")


def test_merged_cells_give_their_value_to_all_rows_and_titles_are_left_out(load):
    def fill(sheet):
        sheet.append(("Survey of 2024", None))
        sheet.append(("text", "label"))
        for text, label in ROWS:
            sheet.append((text, label))
        sheet.merge_cells("A1:B1")
        sheet.merge_cells("B3:B6")
        for row in range(4, 7):
            assert sheet.cell(row, 2).value is None

    table, reading = load(workbook(Data=fill))
    assert table["label"].iloc[:4].tolist() == ["bad"] * 4
    assert {"merged-cells", "several-header-rows"} <= codes(reading)
    assert len(table) == 20


def test_a_second_row_of_names_is_reported(load):
    rows = [("text", "label", "age"), ("the answer", "the class", "in years"), *((*row, 30) for row in ROWS)]
    assert "second-header-row" in codes(load(workbook(Data=rows))[1])


def test_a_file_of_an_archive_is_chosen_by_name(load):
    content = zipped(test__csv="text,label\nx,1\ny,0\n", my_train__csv=CSV, readme__md="hello")
    table, reading = load(content)
    assert cells(table) == ROWS
    assert "several-tables" in codes(reading)
    assert [c.name for c in load(content, sheet="test.csv")[1].columns] == ["text", "label"]
    assert load(content, sheet="test.csv")[1].rows == 2


@pytest.mark.parametrize(
    "content",
    [
        zipped(table__csv="a,b\n" * 500_000),
        gzip.compress(b"a,b\n" * 500_000),
        workbook(Data=[["x" * 10_000 + str(k)] * 5 for k in range(60)]),
        pd.DataFrame({"text": ["x" * 10_000] * 300}).to_parquet(compression=None, use_dictionary=False),
    ],
    ids=["zip", "gz", "xlsx", "parquet"],
)
def test_limits_count_the_unpacked_bytes(load, content):
    with pytest.raises(DataError, match=r"limit|more than"):
        load(content)


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "gz", "zip", "jsonl"])
@pytest.mark.parametrize("damage", ["cut", "flip", "zero"])
def test_a_damaged_file_gets_one_sentence_or_its_rows(load, kind, damage):
    content = bytearray(SAME[kind][0])
    middle = len(content) // 2
    if damage == "cut":
        del content[middle:]
    elif damage == "flip":
        for k in range(middle, middle + 40):
            content[k] ^= 0xFF
    else:
        content[middle : middle + 60] = bytes(60)
    if (kind, damage) == ("parquet", "flip"):  # only cells are hit, and Parquet has no checksum here
        assert len(load(bytes(content))[0]) == 20
    else:
        with pytest.raises(DataError) as refused:
            load(bytes(content))
        assert "\n" not in str(refused.value)
