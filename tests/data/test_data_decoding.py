"""Decoding: right characters, reported doubt, and no input that fails or takes long."""

import random
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.encodings import cases, measure, ours, total
from translearn_core.data.files.code_pages import CODECS
from translearn_core.data.files.decoding import decode
from translearn_core.errors import DataError

CASES = Path(__file__).parent / "cases"
FILES = {
    "croatian-cp1250": "cp1250",
    "french-macroman": "mac_roman",
    "german-cp850": "cp850",
    "greek-cp1253": "cp1253",
    "msdos-cp850": "cp850",
    "polish-cp1250": "cp1250",
    "russian-cp1251": "cp1251",
    "turkish-cp1254": "cp1254",
}


def read(data, encoding=None):
    return decode(data, "The file", encoding)


POLISH = "Zażółć gęślą jaźń, powiedział, że źle się czuje i chciałby już wyjść.\n"


def test_an_unlikely_choice_of_encoding_is_doubted_and_a_likely_one_is_not():
    data = (POLISH * 20).encode("cp1250")
    wrong = read(data, "mac-roman")
    assert wrong.likelier == "Windows-1250"
    assert wrong.doubtful
    assert read(data, "cp1250").likelier is None
    assert read(POLISH.encode(), "utf-16").likelier == "UTF-8"
    assert read(b"plain\n", "cp1251").likelier is None


@pytest.mark.parametrize("name", FILES)
def test_files_of_old_programs_have_the_right_letters(name):
    data = (CASES / f"{name}.csv").read_bytes()
    decoded = read(data)
    assert decoded.text == data.decode(FILES[name])
    assert decoded.replaced == 0
    assert decoded.replaced_lines == ()


def test_held_out_texts_in_many_languages_and_code_pages():
    score = total(measure(ours, cases(1, seed=11)))
    assert score.files > 200
    assert score.right_letters >= 0.995 * score.letters
    assert score.right >= 0.98 * score.files
    assert score.wrong_warned >= 0.9 * (score.files - score.right)
    assert score.right_warned <= 0.1 * score.right


def test_short_texts_of_a_few_accents_are_western():
    for text in ("café", "naïve", "£5 – «très» ©", "l’été", "über", "señor", "Größe", "5 °C"):
        assert read(f"text,label\n{text},1\n".encode("cp1252")).text.split("\n")[1] == f"{text},1"


def test_a_file_of_two_encodings_is_read_and_its_odd_lines_are_named():
    decoded = read((CASES / "mixed.csv").read_bytes())
    lines = decoded.text.split("\n")
    assert decoded.codec == "utf-8"
    assert decoded.replaced == 20
    assert decoded.replaced_lines == tuple(i for i, line in enumerate(lines, 1) if "�" in line)
    assert sum("’s café" in line for line in lines) > 20
    assert read((CASES / "minimal.csv").read_bytes()).replaced_lines == (2, 4, 6, 8, 10)
    assert read((CASES / "minimal.csv").read_bytes()).alternatives == ("cp1252",)


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_a_byte_that_the_code_page_lacks_costs_its_character(byte):
    rows = "text,label\r\n" + "Größe passt, süß und “schön”;1\r\n" * 20
    decoded = read(rows.encode("cp1252") + bytes([byte]) + b"x;0\r\n" + b"y;0\r\n")
    assert decoded.text == rows + "�x;0\r\ny;0\r\n"
    assert (decoded.codec, decoded.replaced, decoded.replaced_lines) == ("cp1252", 1, (22,))


@pytest.mark.parametrize(
    ("language", "codec"),
    [("ja", "cp932"), ("ja", "euc_jp"), ("ko", "cp949"), ("zh", "gb18030"), ("zh-tw", "big5")],
)
def test_a_broken_character_in_an_east_asian_file_costs_its_line_only(language, codec):
    case = next(c for c in cases(1, seed=3) if (c.language, c.codec) == (language, codec))
    lines = case.data.split(b"\n")
    lines[2] = (b"\x82" if codec == "cp932" else b"\xff") + lines[2]
    decoded = read(b"\n".join(lines))
    assert (decoded.replaced, decoded.replaced_lines) == (1, (3,))
    truth, rows = case.text.split("\n"), decoded.text.split("\n")
    assert rows[2] == "�" + truth[2]
    assert [*rows[:2], *rows[3:]] == [*truth[:2], *truth[3:]]


