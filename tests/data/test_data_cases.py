"""Difficult real-world files: how they are read, and their findings."""

from pathlib import Path

import pytest

from translearn_core.config import CleaningRule, DataConfig, SplitConfig
from translearn_core.config.settings import Settings
from translearn_core.data import PART, ROW, diagnose, prepare, read_table
from translearn_core.errors import DataError
from translearn_core.results import Severity
from translearn_core.tasks.splits import SPLITS

CASES = Path(__file__).parent / "cases"
LIMITS = Settings()

CLEAN = {"encoding", "delimiter", "quoting"}
"""Codes of the findings of every delimited file."""

READ = {
    # file: (rows, columns, cells of the first row, codes beyond `CLEAN`)
    "01-sep-line/survey.csv": (60, "text label", "The film number 0", {"lines-before-header"}),
    "04-concatenated-bom/all.csv": (60, "text label", "The film number 0", {"repeated-headers"}),
    "06-backslash-escape/dump.csv": (60, "text label", 'He said "The film number 0', set()),
    "06-backslash-escape/mysql-null.csv": (60, "id text label", "0", {"null-marks"}),
    "08-no-header-s140/SMSSpamCollection": (60, "column 1|column 2", "spam", {"no-header"}),
    "09-preamble-comments/export.csv": (60, "text label", "The film number 0", {"lines-before-header"}),
    "10-other-delimiters/comma-space.csv": (60, "text label", "The film number 0", set()),
    "10-other-delimiters/doublecolon.dat": (60, "text label", "The film number 0", set()),
    "31-space-after-comma/quoted-comma.csv": (60, "label text", "bad", set()),
    "32-quote-styles/wholeline.csv": (60, "text label", "The film number 0", {"quoted-lines"}),
    "33-predict-shapes/blank-lines.csv": (20, "text", None, {"empty-rows"}),
    "33-predict-shapes/already-predicted.csv": (
        20,
        "text predicted probability",
        "The phone number 0",
        set(),
    ),
    "47-qualtrics-three-headers/survey.csv": (60, "ResponseId Q1 Q2", "R_00000", {"further-header-rows"}),
    "50-stray-cr/ctrl-z.csv": (60, "text label", "The film number 0", set()),
    "50-stray-cr/stray.csv": (60, "text label", "The film number 0", {"stray-line-breaks"}),
    "55-plain-list-of-texts/no-header-lines.txt": (20, "text", "The phone number 0", {"header-unsure"}),
}


def load(file, **parts):
    sources = {"train": CASES / file, **{part: CASES / path for part, path in parts.items()}}
    return read_table(sources, LIMITS)


def codes(findings):
    return {f.code for f in findings}


def task(table, text="text", label="label", **options):
    return diagnose(table, DataConfig(dataset="d", text=text, label=label, **options), None)


@pytest.mark.parametrize("file", READ)
def test_a_file_is_read_as_people_mean_it(file):
    rows, columns, first, expected = READ[file]
    table, reading = load(file)
    names = columns.split("|" if "|" in columns else " ")
    assert [c.name for c in reading.columns] == names
    assert reading.rows == rows
    cell = table.iloc[0, 0]
    assert cell is None if first is None else cell.startswith(first)
    assert codes(reading.findings) - CLEAN == expected


def test_a_survey_without_header_has_numbered_columns_and_its_characters_are_read():
    table, reading = load("08-no-header-s140/training.csv")
    assert [c.name for c in reading.columns] == [f"column {k}" for k in range(1, 7)]
    assert (reading.suggestion.text, reading.suggestion.label) == ("column 6", "column 1")
    assert table["column 1"].unique().tolist() == ["0", "4"]
    assert table["column 6"].iloc[1].endswith("é")


def test_fasttext_lines_become_label_and_text():
    table, reading = load("10-other-delimiters/fasttext.txt")
    assert table["label"].iloc[0] == "bad"
    assert table["text"].iloc[0] == "The film number 0 was cold and the rest cold"
    assert reading.rows == 60


def test_a_repeated_header_is_left_out_with_its_line_and_is_no_row():
    table, reading = load("04-concatenated-bom/all.csv")
    (again,) = [f for f in reading.findings if f.code == "repeated-headers"]
    assert "(line 32)" in again.sentence
    assert table[ROW].tolist() == [*range(1, 61)]


