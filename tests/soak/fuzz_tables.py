"""Tables damaged in every way people and programs do, through reading, diagnosing and preparing.

``python -m tests.soak.fuzz_tables --count 10000 --seed 0`` prints what broke, took over 10 s or over 1 GB; a
few hundred of the same tables run with the tests.
"""

import argparse
import csv
import gzip
import io
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from translearn_core.config import CleaningRule, DataConfig, ReadOptions, SplitConfig
from translearn_core.config.settings import Settings, app_root
from translearn_core.data import diagnose, prepare, read_table
from translearn_core.errors import TranslearnError

SAMPLES = sorted((app_root() / "assets" / "samples").glob("*.csv"))
CASES = Path(__file__).resolve().parents[1] / "data" / "cases"
CODECS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1250", "cp1251",
    "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp850", "cp852", "cp437", "cp866",
    "mac_roman", "mac_latin2",
    "iso8859-2", "iso8859-15", "koi8_r", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "cp949", "gb18030",
    "big5", "cp037",
)  # fmt: skip
WORDS = (
    "good", "bad", "film", "łóżko", "žluťoučký", "größer", "naïve", "İstanbul", "δοκιμή", "отлично", "很好",
    "すばらしい", "좋아요", "سيئ", "שלום", "ดี", "🙂", "👩‍👩‍👧", "=1+1", "-", "+", "@x", "\u200b",
    "\xa0", "NULL", "\\N", "nan", "1.0", "3,5", "a;b", '["x"]', "__label__x", "\x0b",
)  # fmt: skip
SLOW_SECONDS, LARGE_MB = 10.0, 1_000


@dataclass(frozen=True)
class Outcome:
    """What became of one table: read, refused in a sentence, or broken; and what it cost."""

    seed: int
    how: str
    kind: str
    seconds: float
    megabytes: float
    message: str = ""


def table_of(chance: random.Random) -> list[list[str]]:
    """Return rows of a table: a sample's, or made up of words of many scripts."""
    if chance.random() < 0.4:
        with chance.choice(SAMPLES).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        return rows[: chance.randint(1, len(rows))]
    width = chance.choice([1, 1, 2, 2, 2, 3, 5, 40])
    header = [chance.choice(["text", "label", "", "text", "Q1", "1", "a b", "x" * 300]) for _ in range(width)]
    labels = [chance.choice(WORDS) for _ in range(chance.randint(1, 6))]

    def cell(place: int) -> str:
        if place == 1:
            return chance.choice(labels)
        return " ".join(chance.choice(WORDS) for _ in range(chance.choice([0, 1, 5, 12])))

    return [header, *([cell(k) for k in range(width)] for _ in range(chance.choice([0, 1, 3, 40, 300])))]


def written(rows: list[list[str]], chance: random.Random) -> str:
    """Return rows as delimited text in a random dialect, well-formed or not."""
    delimiter, end = chance.choice([",", ";", "\t", "|", "::", "^"]), chance.choice(["\n", "\r\n", "\r"])
    if chance.random() < 0.4 or len(delimiter) > 1:
        return end.join(delimiter.join(row) for row in rows)
    out = io.StringIO()
    quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    doubled = chance.random() < 0.8
    csv.writer(
        out, delimiter=delimiter, quoting=quoting, lineterminator=end, doublequote=doubled, escapechar="\\"
    ).writerows(rows)
    return out.getvalue()


def binary(rows: list[list[str]], chance: random.Random) -> bytes:
    """Return rows as a workbook, Parquet, JSON or JSON Lines."""
    width = max(map(len, rows))
    names = [f"{k}" for k in range(width)]
    frame = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], columns=names)
    kind = chance.choice(["parquet", "jsonl", "json"])
    if kind == "parquet":
        return bytes(frame.to_parquet(index=False))
    records = json.loads(frame.to_json(orient="records"))
    if kind == "json":
        return json.dumps(records).encode()
    return "\n".join(map(json.dumps, records)).encode()


Mutation = Callable[[bytes, random.Random], bytes]


def _at(data: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(data))


def flip(data: bytes, chance: random.Random) -> bytes:
    """Change some bytes."""
    out = bytearray(data)
    for _ in range(chance.choice([1, 5, 100])):
        if out:
            out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def insert(data: bytes, chance: random.Random) -> bytes:
    """Put something into the middle, once or many times."""
    what = chance.choice(
        [
            b"\0",
            b'"',
            b'"' * 99,
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\r",
            b"\x1a",
            b"\x81\x8d",
            b",,,,",
            b"\n\n\n",
            b"\\",
            b"{",
            b"[",
        ]
    )
    for _ in range(chance.choice([1, 1, 30])):
        place = _at(data, chance)
        data = data[:place] + what + data[place:]
    return data


def cut(data: bytes, chance: random.Random) -> bytes:
    """Keep a part."""
    start, end = sorted((_at(data, chance), _at(data, chance)))
    return data[:end] if chance.random() < 0.5 else data[start:end]