def test_a_japanese_file_cut_in_a_character_is_read():
    decoded = read((CASES / "japanese-cp932-cut.csv").read_bytes())
    assert (decoded.codec, decoded.replaced, decoded.replaced_lines) == ("cp932", 1, (61,))
    assert decoded.doubtful == ("退屈な本だった59�",)


def test_an_own_replacement_character_is_not_counted():
    decoded = read(("�, yes\r" * 3).encode() + "é\ré\r".encode() + b"\xe9 \xe9\r")
    assert (decoded.replaced, decoded.replaced_lines) == (2, (6,))
    assert read("�, yes\n".encode()).replaced == 0


def test_at_most_fifty_lines_are_listed():
    decoded = read(("é ü\n".encode() * 3 + b"\xe9\n") * 200)
    assert decoded.replaced == 200
    assert decoded.replaced_lines == tuple(range(4, 204, 4))


def test_doubt_shows_words_and_other_readings():
    decoded = read("text,label\npříští dům,1\n".encode("iso8859_2"))
    assert "cp1250" in decoded.alternatives
    assert decoded.doubtful == ("příští",)
    wrong = read("text,label\nuživala,1\n".encode("cp852"))
    assert "cp852" in wrong.alternatives
    assert wrong.doubtful
    sure = read(
        ("Größe passt, süß und schön. Wir hätten gern mehr für die Straße gehört.\n" * 3).encode("cp1252")
    )
    assert (sure.doubtful, sure.alternatives) == ((), ())


def test_a_detected_codec_given_back_yields_the_same_text():
    for case in cases(1, seed=5, longest=400):
        decoded = read(case.data)
        assert read(case.data, decoded.codec).text == decoded.text
        for other in decoded.alternatives:
            assert read(case.data, other).text != decoded.text
    for mark in ("utf-8-sig", "utf-16", "utf-32"):
        decoded = read("a,ü\n".encode(mark))
        assert decoded.text == read("a,ü\n".encode(mark), decoded.codec).text == "a,ü\n"


@pytest.mark.parametrize("spelling", ["CP1250", "windows-1250", "Windows_1250", " cp1250 "])
def test_a_person_may_spell_an_encoding_in_any_way(spelling):
    decoded = read("žluťoučký\n".encode("cp1250"), spelling)
    assert (decoded.text, decoded.codec, decoded.encoding) == ("žluťoučký\n", "cp1250", "Windows-1250")


def test_an_encoding_given_by_a_person_is_obeyed_leniently():
    decoded = read(b"a\n\x81\xe9\n\x8d\n", "cp1252")
    assert (decoded.text, decoded.replaced, decoded.replaced_lines) == ("a\n�é\n�\n", 2, (2, 3))


@pytest.mark.parametrize(
    "name",
    (" no-such base64 hex zip bz2 rot13 uu idna punycode undefined utf-7 unicode_escape "
     "raw_unicode_escape charmap a\0b é " + "x" * 10_000).split(" "),
)  # fmt: skip
def test_what_is_no_text_encoding_is_refused_with_the_usual_ones(name):
    with pytest.raises(DataError) as error:
        read(b"a,b\n", name)
    assert "cp1250" in str(error.value)
    assert len(str(error.value)) < 700


def test_every_offered_codec_is_canonical_and_reads():
    for codec, title in CODECS.items():
        decoded = read(b"a,b\n" if "16" not in codec[:6] else "a,b\n".encode(codec), codec)
        assert (decoded.text, decoded.codec) == ("a,b\n", codec)
        assert title.startswith(decoded.encoding)


def test_iso_2022_is_recognised_though_it_is_ascii():
    text = "text,label\n料理は冷たくて、悪い,0\nok,1\n"
    assert read(text.encode("iso2022_jp")).text == text
    assert read(text.encode("iso2022_jp")).codec == "iso2022_jp"
    coloured = "text,label\n\x1b[1mbold\x1b[0m,1\n"
    assert (read(coloured.encode()).text, read(coloured.encode()).codec) == (coloured, "utf-8")