def test_rows_of_a_survey_are_counted_below_its_three_rows_of_names():
    table, reading = load("47-qualtrics-three-headers/survey.csv")
    (further,) = [f for f in reading.findings if f.code == "further-header-rows"]
    assert "(lines 2 and 3)" in further.sentence
    assert table[ROW].tolist() == [*range(1, 61)]


def test_labels_that_look_the_same_are_one_class():
    table, _ = load("14-label-variants/variants.csv")
    diagnosis, _ = task(table)
    assert diagnosis.classes == ("Negative", "Positive")
    assert "labels-cast" in codes(diagnosis.findings)


def test_labels_that_differ_in_accents_or_blanks_are_merged_at_a_click(tmp_path):
    rows = "".join(
        f"text number {i} of them,{('Négatif', 'Negatif', 'not spam', 'notspam')[i % 4]}\n" for i in range(80)
    )
    (tmp_path / "a").write_text(f"text,label\n{rows}", encoding="utf-8")
    table, _ = read_table({"train": tmp_path / "a"}, LIMITS)
    diagnosis, _ = task(table)
    (finding,) = [f for f in diagnosis.findings if f.code == "label-variants"]
    assert finding.cleaning_rule is CleaningRule.MERGE_SPELLINGS
    assert len(diagnosis.classes) == 4
    merged, _ = task(table, cleaning=(CleaningRule.MERGE_SPELLINGS,))
    assert len(merged.classes) == 2
    assert "label-variants" not in codes(merged.findings)


@pytest.mark.parametrize(("file", "label"), [("json.csv", "labels"), ("semi.csv", "tags")])
def test_several_labels_in_a_cell_are_reported(file, label):
    table, _ = load(f"16-multi-label/{file}")
    assert "several-labels" in codes(task(table, label=label)[0].findings)


def test_one_hot_columns_are_reported():
    table, _ = load("17-one-hot/toxic.csv")
    diagnosis, _ = task(table, "comment_text", "toxic")
    (finding,) = [f for f in diagnosis.findings if f.code == "one-hot-columns"]
    assert all(name in finding.sentence for name in ("'toxic'", "'severe_toxic'", "'obscene'"))


@pytest.mark.parametrize(
    "file", ["data.jsonl", "doccano.jsonl", "train.csv.gz", "archive.zip", "data.parquet"]
)
def test_other_kinds_of_tables_are_read(file):
    table, reading = load(f"19-other-kinds/{file}")
    assert reading.suggestion.label == "label"
    assert set(table["label"]) == ({"x", "y"} if file == "data.parquet" else {"bad", "good"})
    assert ("several-tables" in codes(reading.findings)) == (file == "archive.zip")


def test_a_test_file_without_labels_is_for_prediction():
    table, reading = load(
        "20-kaggle-test-without-labels/train.csv", test="20-kaggle-test-without-labels/test.csv"
    )
    assert "columns-differ" in codes(reading.findings)
    with pytest.raises(DataError, match=r"test file has no labels in 'target'.*Predict"):
        prepare(table, DataConfig(dataset="d", text="text", label="target"))


@pytest.mark.parametrize(("file", "word"), [("login.csv", "web page"), ("train.csv", "Git LFS pointer")])
def test_what_is_no_table_is_named(file, word):
    with pytest.raises(DataError, match=word):
        load(f"21-lfs-pointer-html/{file}")


def test_a_class_that_only_the_test_file_has_is_reported():
    table, reading = load("24-class-only-in-test/train.csv", test="24-class-only-in-test/test-extra-col.csv")
    assert "columns-differ" in codes(reading.findings)
    assert task(table)[0].usable
    table, _ = load("24-class-only-in-test/train.csv", test="24-class-only-in-test/test.csv")
    diagnosis, _ = task(table)
    (finding,) = [f for f in diagnosis.findings if f.code == "unseen-classes"]
    assert finding.severity is Severity.WARNING
    assert "'closed'" in finding.sentence


def test_near_duplicates_across_the_split_are_counted():
    table, _ = load("25-group-leakage/near-dupes.csv")
    (finding,) = [f for f in task(table)[0].findings if f.code == "near-duplicates"]
    assert finding.count > 10