def long_line(data: bytes, chance: random.Random) -> bytes:
    """Put a very long line or cell into it."""
    unit = chance.choice(
        [b"a", b"word ", b'"', b",", b"=", b"\xe4", b"\xc3\xa4", b" ", b"[", b'""', b"a,", b"\t", b"0", b"-"]
    )
    line = unit * (chance.choice([80_000, 300_000, 1_000_000]) // len(unit))
    place = data.find(b"\n", _at(data, chance)) + 1
    return data[:place] + line + chance.choice([b"", b"\n", b'"\n']) + data[place:]


def repeat(data: bytes, chance: random.Random) -> bytes:
    """Say it over and over."""
    return (data * chance.choice([2, 3, 50]))[:3_000_000]


def add_preamble(data: bytes, chance: random.Random) -> bytes:
    """Put lines before it."""
    lines = [
        b"# comment\n",
        b"sep=;\n",
        b"\n\n",
        b"Title\n",
        b'"Title",,\n',
        b"{\n",
        b"[\n",
        b"<html>",
        b"version https://git-lfs.github.com/spec/v1\n",
    ]
    return chance.choice(lines) * chance.choice([1, 1, 5, 400]) + data


def packed(data: bytes, chance: random.Random) -> bytes:
    """Put it into an archive, or into one inside another."""
    if chance.random() < 0.5:
        return gzip.compress(data)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for _ in range(chance.choice([1, 1, 3])):
            with warnings.catch_warnings(action="ignore"):  # two files of one name
                archive.writestr(
                    chance.choice(["a.csv", "b/train.csv", "a.png", "xl/workbook.xml", "../x.csv"]), data
                )
    return out.getvalue()


def noise(data: bytes, chance: random.Random) -> bytes:
    """Replace it by random bytes, from a few or from all."""
    letters = chance.choice([bytes(range(256)), b'a,"\n', b"\x80\x81\xfe\xff", b'[]{}",:', b"\t\r\n"])
    return bytes(chance.choice(letters) for _ in range(chance.choice([1, 100, 20_000])))


MUTATIONS: tuple[Mutation, ...] = (
    flip,
    flip,
    insert,
    insert,
    cut,
    long_line,
    repeat,
    add_preamble,
    packed,
    noise,
)


def damaged(seed: int) -> tuple[bytes, str]:
    """Return the bytes of a table by seed, and how it was made."""
    chance = random.Random(seed)
    steps: list[str] = []
    if chance.random() < 0.2:
        path = chance.choice([p for p in sorted(CASES.rglob("*")) if p.is_file()])
        data, origin = path.read_bytes(), path.name
    elif chance.random() < 0.15:
        data, origin = binary(table_of(chance), chance), "binary"
    else:
        codec = chance.choice(CODECS)
        data, origin = written(table_of(chance), chance).encode(codec, "replace"), codec
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        mutation = chance.choice(MUTATIONS)
        data = mutation(data, chance)
        steps.append(mutation.__name__)
    return data, " ".join([origin, *steps])


def options_of(chance: random.Random) -> ReadOptions:
    """Return what a person might say of a file, right or wrong."""
    if chance.random() < 0.6:
        return ReadOptions()
    return ReadOptions(
        encoding=chance.choice([None, *CODECS]),
        delimiter=chance.choice([None, ",", ";", "\t", "::", ""]),
        header=chance.choice([None, True, False]),
        sheet=chance.choice([None, None, "1", "a.csv", "Sheet1"]),
    )


def through(seed: int, folder: Path) -> Outcome:
    """Take one table through reading, diagnosing and preparing."""
    data, how = damaged(seed)
    chance = random.Random(-seed - 1)
    path = folder / "train"
    path.write_bytes(data)
    sources = {"train": path} | ({"test": path} if chance.random() < 0.1 else {})
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kind, message = "read", ""
    try:
        table, reading = read_table(sources, Settings(max_upload_mb=20), options_of(chance))
        names = [column.name for column in reading.columns]
        text = reading.suggestion.text or chance.choice(names)
        label = reading.suggestion.label or chance.choice(names)
        if text != label:
            group = chance.choice([None, *(name for name in names if name != text)])
            fixes = tuple(fix for fix in CleaningRule if chance.random() < 0.2)
            config = DataConfig(
                dataset="d", text=text, label=label, cleaning=fixes,
                split=SplitConfig(column=reading.suggestion.split if group is None else None, group=group),
            )  # fmt: skip
            diagnose(table, config, None)
            prepare(table, config)
            kind = "prepared"
    except TranslearnError as error:
        kind, message = "refused", str(error)
    except BaseException:
        kind, message = "broken", traceback.format_exc()
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    return Outcome(seed, how, kind, seconds, grown, message)


def chunk(seeds: range) -> list[Outcome]:
    """Take some tables through, in a process of their own."""
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        return [through(seed, Path(folder)) for seed in seeds]


def outcomes(first: int, count: int, processes: int) -> Iterator[Outcome]:
    """Yield what becomes of the tables of `count` seeds, in processes whose memory is their own."""
    chunks = [range(k, min(k + 25, first + count)) for k in range(first, first + count, 25)]
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=4) as pool:
        for some in pool.imap_unordered(chunk, chunks):
            yield from some


def main() -> None:
    """Run as many tables as were asked for and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    kinds: Counter[str] = Counter()
    slowest = largest = 0.0
    wrong = 0
    for one in outcomes(args.seed, args.count, args.processes):
        kinds[one.kind] += 1
        slowest, largest = max(slowest, one.seconds), max(largest, one.megabytes)
        if one.kind == "broken" or one.seconds > SLOW_SECONDS or one.megabytes > LARGE_MB:
            wrong += 1
            print(
                f"{one.seed} ({one.how}): {one.kind}, {one.seconds:.1f} s, {one.megabytes:.0f} "
                f"MB\n{one.message}",
                flush=True,
            )
        if sum(kinds.values()) % 500 == 0:
            print(f"{sum(kinds.values())} of {args.count}", flush=True)
    print(f"{dict(kinds)}; slowest {slowest:.1f} s, largest {largest:.0f} MB, wrong {wrong}")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
