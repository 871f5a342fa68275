"""Rows without a label: counted, read for self-training, never leaked, and the labelled rows as before."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from translearn_core.config import DataConfig, DomainConfig, ProblemType, SplitConfig, TargetConfig
from translearn_core.config.settings import Settings
from translearn_core.data import PreparedDataset, diagnose, prepare, read_table
from translearn_core.data.unlabelled import UNKNOWN
from translearn_core.results import Workload
from translearn_core.tasks.splits import TEST, TRAIN


def read(tmp_path: Path, lines: list[str], head: str = "text,label", **files: list[str]) -> pd.DataFrame:
    paths = {}
    for part, rows in {"train": lines, **files}.items():
        (path := tmp_path / f"{part}.csv").write_text("\n".join([head, *rows]) + "\n")
        paths[part] = path
    return read_table(paths, Settings())[0]


def labelled(count: int = 60, end: str = "") -> list[str]:
    return [f"labelled text {i},{'yes' if i % 2 else 'no'}{end}" for i in range(count)]


def prepared(table: pd.DataFrame, **fields: object) -> PreparedDataset:
    return prepare(table, DataConfig(**{"dataset": "d", "text": "text", "label": "label"} | fields))


def test_they_are_kept_apart_and_the_others_stay_as_they_were(tmp_path: Path):
    (tmp_path / "a").mkdir()
    before = prepared(read(tmp_path / "a", labelled()))
    (tmp_path / "b").mkdir()
    data = prepared(read(tmp_path / "b", [*labelled(), *(f"without {i}," for i in range(40))]))
    assert data.texts == before.texts
    assert np.array_equal(data.split, before.split)
    assert np.array_equal(data.rows, before.rows)
    assert data.unlabelled == tuple(f"without {i}" for i in range(40))
    (finding,) = [f for f in data.findings if f.code == "missing-labels"]
    assert finding.count == 40
    assert "40 rows without a label" in finding.sentence
    assert "self-training" in finding.sentence


def test_texts_that_repeat_another_or_a_labelled_one_count_once(tmp_path: Path):
    extra = ["Without  ONE,", "without one,", "LABELLED text 3,", "without two,", ","]
    data = prepared(read(tmp_path, [*labelled(), *extra]))
    assert len(data.unlabelled) == 2
    held_out = {data.texts[i].lower() for i in np.flatnonzero(data.split != TRAIN)}
    assert not {text.lower() for text in data.unlabelled} & held_out
    (finding,) = [f for f in data.findings if f.code == "unlabelled-left-out"]
    assert "2 different texts" in finding.sentence


def test_groups_of_validation_and_test_rows_are_left_out(tmp_path: Path):
    rows = [f"labelled text {i},{'yes' if i % 2 else 'no'},g{i // 4}" for i in range(80)]
    extra = [f"without {i},,g{i}" for i in range(20)]
    data = prepared(read(tmp_path, [*rows, *extra], "text,label,author"), split=SplitConfig(group="author"))
    groups = {
        f"g{int(text.split()[-1]) // 4}" for text, s in zip(data.texts, data.split, strict=True) if s != TRAIN
    }
    left = {f"g{text.split()[-1]}" for text in data.unlabelled}
    assert groups
    assert left == {f"g{i}" for i in range(20)} - groups


def test_a_split_column_and_later_times_are_respected(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    rows = [
        f"labelled text {i},{'yes' if i % 2 else 'no'},{'test' if i < 20 else 'train'}" for i in range(80)
    ]
    extra = ["one,,test", "two,,train", "three,,dev", "four,,"]
    table = read(tmp_path / "a", [*rows, *extra], "text,label,part")
    assert prepared(table, split=SplitConfig(column="part")).unlabelled == ("two", "four")
    rows = [f"labelled text {i},{'yes' if i % 2 else 'no'},{1900 + i}" for i in range(80)]
    extra = ["early,,1899", "late,,1999", "never,,"]
    table = read(tmp_path / "b", [*rows, *extra], "text,label,year")
    data = prepared(table, split=SplitConfig(time="year"))
    assert data.unlabelled == ("early",)
    (finding,) = [f for f in data.findings if f.code == "unlabelled-left-out"]
    assert "or are later than the training rows or of unknown time." in finding.sentence


def test_only_the_training_file_has_rows_to_learn_from(tmp_path: Path):
    table = read(tmp_path, [*labelled(), "without one,"], test=[*labelled(20), "a test text without,"])
    data = prepared(table)
    assert data.unlabelled == ("without one",)
    assert {f.sentence for f in data.findings if f.code == "missing-labels"} == {
        "1 row of the train file without a label in 'label': not in train, validation or test, and of use to "
        "self-training, which learns from texts without labels.",
        "1 row of the test file without a label in 'label' was left out.",
    }


def test_a_file_of_texts_alone_is_read_beside(tmp_path: Path):
    (tmp_path / "own.csv").write_text("text\none\ntwo\nlabelled text 3\n")
    (tmp_path / "train.csv").write_text("\n".join(["text,label", *labelled(), "three,"]) + "\n")
    paths = {"train": tmp_path / "train.csv", "unlabelled": tmp_path / "own.csv"}
    table, profile = read_table(paths, Settings())
    assert profile.suggestion.label == "label"
    data = prepared(table)
    assert data.unlabelled == ("three", "one", "two")
    assert len(data.texts) == 60
    sentences = [f.sentence for f in data.findings if f.code == "missing-labels"]
    assert [s.split(" without")[0] for s in sentences] == [
        "1 row of the train file", "3 rows of the unlabelled file",
    ]  # fmt: skip


def test_only_texts_of_the_target_domain_count_where_there_is_one(tmp_path: Path):
    rows = [f"labelled text {i},{'yes' if i % 2 else 'no'},{'en' if i % 3 else 'zh'}" for i in range(120)]
    extra = ["hello without,,en", "nihao without,,zh"]
    table = read(tmp_path, [*rows, *extra], "text,label,language")
    domains = DomainConfig(column="language", source=("en",), target=("zh",))
    data = prepared(table, domains=domains)
    assert "nihao without" in data.unlabelled
    assert "hello without" not in data.unlabelled
    (finding,) = [f for f in data.findings if f.code == "unlabelled-left-out"]
    assert "or are of another domain than the target." in finding.sentence
    known = data.unlabelled_key != UNKNOWN  # labels that are there and not to be learned from
    assert known.sum() == len(data.unlabelled) - 1
    expected = [int(text.split()[2]) % 2 for text, k in zip(data.unlabelled, known, strict=True) if k]
    assert [data.classes[k] for k in data.unlabelled_key[known]] == [("no", "yes")[k] for k in expected]


def test_a_key_is_read_for_reports_alone(tmp_path: Path):
    extra = ["one,,yes", "two,, NO ", "three,,", "four,,perhaps"]
    table = read(tmp_path, [*labelled(60, ","), *extra], "text,label,truth")
    data = prepared(table, label_key="truth")
    assert [data.classes[k] if k >= 0 else None for k in data.unlabelled_key] == ["yes", "no", None, None]
    diagnosis, _ = diagnose(
        table, DataConfig(dataset="d", text="text", label="label", label_key="truth"), None
    )
    assert (diagnosis.unlabelled, diagnosis.known_labels) == (4, 2)
    assert Workload.of(diagnosis).unlabelled == 4


def test_spellings_of_a_true_label_are_those_of_labels(tmp_path: Path):
    rows = [f"labelled text {i},{2 * (i % 2) - 1}," for i in range(60)]
    table = read(tmp_path, [*rows, "one,,1.0", "two,,+1", "three,,-1.0", "four,,\u22121"], "text,label,truth")
    data = prepared(table, label_key="truth")
    assert [data.classes[k] if k >= 0 else None for k in data.unlabelled_key] == ["1", "1", "-1", "-1"]


def test_numbers_have_none_and_their_rows_are_left_out(tmp_path: Path):
    table = read(tmp_path, [*(f"text {i},{i / 2}" for i in range(60)), "without,"])
    target = TargetConfig(column="label", problem=ProblemType.REGRESSION)
    data = prepare(table, DataConfig(dataset="d", text="text", targets=(target,)))
    assert data.unlabelled == ()
    (finding,) = [f for f in data.findings if f.code == "missing-labels"]
    assert finding.sentence == "1 row without a label in 'label' was left out."
    assert (data.split == TEST).any()


def test_the_key_is_another_column():
    with pytest.raises(ValueError, match="column of true labels"):
        DataConfig(dataset="d", text="text", label="label", label_key="label")
