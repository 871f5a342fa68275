"""A table is written in the form of the file that it came from."""

from pathlib import Path

import pandas as pd
import pytest

from translearn_core.config import TableKind
from translearn_core.config.settings import Settings
from translearn_core.data import read_table
from translearn_core.data.columns import file_columns
from translearn_core.data.files.write_table import table_bytes
from translearn_core.results import FileFormat, FilePrediction, TableProfile

FRENCH = "id;text;price\n1;Très chaud, déjà l'été à Besançon;3,50\n2;Où est-il ? Ça a été réglé;4,00\n"
FORMS = {
    "commas": b"id,text\n1,good day\n2,bad night\n",
    "semicolons in cp1252 with Windows line ends": FRENCH.replace("\n", "\r\n").encode("cp1252"),
    "UTF-8 with a byte-order mark": ("\ufeff" + FRENCH).encode(),
    "UTF-16 with a byte-order mark": ("\ufeff" + FRENCH.replace("\n", "\r\n")).encode("utf-16-le"),
    "tabs": b"id\ttext\n1\tgood day\n2\tbad night\n",
    "pipes": b"id|text\n1|good day\n2|bad night\n",
    "double colons": b"id::text\n1::good day\n2::bad night\n",
    "line ends of old Macs": b"id,text\r1,good day\r2,bad night\r",
    "every field in quotes": b'"id","text"\n"1","good, day"\n"2","a ""bad"" night"\n',
    "texts in quotes, as R writes them": b'"id","text"\n1,"good day"\n2,"bad night"\n',
    "quotes where needed": b'id,text\n1,"good, day"\n2,bad night\n3,"two\nlines"\n',
    "quotes escaped by a backslash": b'id,text\n1,"He said \\"fine\\", ok"\n2,plain\n3,"a \\"b\\" c"\n',
    "quotes as plain characters": b'id\ttext\n1\t5" disk\n2\tthe "good" day\n3\t"open\n',
    "a sep= line": b"sep=;\r\nid;text\r\n1;good day\r\n2;bad night\r\n",
    "blank lines": b"id,text\n1,good day\n,\n2,bad night\n",
}
"""Files by what is special in their form."""


def read(tmp_path: Path, content: bytes) -> tuple[pd.DataFrame, TableProfile]:
    path = tmp_path / "file"
    path.write_bytes(content)
    table, profile = read_table({"train": path}, Settings())
    return table[file_columns(table)], profile


@pytest.mark.parametrize("name", FORMS)
def test_a_file_is_written_byte_for_byte_as_it_came(name: str, tmp_path: Path) -> None:
    table, profile = read(tmp_path, FORMS[name])
    form = profile.formats[0]
    assert table_bytes(table, form.kind, raw=True, form=form) == FORMS[name]


def prediction(table: pd.DataFrame, label: str) -> FilePrediction:
    out = table.assign(predicted=label, probability=0.5)
    characters = "".join(sorted({c for c in label if not c.isascii()}))
    counts = pd.DataFrame({"label": [label], "rows": [len(out)]})
    return FilePrediction(len(out), "text", ("predicted", "probability"), characters, out, counts)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("every field in quotes", b'"1","good, day","spam","0.5"'),
        ("texts in quotes, as R writes them", b'1,"good day","spam",0.5'),
        ("quotes where needed", b'1,"good, day",spam,0.5'),
        ("double colons", b"1::good day::spam::0.5"),
    ],
)
def test_new_columns_follow_the_quotes_of_the_file(name: str, line: bytes, tmp_path: Path) -> None:
    table, profile = read(tmp_path, FORMS[name])
    form, answer = profile.formats[0], prediction(table, "spam")
    written = table_bytes(answer.table, form.kind, raw=True, form=answer.written_as(form, form.kind))
    assert written.splitlines()[1] == line


def test_a_label_that_plain_quotes_cannot_hold_brings_quoted_fields(tmp_path: Path) -> None:
    table, profile = read(tmp_path, FORMS["quotes as plain characters"])
    answer = prediction(table, "a\tb")
    written = table_bytes(answer.table, TableKind.TSV, raw=True, form=profile.formats[0])
    again, _ = read(tmp_path, written)
    assert again["text"].tolist() == table["text"].tolist()
    assert set(again["predicted"]) == {"a\tb"}


@pytest.mark.parametrize(("label", "encoding"), [("à régler", "cp1252"), ("gut 🙂", "utf-8")])
def test_a_label_that_the_encoding_lacks_brings_utf8(label: str, encoding: str, tmp_path: Path) -> None:
    table, profile = read(tmp_path, FRENCH.encode("cp1252"))
    form, answer = profile.formats[0], prediction(table, label)
    written = answer.written_as(form, TableKind.CSV)
    assert form.encoding == "cp1252"
    assert bool(answer.encoding_note(form)) is (encoding == "utf-8")
    content = table_bytes(answer.table, TableKind.CSV, raw=True, form=written)
    assert content.startswith(b"\xef\xbb\xbf") is (encoding == "utf-8")
    again, _ = read(tmp_path, content)
    assert again["text"].tolist() == table["text"].tolist()
    assert set(again["predicted"]) == {label}


def test_a_table_of_another_kind_is_written_as_excel_reads_it() -> None:
    sheet = FileFormat("", TableKind.XLSX, sheet="May")
    csv = sheet.written_as(TableKind.CSV)
    assert (csv.encoding, csv.style.bom) == (None, True)
    tabs = FileFormat("", TableKind.TSV, "cp1252", "\t").written_as(TableKind.CSV)
    assert (tabs.encoding, tabs.delimiter) == ("cp1252", ",")
