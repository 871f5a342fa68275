"""Hostile lines of a megabyte are read and diagnosed in linear time."""

import time

import pytest

from translearn_core.config import DataConfig
from translearn_core.config.settings import Settings
from translearn_core.data import diagnose, read_table
from translearn_core.errors import DataError

LIMITS = Settings(max_cell_chars=2_000_000)
ROWS = "".join(
    f"the film of evening number {k} was long,{'good' if k % 2 else 'bad'}\n" for k in range(40)
).encode()
UNITS = {
    "letters": b"a",
    "words": b"ab ",
    "digits": b"1",
    "signs": b"+-",
    "quotes": b'"',
    "doubled quotes": b'""',
    "delimiters": b",",
    "semicolons": b"a;",
    "brackets": b"[",
    "lists": b"['a', ",
    "braces": b'{"a":',
    "blanks": b" ",
    "accents": "é".encode("cp1252"),
    "Han": "好".encode(),
    "capitals": b"aB",
    "hashes": b"#",
    "colons": b"::",
    "zero width": "\u200b".encode(),
    "escapes": b"\\\\",
    "returns": b"\r",
    "labels": b"__label__a ",
}
PLACES = {
    "header": lambda line: b"#" + line + b"\n" + line + b",label\n" + ROWS,
    "cell": lambda line: b"text,label\n" + ROWS + line + b",good\na text here," + line + b"\n" + ROWS,
}


def seconds(tmp_path, unit, place, size):
    path = tmp_path / "train"
    path.write_bytes(PLACES[place](UNITS[unit] * (size // len(UNITS[unit]))))
    start = time.process_time()
    try:
        table, reading = read_table({"train": path}, LIMITS)
        names = [column.name for column in reading.columns]
        if len(names) > 1:
            diagnose(table, DataConfig(dataset="d", text=names[0], label=names[1]), None)
    except DataError:
        pass
    return time.process_time() - start


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("unit", UNITS)
def test_a_long_line_takes_time_in_proportion_to_its_length(tmp_path, unit, place):
    large = seconds(tmp_path, unit, place, 1_000_000)
    assert large < 5.0
    if large > 0.5:  # else too short to compare
        assert large < 10 * max(seconds(tmp_path, unit, place, 250_000), 0.05)