@pytest.mark.parametrize("ending", [b"\x1a", b"\x1a\x1a\x1a"])
def test_the_end_mark_of_dos_files_is_left_out(ending):
    assert read(b"a,b\r\n1,2\r\n" + ending).text == "a,b\r\n1,2\r\n"
    with pytest.raises(DataError, match="empty"):
        read(ending)


def test_byte_order_marks_inside_a_file_do_not_fail():
    assert read(b"\xef\xbb\xbfa,b\n\xef\xbb\xbf1,2\n").text == "a,b\n\ufeff1,2\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"),
        (b"\xef\xbb\xbf \n<!DocType HTML>\n<html>", "web page"),
        (b"<!-- saved from -->\n<!-- again --><HTML lang='en'>", "web page"),
        (b"<?xml version='1.0'?>\n<!doctype html>", "web page"),
        ("\ufeff<html>".encode("utf-16-le"), "web page"),
        (b"\n<head><title>Not found</title>", "web page"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_other_kinds_are_named(content, kind):
    with pytest.raises(DataError, match=kind):
        read(content)


def test_words_that_look_like_marks_of_other_kinds_are_text():
    assert read(b"a,b\n<p>caf\xe9</p> <meta charset=utf-8>,1\n# coding: koi8-r,2\n").codec == "cp1252"


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda s: s.encode("utf-8", "replace")[1:]))
)
def test_no_bytes_fail(data):
    try:
        decoded = read(data)
    except DataError:
        return
    assert (decoded.replaced > 0) == bool(decoded.replaced_lines)
    assert read(data, decoded.codec).text == decoded.text


def hostile(size):
    """Return named inputs of about `size` bytes that provoke slow searches."""
    rng = random.Random(0)
    same = {
        f"only {byte:#x}": b"a,b\n" + bytes([byte]) * size for byte in (0x1A, 0x1B, 0x2F, 0x81, 0xC3, 0xFF)
    }
    return same | {
        "one ASCII line": b"a" * size + b"\n\xe9\n",
        "one line of accents": b"\xe9" * size,
        "alternating": b"a\xe9" * (size // 2),
        "alternating lines": b"a\xe9\n" * (size // 3),
        "NULs": b"\0" * size,
        "letters and NULs": b"a\0" * (size // 2),
        "random": rng.randbytes(size),
        "random above ASCII": bytes(rng.choices(range(128, 256), k=size)),
        "random signs": bytes(rng.choices([*range(32, 127), *range(160, 256), 10], k=size)),
        "escapes": b"\x1b$B" * (size // 3) + b"\xe9",
        "comments": b"<!--" * (size // 4),
        "spaces": b" " * size + b"\xe9",
        "a bracket": b"[" + b" " * size + b"\xe9",
        "byte-order marks": b"\xef\xbb\xbf" * (size // 3) + b"\xe9",
        "broken UTF-8": ("é,ü\n".encode() * 2 + b"\xe9\n") * (size // 16),
        "replacement characters": ("�,a\n".encode() * 2 + b"\xe9\n") * (size // 14),
        "one Japanese line": "あ".encode("cp932") * (size // 2) + b"\x82",
    }


def seconds(data):
    start = time.process_time()
    with suppress(DataError):
        read(data)
    return time.process_time() - start


SMALL, LARGE = hostile(250_000), hostile(1_000_000)


@pytest.mark.parametrize("name", SMALL)
def test_time_grows_no_faster_than_the_file(name):
    quarter, whole = seconds(SMALL[name]), seconds(LARGE[name])
    assert whole < 3
    assert whole < 8 * quarter + 0.2


@pytest.mark.parametrize(
    "name", ["one ASCII line", "one line of accents", "broken UTF-8", "one Japanese line"]
)
def test_memory_is_a_few_times_the_file(name):
    tracemalloc.start()
    try:
        read(LARGE[name])
        assert tracemalloc.get_traced_memory()[1] < 8 * len(LARGE[name])
    finally:
        tracemalloc.stop()


def test_rare_accents_of_a_large_file_are_found():
    plain, accents = b"nothing but plain words,1\n" * 40_000, "zażółć gęślą jaźń, świetny film,0\n" * 5
    data = plain + accents.encode("cp1250") + plain
    decoded = read(data)
    assert decoded.text == data.decode("cp1250")
