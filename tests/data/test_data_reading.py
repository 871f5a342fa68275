"""Reading tables: delimiters, encodings and quoting, and errors of one sentence for bad files."""

import csv
import gzip
import io
import random
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from translearn_core.config.settings import Settings
from translearn_core.data import PART, ROW, read_table
from translearn_core.errors import DataError
from translearn_core.results import Severity

LIMITS = Settings(max_rows=1_000, max_cell_chars=2_000, max_upload_mb=1)
DELIMITERS = (",", ";", "\t", "|")
REAL = Path(__file__).resolve().parents[3] / "shared" / "data"

LATIN = ["The", "café's", "naïve", "façade", "—", "señor,", "it's", "5", "°C;", "“très”", "good", "|", "über"]
CHINESE = [
    "这个",
    "产品",
    "很好，",
    "我",
    "非常",
    "喜欢",
    "它",
    "的",
    "颜色。",
    "快递",
    "太",
    "慢",
    "了",
    "质量",
    "不错",
]
CHINESE_LETTERS = {letter for word in CHINESE for letter in word}
WORDS = {
    "utf-8": [*LATIN, *CHINESE, "🙂", "שלום", "\u2028"],
    "utf-8-sig": [*LATIN, *CHINESE],
    "utf-16": [*LATIN, *CHINESE],
    "utf-16-le": [*LATIN, *CHINESE],
    "utf-16-be": [*LATIN, *CHINESE],
    "gb18030": CHINESE,
    "gbk": CHINESE,
    "cp1252": LATIN,
}
TITLES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB18030",
    "gbk": "GB18030",
    "cp1252": "Windows-1252",
}


@pytest.fixture
def file(tmp_path):
    def write(content, part="train"):
        path = tmp_path / part
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def rows_of(table):
    return [tuple(row) for row in table.drop(columns=[ROW, PART]).itertuples(index=False)]


def codes(reading):
    return [f.code for f in reading.findings]


def findings_of(reading, code):
    return next(f for f in reading.findings if f.code == code)


def is_utf8(content):
    """Whether the bytes are valid UTF-8, as those of a lone 太 in GBK are."""
    try:
        return bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@st.composite
