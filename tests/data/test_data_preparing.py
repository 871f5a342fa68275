"""Preparing a task: selected rows, classes, split assignment, no leaks between splits."""

import re
import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translearn_core.config import CleaningRule, DataConfig, Split, SplitConfig
from translearn_core.data import PART, ROW, SPLITS, prepare
from translearn_core.data.splits.stratified_split import apportion, draw_split
from translearn_core.errors import DataError
from translearn_core.results import Severity
from translearn_core.tasks.normalisation import text_key
from translearn_core.tasks.splits import TEST, TRAIN, VALIDATION


def table(texts, labels, parts=None, **more):
    parts = parts or ["train"] * len(texts)
    seen = Counter()
    rows = []
    for part in parts:
        seen[part] += 1
        rows.append(seen[part])
    frame = pd.DataFrame({"text": texts, "label": labels, **more}, dtype=object)
    frame[ROW] = np.array(rows, dtype=np.int64)
    frame[PART] = parts
    return frame


def config(*fixes, **split):
    rare = split.pop("rare_class_below", 5)
    return DataConfig(
        dataset="d",
        text="text",
        label="label",
        split=SplitConfig(**split),
        cleaning=fixes,
        rare_class_below=rare,
    )


def plain(n=40, classes=2):
    return table([f"text number {i}" for i in range(n)], [f"c{i % classes}" for i in range(n)])


def findings_of(prepared, code):
    return [f for f in prepared.findings if f.code == code]


def texts_of(prepared, split):
    return [prepared.texts[i] for i in prepared.split_indices(split)]


labelled = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), min_size=1, max_size=120)


@settings(max_examples=300, deadline=None)
@given(labelled, st.sampled_from([0.0, 0.1, 0.15, 0.3]), st.sampled_from([0.0, 0.15, 0.5]), st.integers(0, 5))
def test_a_drawn_split_never_leaks_keeps_every_class_and_is_the_same_again(rows, validation, test, seed):
    texts, labels = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    split = draw_split(texts, labels, validation=validation, test=test, seed=seed)
    assert np.array_equal(split, draw_split(texts, labels, validation=validation, test=test, seed=seed))
    for text in np.unique(texts):
        assert len(np.unique(split[texts == text])) == 1
    used = {TRAIN} | ({VALIDATION} if validation else set()) | ({TEST} if test else set())
    assert set(split) <= used
    unambiguous = {t for t in texts if len(set(labels[texts == t])) == 1}
    for label in np.unique(labels):
        if len({t for t in texts[labels == label] if t in unambiguous}) >= 3:
            assert set(split[labels == label]) == used


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=20), st.integers(0, 3))
def test_apportioning_is_exact_and_within_one_row_of_the_shares(sizes, seed):
    sizes = np.array(sizes, dtype=np.int64)
    counts = apportion(sizes, 0.15, 0.2, np.random.default_rng(seed))
    assert (counts.sum(axis=1) == sizes).all()
    assert (counts >= 0).all()
    large = sizes >= 10
    assert (np.abs(counts - sizes[:, None] * np.array([0.65, 0.15, 0.2]))[large] < 1).all()


def test_ties_do_not_always_favour_the_same_split():
    counts = apportion(np.full(400, 10), 0.15, 0.15, np.random.default_rng(0))
    assert 150 < (counts[:, VALIDATION] == 2).sum() < 250


def test_a_text_that_would_fill_a_split_stays_in_train():
    texts = np.concatenate([np.zeros(50, dtype=np.int64), np.arange(1, 51)])
    for seed in range(20):
        split = draw_split(texts, np.zeros(100, dtype=np.int64), validation=0.1, test=0.1, seed=seed)
        assert (split[:50] == TRAIN).all()


def test_rows_classes_and_splits_of_a_plain_table():
    prepared = prepare(plain(40), config(seed=3))
    assert prepared.classes == ("c0", "c1")
    assert [len(prepared.split_indices(s)) for s in SPLITS] == [28, 6, 6]
    assert prepared.rows.tolist() == list(range(1, 41))
    assert prepared.labels.tolist() == [0, 1] * 20
    again, other = prepare(plain(40), config(seed=3)), prepare(plain(40), config(seed=4))
    assert np.array_equal(prepared.split, again.split)
    assert not np.array_equal(prepared.split, other.split)


