"""Edits of a table, and the split of the version that they make."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from tests.data.test_data_preparing import config, plain, table, texts_of
from translearn_core.config import Split, TargetConfig
from translearn_core.config.settings import Settings
from translearn_core.config.table_edits import (
    CellEdit,
    ColumnValue,
    NewColumn,
    RowDrop,
    TableEdits,
    ValueRename,
)
from translearn_core.data import ROW, prepare, read_table
from translearn_core.data.table_edits import (
    apply_edits,
    describe_edit,
    earlier_tables,
    edited_profile,
    new_column,
    shares_split,
)
from translearn_core.errors import DataError
from translearn_core.tasks.normalisation import text_key
from translearn_core.tasks.splits import SPLITS


def edits(*changes):
    return TableEdits(original="d", number=2, edits=changes)


def splits_by_row(prepared):
    return dict(zip(prepared.rows.tolist(), prepared.split.tolist(), strict=True))


def test_edits_apply_in_order_and_leave_the_table_alone():
    frame = table(["a", "b", "c", "d"], ["Yes ", "no", "Yes", "maybe"])
    edited = apply_edits(
        frame,
        edits(
            CellEdit(row=4, column="label", value="no"),
            ValueRename(column="label", value="Yes", replacement="yes"),
            ValueRename(column="label", value="yes", replacement="agree"),
            RowDrop(row=2),
        ),
    )
    assert edited["label"].tolist() == ["agree", "agree", "no"]
    assert edited[ROW].tolist() == [1, 3, 4]
    assert frame["label"].tolist() == ["Yes ", "no", "Yes", "maybe"]


@pytest.mark.parametrize(
    "change",
    [
        CellEdit(row=9, column="label", value="x"),
        CellEdit(row=1, column="nowhere", value="x"),
        CellEdit(part=Split.TEST, row=1, column="label", value="x"),
        RowDrop(row=9),
        ValueRename(column="label", value="c9", replacement="c1"),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(change):
    with pytest.raises(DataError, match=r"9|nowhere|test"):
        apply_edits(plain(4), edits(change))


def test_a_dropped_row_cannot_be_edited():
    with pytest.raises(DataError, match="Row 1"):
        apply_edits(plain(4), edits(RowDrop(row=1), CellEdit(row=1, column="label", value="x")))


def with_texts(folder):
    """A table of 20 labelled rows and a file of three texts, whose own labels do not count."""
    (folder / "train.csv").write_text("text,label\n" + "\n".join(f"text {i},c{i % 2}" for i in range(20)))
    (folder / "texts.csv").write_text("text,label\nfirst,c9\nsecond,c9\nthird,c9\n")
    return read_table({"train": folder / "train.csv", "unlabelled": folder / "texts.csv"}, Settings())[0]


def test_a_text_of_a_file_without_labels_trains_once_it_has_one(tmp_path):
    frame = with_texts(tmp_path)
    first = CellEdit(part="unlabelled", row=2, column="label", value="c1")
    edited = apply_edits(frame, edits(first))
    before, after = prepare(frame, config()), prepare(edited, config(), earlier=(frame,))
    assert after.unlabelled == ("first", "third")
    assert set(after.texts) - set(before.texts) == {"second"}
    place = after.texts.index("second")
    assert SPLITS[after.split[place]] is Split.TRAIN
    assert after.rows[place] == 22
    known = splits_by_row(before)
    assert {row: split for row, split in splits_by_row(after).items() if row != 22} == known
    again = apply_edits(frame, edits(first, CellEdit(row=22, column="label", value="c0"), RowDrop(row=1)))
    assert again.loc[again[ROW] == 22, "label"].tolist() == ["c0"]
    assert len(again) == 22


def test_a_new_column_that_is_no_label_names_texts_of_that_file_too(tmp_path):
    frame = with_texts(tmp_path)
    rows = pd.DataFrame({"part": ["train", "unlabelled"], "row": [1, 1]})
    column = new_column("language", rows, ["en", "zh"], labels=False)
    cells = apply_edits(frame, edits(column))["language"]
    assert (cells.iloc[0], cells.iloc[20], cells.notna().sum()) == ("en", "zh", 2)
    assert apply_edits(frame, edits(new_column("topic", rows, ["a", "b"])))["topic"].notna().sum() == 1


def random_edit(row, what):
    if what == "drop":
        return RowDrop(row=row)
    return CellEdit(row=row, column=what, value="c0" if what == "label" else "text 3")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 3)), min_size=30, max_size=80),
    st.dictionaries(st.integers(1, 80), st.sampled_from(["label", "text", "drop"]), min_size=1, max_size=25),
    st.integers(0, 4),
)
def test_rows_keep_their_split_in_an_edited_version_and_nothing_leaks(rows, changes, seed):
    frame = table([f"text {t}" for t, _ in rows], [f"c{c}" for _, c in rows])
    choices = config(seed=seed, rare_class_below=2)
    changes = {row: what for row, what in changes.items() if row <= len(rows)}
    assume(changes)
    edited = apply_edits(frame, edits(*(random_edit(row, what) for row, what in changes.items())))
    try:
        before = splits_by_row(prepare(frame, choices))
        after = prepare(edited, choices, earlier=[frame])
    except DataError:
        reject()
    train, validation, test = ({text_key(text) for text in texts_of(after, split)} for split in SPLITS)
    assert train.isdisjoint(validation | test)
    assert validation.isdisjoint(test)
    for row, split, text in zip(after.rows.tolist(), after.split.tolist(), after.texts, strict=True):
        if row in before and changes.get(row) != "text" and text != "text 3":
            assert split == before[row]


def test_new_rows_of_a_version_train():
    frame = plain(60)
    frame.loc[:9, "label"] = None
    edited = apply_edits(
        frame, edits(*(CellEdit(row=row, column="label", value="c1") for row in range(1, 11)))
    )
    before, after = prepare(frame, config()), prepare(edited, config(), earlier=[frame])
    added = after.split[np.isin(after.rows, range(1, 11))]
    assert added.tolist() == [0] * 10
    assert {row: splits_by_row(after)[row] for row in splits_by_row(before)} == splits_by_row(before)


FILL = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 1)), min_size=12, max_size=30)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(0, 40)), min_size=60, max_size=60),
    st.lists(FILL, min_size=2, max_size=4),
    st.sampled_from(["drawn", "groups", "time"]),
    st.booleans(),
)
def test_labels_that_come_later_never_move_a_test_row_into_training(rows, fills, kind, with_column):
    frame = table([f"text {t}" for t, _, _ in rows], [""] * len(rows))
    frame["author"] = [f"a{a}" for _, a, _ in rows]
    frame["year"] = [str(1980 + y) for _, _, y in rows]
    first = () if with_column else (NewColumn(column="topic"),)
    if with_column:
        frame["topic"] = None
    split = {"groups": {"group": "author"}, "time": {"time": "year"}}.get(kind, {})
    choices = config(rare_class_below=2, **split).model_copy(
        update={"targets": (TargetConfig(column="topic"),)}
    )
    edited, counts, before = list(first), [], {}
    for fill in fills:  # each a version made from the one before, as files of labels come back
        edited += [CellEdit(row=row, column="topic", value=f"c{k}") for row, k in fill]
        version = TableEdits(original="d", number=2, edits=tuple(edited), earlier=tuple(counts))
        counts.append(len(edited))
        try:
            prepared = prepare(apply_edits(frame, version), choices, earlier=earlier_tables(frame, version))
        except DataError:  # too few labels yet, or groups that a row joined
            continue
        now = splits_by_row(prepared)
        train = {row for row, split in now.items() if SPLITS[split] is Split.TRAIN}
        tested = {row for row, split in now.items() if SPLITS[split] is Split.TEST}
        assert not train & {row for row, split in before.items() if SPLITS[split] is not Split.TRAIN}
        assert {row for row, split in before.items() if SPLITS[split] is Split.TEST} & now.keys() <= tested
        before |= now
    assume(before)


def test_a_version_mends_a_table_that_made_no_task():
    frame = table([f"t{i}" for i in range(40)], [f"kind {i}" for i in range(40)])
    edited = apply_edits(
        frame, edits(*(CellEdit(row=row + 1, column="label", value=f"c{row % 2}") for row in range(40)))
    )
    with pytest.raises(DataError):
        prepare(frame, config())
    assert prepare(edited, config(), earlier=[frame]).target.names == ("c0", "c1")


def test_the_profile_of_a_version_describes_the_edited_table(tmp_path):
    path = tmp_path / "train"
    path.write_bytes(b"text,label\n" + b"".join(f"text {i},c{i % 3}\n".encode() for i in range(30)))
    frame, profile = read_table({"train": path}, Settings())
    changes = edits(ValueRename(column="label", value="c2", replacement="c1"), RowDrop(row=1))
    mended = edited_profile(profile, apply_edits(frame, changes), changes)
    assert (mended.rows, mended.parts) == (29, {"train": 29})
    assert next(c for c in mended.columns if c.name == "label").distinct == 2
    assert mended.findings[0].code == "edited"
    assert not mended.preview.isin(["c2"]).to_numpy().any()


@pytest.mark.parametrize("later", [Split.TRAIN, Split.TEST])
def test_a_text_made_equal_to_one_of_test_joins_test(later):
    frame = plain(60)
    before = prepare(frame, config())
    train, test = (before.split_indices(s)[-1 if s is later else 0] for s in (Split.TRAIN, Split.TEST))
    change = CellEdit(row=int(before.rows[train]), column="text", value=before.texts[test].upper())
    after = splits_by_row(prepare(apply_edits(frame, edits(change)), config(), earlier=[frame]))
    assert {SPLITS[after[int(before.rows[row])]] for row in (train, test)} == {Split.TEST}


def test_a_column_is_added_and_can_be_edited():
    frame = plain(6).drop(columns="label")
    rows = pd.DataFrame({"part": "train", "row": [1, 2, 4, 6]})
    added = new_column("topic", rows, ["money", "parcels", "money", ""])
    assert [(one.value, one.rows) for one in added.values] == [("money", (1, 4)), ("parcels", (2,))]
    edited = apply_edits(
        frame,
        edits(
            added,
            CellEdit(row=3, column="topic", value="parcels"),
            ValueRename(column="topic", value="money", replacement="billing"),
            RowDrop(row=6),
        ),
    )
    assert edited["topic"].tolist() == ["billing", "parcels", "parcels", "billing", None]
    assert "topic" not in frame
    assert describe_edit(added) == "new column 'topic': 2 values in 3 rows"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (NewColumn(column="label"), "column 'label' already"),
        (NewColumn(column=ROW), "already"),
        (NewColumn(column="new", values=(ColumnValue(value="x", rows=(9,)),)), "no row 9"),
    ],
)
def test_a_column_that_exists_or_names_no_row_is_refused(change, message):
    with pytest.raises(DataError, match=message):
        apply_edits(plain(4), edits(change))


TOPICS = NewColumn(column="topic", values=(ColumnValue(value="x", rows=(1,)),))
EMPTY = NewColumn(column="topic")
FILLED = CellEdit(row=2, column="topic", value="y")


def version(*changes, earlier=()):
    return TableEdits(original="d", number=2, edits=changes, earlier=earlier)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (version(TOPICS), version(TOPICS, FILLED, earlier=(1,)), True),
        (version(EMPTY, FILLED), None, False),
        (version(EMPTY, FILLED, RowDrop(row=1), earlier=(2,)), version(EMPTY, FILLED), True),
        (
            version(EMPTY, FILLED, RowDrop(row=1), earlier=(2,)),
            version(EMPTY, FILLED, RowDrop(row=3), earlier=(2,)),
            True,
        ),
        (version(EMPTY, FILLED, RowDrop(row=1)), version(EMPTY, FILLED, RowDrop(row=3)), False),
        (version(TOPICS), version(EMPTY, FILLED), False),
    ],
)
def test_versions_share_their_split_where_one_drew_it(one, other, shared):
    assert shares_split(one, other, "topic", labelled_file=False) is shared
    assert shares_split(other, one, "topic", labelled_file=False) is shared
    assert shares_split(one, other, "topic", labelled_file=True)


def test_a_time_that_is_edited_moves_no_row():
    frame = plain(60)
    frame["year"] = [str(1900 + i) for i in range(60)]
    choices = config(time="year")
    before = splits_by_row(prepare(frame, choices))
    change = CellEdit(row=60, column="year", value="1900")
    after = prepare(apply_edits(frame, edits(change)), choices, earlier=[frame])
    assert splits_by_row(after) == before
