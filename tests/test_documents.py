"""Documents that are too deep, too large or invalid raise an error with a short clause."""

import os
from pathlib import Path

import pytest

from translearn_core.storage.documents import (
    MAX_DEPTH,
    DocumentError,
    DocumentLimitError,
    parse_json,
    parse_yaml,
    read_json_object,
    read_text,
)


@pytest.mark.parametrize("parse", [parse_json, parse_yaml])
def test_a_document_may_be_as_deep_as_the_limit_and_no_deeper(parse):
    assert parse("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH) != []
    for depth in (MAX_DEPTH + 1, 5_000, 200_000):
        with pytest.raises(DocumentLimitError, match=f"is nested more than {MAX_DEPTH} deep"):
            parse("[" * depth + "1" + "]" * (depth if depth < 10_000 else 0))


def test_aliases_count_as_often_as_they_stand_there():
    assert parse_yaml("a: &a [1]\nb: *a") == {"a": [1], "b": [1]}
    lines = [f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]" for k in range(1, 60)]
    with pytest.raises(DocumentLimitError, match="holds more than"):
        parse_yaml("\n".join(["a0: &a0 [x]", *lines]))
    deep = [f"a{k}: &a{k} [*a{k - 1}]" for k in range(1, 200)]
    with pytest.raises(DocumentLimitError, match="is nested"):
        parse_yaml("\n".join(["a0: &a0 [x]", *deep]))


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "[1,]", "9" * 5000])
def test_what_is_no_json_says_so(text):
    with pytest.raises(DocumentError, match=r"^is not JSON \("):
        parse_json(text)


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "!!python/object:os.system x"])
def test_what_is_no_yaml_says_in_which_line(text):
    with pytest.raises(DocumentError, match=r"^is not YAML, line 1$"):
        parse_yaml(text)


@pytest.mark.parametrize("text", ["!!int ''", "2020-99-99"])
def test_a_value_of_yaml_that_cannot_be_is_refused(text):
    with pytest.raises(DocumentError, match=r"^holds a value that is none"):
        parse_yaml(text)


@pytest.mark.parametrize(
    ("content", "clause"),
    [
        (b"\xff\xfe{", r"is not text in UTF-8 \(byte 0\)"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is only a Git LFS pointer"),
        (b"[1]", "is not a JSON object"),
        (b"7", "is not a JSON object"),
        (b"[" * 200_000, "is nested more than 100 deep"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
    ],
)
def test_a_file_that_holds_no_object_says_what_it_is(tmp_path: Path, content: bytes, clause: str):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DocumentError, match=f"^{clause}"):
        read_json_object(tmp_path / "x.json")


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path):
    path = tmp_path / "x.json"
    path.touch()
    os.truncate(path, 10**11)  # a hole: it takes no room
    with pytest.raises(DocumentLimitError, match=r"100,000,000,000 bytes.*64,000,000"):
        read_text(path)


def test_what_is_no_file_says_so(tmp_path: Path):
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    for name, clause in (("none", "is not there"), ("loop", "is not there"), ("pipe", "is not a file")):
        with pytest.raises(DocumentError, match=f"^{clause}$"):
            read_text(tmp_path / name)
    with pytest.raises(DocumentError, match=r"^is not a file$"):
        read_text(tmp_path)