def test_rows_without_text_or_label_are_left_out_with_their_numbers():
    frame = plain(40)
    frame.loc[3, "text"] = None
    frame.loc[[5, 7], "label"] = [None, "  "]
    prepared = prepare(frame, config())
    assert set(range(1, 41)) - set(prepared.rows) == {4, 6, 8}
    assert findings_of(prepared, "missing-texts")[0].rows == (4,)
    assert findings_of(prepared, "missing-labels")[0].rows == (6, 8)
    assert re.search("^2 rows .*'label'", findings_of(prepared, "missing-labels")[0].sentence)


@pytest.mark.parametrize(
    ("cells", "classes", "spellings"),
    [
        (
            ["1", "1.0", " 1 ", "+1", "0", "0.0", "-0"],
            ("0", "1"),
            ["0", "-0", "0.0", "1", " 1 ", "+1", "1.0"],
        ),
        (
            ["True", "true", "TRUE", "true", "False", "false", "false"],
            ("false", "true"),
            ["false", "False", "true", "TRUE", "True"],
        ),
        (
            ["Yes", "yes ", "yes", "NO", "NO", "no", "NO"],
            ("NO", "yes"),
            ["NO", "no", "yes", "Yes", "yes "],
        ),
        (["10", "9", "2", "-1", "10", "9", "2"], ("-1", "2", "9", "10"), None),
        (["b", "A", "c", "a1", "A", "b", "c"], ("A", "a1", "b", "c"), None),
        (["1.5", "10.0", "2.5", "10", "1.5", "2.5", "1.5"], ("1.5", "2.5", "10"), ["10", "10.0"]),
        (["007", "7", "007", "7", "008", "008", "008"], ("007", "7", "008"), None),
    ],
)
def test_labels_that_mean_the_same_are_one_class_in_natural_order(cells, classes, spellings):
    labels = cells * 6
    prepared = prepare(table([f"text {i}" for i in range(len(labels))], labels), config(rare_class_below=2))
    assert sorted(prepared.classes) == sorted(classes)
    if "007" not in classes:  # 7 and 007 have the same value
        assert prepared.classes == classes
    cast = findings_of(prepared, "labels-cast")
    assert bool(cast) == bool(spellings)
    if spellings:
        assert re.findall("'([^']*)'", cast[0].sentence) == spellings
        changed = [i + 1 for i, cell in enumerate(labels) if cell not in classes]
        assert cast[0].rows == tuple(changed[:50])
        assert cast[0].count == len(changed)


def test_a_table_that_was_stored_as_parquet_prepares_the_same(tmp_path):
    frame = table([f"t{i}" for i in range(40)], ["a", "b"] * 19 + [None, "1.0"], where=["train", None] * 20)
    frame.loc[4, "text"] = None
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    before = prepare(frame, config(column="where", rare_class_below=2))
    after = prepare(pd.read_parquet(tmp_path / "table.parquet"), config(column="where", rare_class_below=2))
    assert before == after
    assert np.array_equal(before.split, after.split)
    assert np.array_equal(before.rows, after.rows)


def test_given_files_are_the_splits():
    parts = ["train"] * 20 + ["validation"] * 4 + ["test"] * 6
    frame = table([f"t{i}" for i in range(30)], ["a", "b"] * 15, parts)
    prepared = prepare(frame, config(seed=1))
    assert prepared.split.tolist() == [TRAIN] * 20 + [VALIDATION] * 4 + [TEST] * 6
    assert prepared.rows.tolist() == [*range(1, 21), *range(1, 5), *range(1, 7)]


def test_a_missing_split_is_drawn_from_train_only():
    parts = ["train"] * 40 + ["test"] * 10
    prepared = prepare(table([f"t{i}" for i in range(50)], ["a", "b"] * 25, parts), config())
    assert [len(prepared.split_indices(s)) for s in SPLITS] == [34, 6, 10]
    assert texts_of(prepared, Split.TEST) == [f"t{i}" for i in range(40, 50)]


def test_split_column_words_are_understood():
    words = [
        "train", "Training", "TRAIN", "learn", "dev", "Val", "validation", "trial", "test", "held-out",
        "Test ",
    ]  # fmt: skip
    frame = table([f"t{i}" for i in range(22)], ["a"] * 11 + ["b"] * 11, split=words * 2)
    prepared = prepare(frame, config(column="split"))
    assert prepared.split.tolist() == ([TRAIN] * 4 + [VALIDATION] * 4 + [TEST] * 3) * 2


