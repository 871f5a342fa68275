"""Input of exported scripts: detected delimiters, encodings and quotes, and errors."""

import codecs
import io
from pathlib import Path

import pytest

from translearn_core.exporting.templates import prediction_output, table_input
from translearn_core.exporting.templates.table_input import InputError, read_table

TEXTS = ["für mich, ja", "zwei", "", "drei"]


def rows(delimiter: str) -> str:
    quoted = [f'"{text}"' if delimiter in text else text for text in TEXTS]
    return f"id{delimiter}text\n" + "".join(f"{k}{delimiter}{text}\n" for k, text in enumerate(quoted))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
     (codecs.BOM_UTF16_BE, "utf-16-be"), (b"", "cp1252")],
)  # fmt: skip
def test_delimiter_and_encoding_are_detected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], delimiter: str, mark: bytes, encoding: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(mark + rows(delimiter).encode(encoding))
    source = read_table(path, "text", None, None)
    assert (source.texts, source.delimiter, source.header) == (TEXTS, delimiter, ["id", "text"])
    assert ("Windows-1252" in capsys.readouterr().err) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ('id,text\n1,"He says \\"fine\\", ok"\n', ['He says "fine", ok']),
        ('id,text\n1,"He says ""fine"", ok"\n', ['He says "fine", ok']),
        ('id,text\n1,"two\nlines"\n', ["two\nlines"]),
        ('id\ttext\n1\tsay "so\n2\tno\n', ['say "so', "no"]),
        ('id,text\n1,"C:\\dir\\"\n', ["C:\\dir\\"]),
        ("sep=;\r\nid;text\r\n1;a,b\r\n", ["a,b"]),
        ("text\na, b\n\nc, d\n\n", ["a, b", "", "c, d"]),
        ("id,text\r1,a\r2,b\r", ["a", "b"]),
        ("id;text;;\n1;a;;\n\n2;b;;;\n", ["a", "", "b"]),
    ],
)
def test_quotes_blank_rows_and_line_ends_are_read(tmp_path: Path, content: str, texts: list[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode())
    assert read_table(path, "text", None, None).texts == texts


def test_given_options_override_detection(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("text;n\nо, б;1\n".encode("cp1251"))
    assert read_table(path, "text", "semicolon", "cp1251").texts == ["о, б"]
    path.write_bytes(b"text:n\na;b,c:1\n")
    assert read_table(path, "text", ":", None).texts == ["a;b,c"]


@pytest.mark.parametrize(
    ("content", "words", "says"),
    [
        (b"a,b\n1,2\n", ("text", None, None), "give one of 'a', 'b'"),
        (b"a,b\n1,2\n", (None, None, None), "--column is None"),
        (b"text,b\n1,2\n3,4,5\n", ("text", None, None), "Row 2 .* 3 fields where the header has 2"),
        (b"text,b\n1,2\n", ("text", "ab", None), "--delimiter is 'ab'"),
        (b"text,b\n1,2\n", ("text", None, "utf-99"), "--encoding is 'utf-99'"),
        (b"text,b\n1,2\n", ("text", None, "base64"), "--encoding is 'base64'"),
        (b"text,b\n\xff,2\n", ("text", None, "utf-8"), "cannot be read as utf-8"),
        (b"text,b\n\x81,2\n", ("text", None, None), "neither UTF-8 nor Windows-1252"),
        ("text,b\na,2\n".encode("utf-16-le"), ("text", None, None), "zero bytes"),
        (codecs.BOM_UTF16_LE + b"a", ("text", None, None), "cannot be read as utf-16"),
        (b"\n \n", ("text", None, None), "is empty"),
    ],
)
def test_unreadable_input_is_explained(
    tmp_path: Path, content: bytes, words: tuple[str | None, str | None, str | None], says: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        read_table(path, *words)
    assert "\n" not in str(caught.value)


def test_unreadable_input_exits_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = table_input.parser("").parse_args(["--csv", str(tmp_path / "no.csv"), "--column", "text"])
    with pytest.raises(SystemExit) as caught:
        table_input.read(arguments)
    assert caught.value.code == 2
    assert "no.csv' cannot be read (No such file" in capsys.readouterr().err


def test_pairs_come_from_words_lines_and_two_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [("a", "b"), ("c", " ")]
    path = tmp_path / "t.csv"
    path.write_text("first,n,second\na,1,b\nc,2, \n", encoding="utf-8")
    columns = ["--csv", str(path), "--column", "first", "--pair-column", "second"]
    parser = table_input.parser("")
    for words in (["a", "b", "c", " "], columns):
        source = table_input.read(parser.parse_args(words), pairs=True)
        assert list(source.texts) == pairs
        assert source.filled == pairs[:1]
    monkeypatch.setattr("sys.stdin", io.StringIO("a\tb\nc\t \n"))
    assert list(table_input.read(parser.parse_args([]), pairs=True).texts) == pairs
    assert prediction_output.answer(("a", "b"), [0.25, 0.75], ["x", "y"]) == {
        "text": "a", "text_pair": "b", "label": "y", "probabilities": {"x": 0.25, "y": 0.75},
    }  # fmt: skip


@pytest.mark.parametrize(("words", "pairs"), [(["a", "b", "c"], True), (["--pair-column", "b", "a"], False)])
def test_texts_of_another_kind_of_model_are_explained(
    words: list[str], pairs: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        table_input.read(table_input.parser("").parse_args(words), pairs=pairs)
    assert caught.value.code == 2
    assert "pairs" in capsys.readouterr().err