def test_a_group_column_is_offered_and_keeps_rows_together():
    table, _ = load("25-group-leakage/posts.csv")
    diagnosis, _ = task(table)
    (finding,) = [f for f in diagnosis.findings if f.code == "groups-across-splits"]
    assert finding.column == "author"
    prepared = prepare(
        table, DataConfig(dataset="d", text="text", label="label", split=SplitConfig(group="author"))
    )
    authors = table["author"].to_numpy()[prepared.table_index]
    for author in set(authors):
        assert len(set(prepared.split[authors == author])) == 1
    assert all((prepared.split == k).any() for k in range(len(SPLITS)))


def test_a_long_cell_is_cut_and_reported_and_an_absurd_one_refused(tmp_path):
    limits = Settings(max_cell_chars=1_000)
    (tmp_path / "a").write_text("text,label\n" + "fine,1\n" * 5 + f"{'long ' * 300},0\n")
    table, reading = read_table({"train": tmp_path / "a"}, limits)
    (finding,) = [f for f in reading.findings if f.code == "cells-cut"]
    assert finding.rows == (6,)
    assert table["text"].str.len().max() == 1_000
    (tmp_path / "b").write_text("text,label\n" + "fine,1\n" * 5 + f"{'long ' * 30_000},0\n")
    with pytest.raises(DataError, match="row 6"):
        read_table({"train": tmp_path / "b"}, limits)


def test_a_text_of_invisible_characters_is_missing_and_hides_no_repetition():
    table, _ = load("27-scripts-emoji/zwsp-text.csv")
    diagnosis, _ = task(table)
    assert {"missing-texts", "duplicates"} <= codes(diagnosis.findings)
    assert "conflicts" not in codes(diagnosis.findings)


def test_signs_stay_labels():
    table, _ = load("35-odd-labels/sign.csv")
    assert set(task(table)[0].classes) == {"-", "+", "@team", "=1"}


def test_conflicts_and_repetitions_are_found():
    table, _ = load("52-cli-silent/conf.csv")
    assert {"conflicts", "duplicates"} <= codes(task(table)[0].findings)


def test_imbalance_is_found():
    table, _ = load("22-imbalance/298-2.csv")
    assert {"imbalance", "rare-classes", "classes-missing-in-test"} <= codes(task(table)[0].findings)


@pytest.mark.parametrize(
    ("file", "text", "word"),
    [
        ("51-excel-legacy-encodings/polish-cp1250.csv", "text", "Obsługa była miła, a łóżko wygodne"),
        ("51-excel-legacy-encodings/croatian-cp1250.csv", "text", "Odlična usluga i čiste sobe"),
        ("51-excel-legacy-encodings/german-cp850.csv", "text", "Sehr nettes Personal, schöne Zimmer"),
        ("51-excel-legacy-encodings/russian-cp1251.csv", "text", None),
        ("51-excel-legacy-encodings/greek-cp1253.csv", "text", None),
        ("51-excel-legacy-encodings/french-macroman.csv", "text", None),
        ("49-mac-dos-encodings/msdos-cp850.csv", "texte", "Le film number 0"),
        ("49-mac-dos-encodings/turkish-cp1254.csv", "text", None),
    ],
)
def test_old_encodings_give_the_right_letters(file, text, word):
    codec = file.rsplit("-", 1)[1].removesuffix(".csv").replace("macroman", "mac_roman")
    right = (CASES / file).read_bytes().decode(codec)
    table, _ = load(file)
    cells = [cell for cell in table.drop(columns=[ROW, PART]).to_numpy().ravel() if cell]
    assert all(cell in right for cell in cells)
    assert word is None or table[text].iloc[0].startswith(word)


def test_a_bad_byte_costs_its_row_and_not_the_file():
    table, reading = load("51-excel-legacy-encodings/japanese-cp932-cut.csv")
    assert "broken-characters" in codes(reading.findings)
    assert sum("�" in cell for cell in table["text"]) <= 1
    table, reading = load("48-mixed-encoding/minimal.csv")
    assert reading.rows == 10
    assert "broken-characters" in codes(reading.findings) or "encoding" in {
        f.code for f in reading.findings if f.severity is Severity.WARNING
    }