def test_files_win_over_the_split_column_which_wins_over_the_draw():
    frame = table(
        [f"t{i}" for i in range(46)],
        ["a", "b"] * 23,
        ["train"] * 40 + ["test"] * 6,
        where=["train"] * 34 + ["dev"] * 4 + [None, "test"] + ["train"] * 6,
    )
    prepared = prepare(frame, config(column="where"))
    assert prepared.split.tolist() == [TRAIN] * 34 + [VALIDATION] * 4 + [TRAIN, TEST] + [TEST] * 6
    assert findings_of(prepared, "missing-splits")[0].rows == (39,)


def test_a_split_column_of_other_words_is_refused_by_value_and_row():
    frame = table([f"t{i}" for i in range(10)], ["a", "b"] * 5, fold=["train"] * 6 + ["three"] * 4)
    with pytest.raises(DataError, match="'fold' has 'three' in row 7"):
        prepare(frame, config(column="fold"))


def test_texts_in_two_given_splits_leave_train_then_validation_and_never_test():
    texts = ["Same  text", "ＦＵＬＬ width", "own 1", "own 2", "own 3", "own 4", "only both"]
    texts += ["same TEXT", "v1", "v2", "only both", "same text", "full WIDTH", "t1", "same text"]
    parts = ["train"] * 7 + ["validation"] * 4 + ["test"] * 4
    frame = table(texts, ["a", "b"] * 7 + ["a"], parts)
    prepared = prepare(frame, config())
    assert texts_of(prepared, Split.TEST) == texts[11:]
    assert texts_of(prepared, Split.VALIDATION) == ["v1", "v2", "only both"]
    assert texts_of(prepared, Split.TRAIN) == ["own 1", "own 2", "own 3", "own 4"]
    leaks = findings_of(prepared, "leaks")
    assert [(f.rows, f.severity) for f in leaks] == [((1, 2), "fixed"), ((7,), "fixed"), ((1,), "fixed")]
    assert re.search("^2 rows of train .* of test .* of train", leaks[0].sentence)
    assert re.search("^1 row of train .* of validation .* of train", leaks[1].sentence)
    assert re.search("^1 row of validation .* of test .* of validation", leaks[2].sentence)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "A ", "b", "c", "d e", "D  E", "é", "É"]),
            st.sampled_from("xyz"),
            st.sampled_from(["train", "train", "train", "validation", "test"]),
        ),
        max_size=30,
    ),
    st.sets(st.sampled_from(list(CleaningRule))),
    st.integers(0, 3),
)
def test_whatever_the_files_hold_nothing_leaks_and_a_given_test_stays(rows, fixes, seed):
    base = [
        (f"{label}{part}{i}", label, part)
        for part in ("train", "validation", "test")
        for label in "xy"
        for i in range(9)
    ]
    texts, labels, parts = (list(column) for column in zip(*base, *rows, strict=True))
    frame = table(texts, labels, parts)
    prepared = prepare(frame, config(*fixes, seed=seed, rare_class_below=2))
    keys = [{text_key(t) for t in texts_of(prepared, split)} for split in SPLITS]
    assert not keys[0] & keys[1]
    assert not (keys[0] | keys[1]) & keys[2]
    if not fixes & {CleaningRule.DROP_RARE}:
        assert texts_of(prepared, Split.TEST) == [t for t, p in zip(texts, parts, strict=True) if p == "test"]


def test_rare_classes_are_a_decision_to_drop_or_merge():
    frame = table([f"t{i}" for i in range(46)], ["a", "b"] * 20 + ["r1"] * 4 + ["r2"] * 2)
    prepared = prepare(frame, config())
    drop, merge = findings_of(prepared, "rare-classes")[0], findings_of(prepared, "rare-classes-merge")[0]
    assert (drop.cleaning_rule, merge.cleaning_rule) == (CleaningRule.DROP_RARE, CleaningRule.MERGE_RARE)
    assert drop.severity is merge.severity is Severity.DECISION
    assert drop.rows == (41, 42, 43, 44, 45, 46)
    assert "'r1' (4) and 'r2' (2)" in drop.sentence
    dropped = prepare(frame, config(CleaningRule.DROP_RARE))
    assert dropped.classes == ("a", "b")
    assert len(dropped.texts) == 40
    merged = prepare(frame, config(CleaningRule.MERGE_RARE))
    assert merged.classes == ("a", "b", "other")
    assert (merged.labels == 2).sum() == 6
    assert set(merged.split[merged.labels == 2]) == {TRAIN, VALIDATION, TEST}