def tables(draw):
    """Return (encoding, delimiter, quoted, line end, rows) of a well-formed file."""
    encoding = draw(st.sampled_from(sorted(WORDS)))
    delimiter = draw(st.sampled_from(DELIMITERS))
    quoted = draw(st.booleans())
    between = [" ", '"', ", ", "; ", " | ", "\n", "\r\n"] if quoted else [" ", ' "', "' "]
    pieces = draw(
        st.lists(st.lists(st.sampled_from(WORDS[encoding]), min_size=1, max_size=6), min_size=2, max_size=8)
    )
    texts = [draw(st.sampled_from(between)).join(words) for words in pieces]
    texts = [text if text.strip() else "x" for text in texts]  # only blanks is a missing text
    if not quoted:
        texts = [text.replace(delimiter, "").strip() or "x" for text in texts]
        assume(not any(text.startswith('"') for text in texts))
    labels = draw(
        st.lists(st.sampled_from(["yes", "no", "1.0", "x y"]), min_size=len(texts), max_size=len(texts))
    )
    return (
        encoding,
        delimiter,
        quoted,
        draw(st.sampled_from(["\n", "\r\n"])),
        list(zip(texts, labels, strict=True)),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_what_a_program_writes_is_read_back_whatever_delimiter_encoding_and_quoting(tmp_path, file_parts):
    encoding, delimiter, quoted, end, rows = file_parts
    out = io.StringIO()
    if quoted:
        csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([("text", "label"), *rows])
    else:
        out.write(end.join(delimiter.join(row) for row in [("text", "label"), *rows]))
    content = out.getvalue().encode(encoding)
    assume(encoding not in ("gbk", "gb18030") or out.getvalue().isascii() or not is_utf8(content))
    (tmp_path / "train").write_bytes(content)
    ascii_only = out.getvalue().isascii()
    # two or three Chinese characters do not determine the code page; `test_data_decoding` measures the rest
    assume(
        encoding not in ("gbk", "gb18030") or ascii_only or len(set(out.getvalue()) & CHINESE_LETTERS) >= 8
    )
    table, reading = read_table({"train": tmp_path / "train"}, LIMITS)
    if rows_of(table) != rows:  # too few letters in a code page: then it must be a warning
        assert not encoding.startswith("utf")
        assert findings_of(reading, "encoding").severity is Severity.WARNING
        return
    expected = "UTF-8" if ascii_only and encoding in ("cp1252", "gbk", "gb18030") else TITLES[encoding]
    assert findings_of(reading, "encoding").sentence.startswith(f"Read as {expected}")


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_every_quoting_style_of_the_csv_module(file, delimiter, quoting):
    rows = [('a "b", c; d | e', "1"), ("two\nlines, each", "0"), ("", "1"), ('"', "0"), ("ends with \\", "1")]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([("text", "label"), *rows])
    table, _ = read_table({"train": file(out.getvalue())}, LIMITS)
    assert rows_of(table) == [(text or None, label) for text, label in rows]


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


BAD = {
    "empty": (b"", "is empty: choose a CSV"),
    "white space": (b"\xef\xbb\xbf \n\n", "is empty: choose a CSV"),
    "header only": ("text,label\n\n", "header and no rows: add rows"),
    "random bytes": (random.Random(0).randbytes(5000), "binary file.*: save .* CSV"),
    "field too many": (
        "text,label\nfine,1\nwell, not fine,0\nfine,1\n",
        "3 fields in line 3 .* 2: put double quotes",
    ),
    "field too few": (
        'text,label\n"two\nlines",1\nfine\nfine,1\n',
        "1 field in line 4 .* 2: add the missing comma",
    ),
    "quote never closed": (
        "text,label\n" + '"a, b",1\n' * 20 + '"c, d,1\n' + "e,1\n" * 20,
        "quote .* never closed .* line 22: close it",
    ),
    "NUL": (b"text,label\ngood,1\nb\0ad,0\n" + b"fine enough,1\n" * 50, "NUL character in line 3"),
    "huge cell": (
        "text,label\ngood,1\n" + "x" * 900_000 + ",0\n",
        r"900,000 characters in row 2 \(line 3\), column 'text': shorten",
    ),
    "too large": (b"text,label\n" + b"good,1\n" * 150_000, "limit of 1 MB: keep fewer rows"),
    "too many rows": ("text,label\n" + "good,1\n" * 1_001, "more than 1,000 rows"),
    "wide": (
        ",".join(f"c{i}" for i in range(1_500)) + "\n" + "," * 1_499 + "1\n",
        "1,500 columns, and 1,000",
    ),
    "no lines": ("a,b " * 200_000, "200,001 columns, and 1,000"),
    "broken Excel": (zipped({"xl/workbook.xml": "<workbook/>"}), "no workbook that can be read"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "no workbook that can be read"),
    "zip without rows": (zipped({"reviews.csv": "text,label\n"}), "header and no rows"),
    "zip without a table": (zipped({"a.png": b""}), "ZIP archive without a table.* 'a.png'"),
    "broken zip": (b"PK\x03\x04 and nothing", "damaged ZIP archive"),
    "broken gzip": (gzip.compress(b"text,label\n" * 99)[:-9], "damaged gzip archive"),
    "gzip bomb": (gzip.compress(b"a,b\n" * 1_000_000), "over 1 MB when unpacked"),
    "zip bomb": (zipped({"a.csv": b"a,b\n" * 1_000_000}), "over 1 MB when unpacked"),
    "broken Parquet": (b"PAR1" + bytes(99), "Parquet file that cannot be read"),
    "JSON without a table": ('{"text": "good", "label": ', "JSON .*cannot be read"),
    "broken JSON line": ('{"a": 1}\n{"a": 2}\n{"a": \n', "line 3 .*no JSON object"),
    "deep JSON": ("[" * 200_000, r"JSON .*cannot be read \(nested too deep\)"),
    "PDF": (b"%PDF-1.7\n1 0 obj\n", "PDF document, not a table"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    "web page": ("<!DOCTYPE html>\n<html><body>text,label", "web page, not a table"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_one_sentence_that_helps(file, case):
    content, pattern = BAD[case]
    with pytest.raises(DataError) as error:
        read_table({"train": file(content)}, LIMITS)
    assert re.search(f"^The file .*{pattern}", str(error.value))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 260


def test_a_bad_file_among_several_is_named(file):
    with pytest.raises(DataError, match=r"^The test file is empty"):
        read_table({"train": file("text,label\na,1\n"), "test": file("", "test")}, LIMITS)


def test_only_the_columns_in_use_must_stand_in_all_files(file):
    sources = {"train": file("text,label,id\na,1,7\n"), "test": file("text,label,more\nb,1,2\n", "test")}
    table, reading = read_table(sources, LIMITS)
    assert rows_of(table) == [("a", "1", "7", None), ("b", "1", None, "2")]
    assert codes(reading).count("columns-differ") == 2
    with pytest.raises(DataError, match=r"^The test file has no column of .*'text'"):
        read_table({"train": sources["train"], "test": file("a,b\n1,2\n", "test")}, LIMITS)


def test_the_rows_of_all_files_together_have_a_limit(file):
    many = "text,label\n" + "good,1\n" * 600
    with pytest.raises(DataError, match="limit"):
        read_table({"train": file(many), "test": file(many, "test")}, LIMITS)


def test_training_file_is_needed(file):
    with pytest.raises(DataError, match="training file is missing"):
        read_table({"test": file("text,label\na,1\n", "test")}, LIMITS)


def test_files_in_another_column_order_and_encoding_become_one_table(file):
    sources = {
        "test": file("label;text\n1;größer\n".encode("cp1252"), "test"),
        "train": file("text,label\n好,1\n\n不好,0\n"),
    }
    table, reading = read_table(sources, LIMITS)
    assert list(table.columns) == ["text", "label", ROW, PART]
    assert table[ROW].tolist() == [1, 2, 3, 1]
    assert table[ROW].dtype == "int64"
    assert table[PART].tolist() == ["train", "train", "train", "test"]
    assert rows_of(table) == [("好", "1"), (None, None), ("不好", "0"), ("größer", "1")]
    assert reading.parts == {"train": 3, "test": 1}
    sentences = [f.sentence for f in reading.findings]
    assert any(re.search(r"^File train: .*UTF-8", sentence) for sentence in sentences)
    assert any(re.search(r"^File test: .*semicolon .* 2 columns", sentence) for sentence in sentences)


def test_findings_of_all_files_are_reported_once(file):
    _, reading = read_table(
        {"train": file("text,label\na,1\n"), "test": file("text,label\nb,1\n", "test")}, LIMITS
    )
    assert codes(reading) == ["encoding", "delimiter", "quoting"]


def test_what_was_fixed_is_reported_with_row_numbers(file):
    table, reading = read_table({"train": file(" text , label\na,1\n , \n\nb,0,,\n  ,1\n")}, LIMITS)
    assert rows_of(table) == [("a", "1"), (None, None), (None, None), ("b", "0"), (None, "1")]
    assert table[ROW].tolist() == [1, 2, 3, 4, 5]
    assert findings_of(reading, "empty-rows").rows == (2, 3)
    assert findings_of(reading, "trailing-fields").rows == (4,)
    assert "'text' and 'label'" in findings_of(reading, "header-space").sentence
    assert {f.severity for f in reading.findings} == {Severity.DETECTED, Severity.FIXED}


def test_headers_are_made_distinct_and_reserved_names_kept_free(file):
    table, reading = read_table({"train": file("text,text,,__row__,text (2),\na,b,c,d,e,\n")}, LIMITS)
    assert [c.name for c in reading.columns] == [
        "text",
        "text (3)",
        "column 3",
        "__row__ of the file",
        "text (2)",
    ]
    assert table[ROW].tolist() == [1]
    assert codes(reading)[3:] == ["duplicate-headers", "unnamed-columns", "reserved-headers", "empty-columns"]


def test_quotes_in_a_tab_separated_file_are_plain_characters(file):
    content = 'text\tlabel\n"so called" art\t1\n"begins here\t0\nand ends there"\t1\n'
    table, reading = read_table({"train": file(content)}, LIMITS)
    assert [row[0] for row in rows_of(table)] == ['"so called" art', '"begins here', 'and ends there"']
    assert "plain" in findings_of(reading, "quoting").sentence


def test_two_quotes_at_the_ends_of_fields_do_not_swallow_rows(file):
    table, _ = read_table({"train": file('text\tlabel\n"begins here\t0\nand ends there"\t1\n')}, LIMITS)
    assert [row[0] for row in rows_of(table)] == ['"begins here', 'and ends there"']


def test_quotes_escaped_by_backslash(file):
    table, _ = read_table(
        {"train": file('text,label\n"he said \\"no, never\\", twice",1\n"fine, then",0\n')}, LIMITS
    )
    assert rows_of(table) == [('he said "no, never", twice', "1"), ("fine, then", "0")]


def test_stray_quotes_inside_quoted_fields_are_read_leniently(file):
    table, reading = read_table({"train": file('text,label\n"he "never" came",1\n"fine, then",0\n')}, LIMITS)
    assert rows_of(table) == [('he never" came"', "1"), ("fine, then", "0")]
    assert "stray" in findings_of(reading, "quoting").sentence


@pytest.mark.parametrize(
    ("text", "encoding", "title"),
    [
        ("Größe passt, süß und schön", "cp1252", "Windows-1252"),
        ("£5 – «très» ©", "cp1252", "Windows-1252"),
        ("El niño comió piñones en la montaña", "cp1252", "Windows-1252"),
        ("l’été — déjà vu…", "cp1252", "Windows-1252"),
        ("很好", "gb18030", "GB18030"),
        ("性价比高，值得买！", "gbk", "GB18030"),
        ("㐀𠀀这个生僻字也可以，没有问题", "gb18030", "GB18030"),
        (
            "Это хорошая книга, и я прочитал её с удовольствием. Очень советую всем друзьям! " * 4,
            "cp1251",
            "Windows-1251",
        ),
    ],
)
def test_short_texts_in_old_encodings(file, text, encoding, title):
    content = f'text,label\n"{text}",1\nok,0\n'.encode(encoding)
    table, reading = read_table({"train": file(content)}, LIMITS)
    assert table["text"].tolist() == [text, "ok"]
    assert findings_of(reading, "encoding").sentence.startswith(f"Read as {title}")


def test_a_broken_character_in_a_utf8_file_is_replaced_and_reported(file):
    content = ("text,label\n" + "très déjà été,1\n" * 20).encode() + b"caf\xe9,0\n"
    table, reading = read_table({"train": file(content)}, LIMITS)
    assert table["text"].iloc[-1] == "caf�"
    assert re.search("^1 character .*UTF-8", findings_of(reading, "broken-characters").sentence)
    assert findings_of(reading, "broken-characters").severity is Severity.WARNING


def test_a_first_row_of_data_is_no_header(file):
    table, reading = read_table({"train": file("what a film,1\nawful,0\nfine,1\n")}, LIMITS)
    assert rows_of(table) == [("what a film", "1"), ("awful", "0"), ("fine", "1")]
    assert reading.formats[0].header is False
    assert "no-header" in codes(reading)


def test_a_file_of_texts_alone_can_be_read_to_predict(file):
    path = file("text\nfirst, with a comma\n\"second; \n 'quoted'\"\nthird | and last\n")
    table, reading = read_table({"train": path}, LIMITS)
    assert table["text"].tolist() == ["first, with a comma", "second; \n 'quoted'", "third | and last"]
    assert findings_of(reading, "delimiter").sentence == "One column."


def test_one_column_of_quoted_sentences_below_a_bare_name(file):
    rows = [f"i loved this film , number {k} was very good" for k in range(30)]
    table, reading = read_table({"train": file("sentence\n" + "".join(f'"{row}"\n' for row in rows))}, LIMITS)
    assert table["sentence"].tolist() == rows
    assert reading.formats[0].delimiter == ""


def test_texts_with_one_comma_each_stay_one_column_below_its_name(file):
    rows = [f"i loved this {thing} , it was very good" for thing in ("film", "book", "song", "plot") * 5]
    table, reading = read_table({"train": file("\n".join(["text", *rows]))}, LIMITS)
    assert table["text"].tolist() == rows
    assert [one.title for one in reading.alternatives[1:]] == ["Split at every comma"]
    table, _ = read_table(
        {"train": file("Export of May\ntext,label\n" + "good film,1\nbad film,0\n" * 5)}, LIMITS
    )
    assert list(table["label"]) == ["1", "0"] * 5


def test_a_list_of_sentences_some_with_commas_is_one_column(file):
    sentences = ("My soup {} was cold.", *("The hotel {0} was clean, quiet and {0} steps from the sea",) * 4)
    rows = [sentences[k % 5].format(k) for k in range(20)]
    table, reading = read_table({"train": file("\n".join(rows))}, LIMITS)
    assert table["text"].tolist() == rows
    assert reading.formats[0].delimiter == ""
    ragged = "what a good film,pos\nwhat a bad, bad film,neg\n" * 9
    with pytest.raises(DataError, match="line 2"):  # its labels show that it is a table
        read_table({"train": file(ragged)}, LIMITS)


def test_preview_is_short_and_without_reserved_columns(file):
    rows = "".join(f"text {i} {'x' * 1000},{i % 2}\n" for i in range(40))
    _, reading = read_table({"train": file("text,label\n" + rows)}, LIMITS)
    assert list(reading.preview.columns) == ["text", "label"]
    assert len(reading.preview) == 20
    assert reading.preview["text"].str.len().max() == 500


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="The real data sets are not beside the project.")
@pytest.mark.parametrize(
    ("files", "sizes", "text", "label"),
    [
        (("sst2_train.tsv", "sst2_dev.tsv", "sst2_test.tsv"), (6920, 872, 1821), "text", "label"),
        (("banking77_train.csv", None, "banking77_test.csv"), (10003, None, 3080), "text", "category"),
        (
            ("sick_train.tsv", "sick_trial.tsv", "sick_test.tsv"),
            (4500, 500, 4927),
            "sentence_A",
            "entailment_judgment",
        ),
    ],
)
def test_real_files(files, sizes, text, label):
    parts = ("train", "validation", "test")
    table, reading = read_table({p: REAL / f for p, f in zip(parts, files, strict=True) if f}, Settings())
    assert reading.parts == {p: n for p, n in zip(parts, sizes, strict=True) if n}
    assert (reading.suggestion.text, reading.suggestion.label) == (text, label)
    assert not table.isna().any().any()
    assert not [f for f in reading.findings if f.severity is not Severity.DETECTED]