def test_rare_classes_merge_into_the_other_there_is():
    frame = table([f"t{i}" for i in range(52)], ["a", "Other"] * 25 + ["r1", "r2"])
    merged = prepare(frame, config(CleaningRule.MERGE_RARE))
    assert merged.classes == ("a", "Other")
    assert (merged.labels == 1).sum() == 27


def test_a_class_too_small_for_all_splits_is_named_and_never_crashes():
    frame = table([f"t{i}" for i in range(43)], ["a", "b"] * 20 + ["single", "pair", "pair"])
    prepared = prepare(frame, config())
    assert set(prepared.split[-3:]) == {TRAIN}
    for split in ("validation", "test"):
        finding = findings_of(prepared, f"classes-missing-in-{split}")[0]
        assert re.search(f"'pair' and 'single' .*{split}", finding.sentence)
        assert finding.rows == (41, 42, 43)


def test_a_class_that_train_lacks_is_named():
    parts = ["train"] * 20 + ["test"] * 4
    frame = table([f"t{i}" for i in range(24)], ["a", "b"] * 11 + ["new", "a"], parts)
    prepared = prepare(frame, config())
    assert re.search("'new' .*train", findings_of(prepared, "unseen-classes")[0].sentence)


def test_repeated_texts_are_kept_together_or_dropped():
    frame = table(
        ["Again", "again ", " AGAIN"] * 4 + [f"t{i}" for i in range(40)], ["a"] * 12 + ["a", "b"] * 20
    )
    prepared = prepare(frame, config())
    assert len(set(prepared.split[:12])) == 1
    finding = findings_of(prepared, "duplicates")[0]
    assert (finding.count, finding.rows[0], finding.cleaning_rule) == (11, 2, CleaningRule.DROP_DUPLICATES)
    assert re.search("^11 rows .*'again'", finding.sentence)
    dropped = prepare(frame, config(CleaningRule.DROP_DUPLICATES))
    assert dropped.rows.tolist() == [1, *range(13, 53)]
    fixed = findings_of(dropped, "duplicates-dropped")[0]
    assert (fixed.count, fixed.severity) == (11, Severity.FIXED)
    assert re.search("^11 rows .*'again'.* left out", fixed.sentence)


def test_texts_with_two_labels_are_a_decision():
    frame = table(["torn", "t", "Torn"] + [f"t{i}" for i in range(40)], ["a", "b", "b"] + ["a", "b"] * 20)
    prepared = prepare(frame, config())
    finding = findings_of(prepared, "conflicts")[0]
    assert finding.rows == (1, 3)
    assert re.search("^2 rows .*'torn' is 'a' and 'b'", finding.sentence)
    dropped = prepare(frame, config(CleaningRule.DROP_CONFLICTS))
    assert not {1, 3} & set(dropped.rows)


def test_fixes_leave_a_given_test_alone_and_report_it():
    parts = ["train"] * 20 + ["test"] * 5
    texts = [f"t{i}" for i in range(20)] + ["x", "x", "y", "y", "z"]
    frame = table(texts, ["a", "b"] * 12 + ["a"], parts)
    prepared = prepare(frame, config(CleaningRule.DROP_DUPLICATES, CleaningRule.DROP_CONFLICTS))
    assert texts_of(prepared, Split.TEST) == texts[20:]
    assert findings_of(prepared, "duplicates-in-test")[0].rows == (2, 4)
    assert findings_of(prepared, "duplicates-in-test")[0].cleaning_rule is None


def given_files(parts, texts=None, labels=None):
    n = len(parts)
    return table(texts or [f"t{i}" for i in range(n)], labels or (["a", "b"] * n)[:n], parts)


REFUSED = {
    "few rows of many classes": (
        table([f"t{i}" for i in range(20)], ["x"] * 5 + [f"c{i}" for i in range(15)]),
        {},
        "'label' has 16 values in 20 rows.* validation split",
    ),
    "one class": (
        table([f"t{i}" for i in range(9)], ["Spam", "spam "] * 4 + ["spam"]),
        {},
        "one class only, 'spam'",
    ),
    "a class a row": (
        plain(30, 30),
        {},
        "'label' has a different value .* 30 rows",
    ),
    "no labels": (
        table(["a", "b"], [None, " "]),
        {},
        "No row .*'text'.*'label'",
    ),
    "few rows": (
        plain(4),
        {},
        "^4 usable rows .*validation split of 15 %.* got 0: bring more rows",
    ),
    "one text over and over": (
        table(["the same"] * 60, ["a", "b"] * 30),
        {},
        "^60 usable rows .*one text.* validation split of 15 % got 0: .*other texts",
    ),
    "the training file as test": (
        table([f"text {i % 60}" for i in range(120)], ["a", "b"] * 60, ["train"] * 60 + ["test"] * 60),
        {},
        "60 rows of train repeat .* test file.* validation split .*: add training rows",
    ),
    "nearly the training file as test": (
        table(
            [f"text {min(i % 60, 59 if i < 60 else 56)}" for i in range(120)],
            ["a", "b"] * 60,
            ["train"] * 60 + ["test"] * 60,
        ),
        {},
        r"^3 usable rows .*validation split of 15 %.* got 1 \(57 rows of train .*\): bring more rows",
    ),
    "one file as validation and as test": (
        table(
            [f"text {i % 60}" for i in range(180)],
            ["a", "b"] * 90,
            ["train"] * 60 + ["validation"] * 60 + ["test"] * 60,
        ),
        {},
        r"validation file leaves 0 usable rows.* \(60 rows of it repeat .*\): add rows",
    ),
    "no such split column": (
        plain(),
        {"column": "fold"},
        "no column 'fold': .*'text' and 'label'",
    ),
    "empty test file": (
        given_files(["train"] * 10 + ["test"] * 2, labels=["a", "b"] * 5 + [None, None]),
        {},
        "test file has no labels in 'label'",
    ),
    "one test row": (
        given_files(["train"] * 20 + ["test"]),
        {},
        "test file leaves 1 usable row, and two",
    ),
    "train is in test": (
        given_files(
            ["train"] * 4 + ["validation"] * 2 + ["test"] * 4,
            ["a", "b", "c", "d", "v", "w", "d", "c", "b", "a"],
        ),
        {},
        r"Train .* no row, .*two classes.* \(4 rows of it repeat .*\): add training rows",
    ),
    "train has one class": (
        given_files(["train"] * 4 + ["validation"] * 2 + ["test"] * 4, labels=list("aaaaababab")),
        {},
        "Train .* one class 'a'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_task_gets_one_sentence_that_helps(case):
    frame, split, pattern = REFUSED[case]
    with pytest.raises(DataError) as error:
        prepare(frame, config(**split))
    assert re.search(pattern, str(error.value))
    assert "\n" not in str(error.value)


def test_five_thousand_classes_are_refused_and_the_limit_can_be_raised():
    frame = table([f"t{i}" for i in range(20_000)], [f"c{i % 5000}" for i in range(20_000)])
    with pytest.raises(DataError, match=r"^5,000 classes .*'label'.* 1,000"):
        prepare(frame, config(), max_classes=1_000)
    assert len(prepare(frame, config(), max_classes=5_000).classes) == 5_000


def test_dropping_or_merging_all_but_one_class_is_refused():
    frame = table([f"t{i}" for i in range(33)], ["a"] * 30 + ["b", "c", "c"])
    with pytest.raises(DataError, match=r"'b' \(1\) and 'c' \(2\).* fewer than two"):
        prepare(frame, config(CleaningRule.DROP_RARE))
    with pytest.raises(DataError, match="one class 'other'"):
        prepare(table([f"t{i}" for i in range(6)], list("aabbcc")), config(CleaningRule.MERGE_RARE))


def test_shares_of_zero_leave_splits_empty_and_are_reported():
    prepared = prepare(plain(10), config(validation=0.0, test=0.2))
    assert [len(prepared.split_indices(s)) for s in SPLITS] == [8, 0, 2]
    assert findings_of(prepared, "no-validation")[0].severity is Severity.BLOCKING


def test_half_a_million_rows_take_seconds():
    n = 500_000
    frame = table([f"a text of number {i // 2 * 2}" for i in range(n)], [str(i % 7) for i in range(n)])
    start = time.process_time()
    prepared = prepare(frame, config())
    assert time.process_time() - start < 20
    assert len(prepared.texts) == n
    assert findings_of(prepared, "duplicates")[0].count == n // 2
    assert len(findings_of(prepared, "duplicates")[0].rows) == 50
