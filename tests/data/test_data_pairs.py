"""Pairs of texts: rows without one of them, duplicates, conflicts, splits without leaks, findings by pair."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tests.data.test_data_preparing import findings_of, table
from translearn_core.config import CleaningRule, DataConfig, SplitConfig
from translearn_core.data import PreparedDataset, diagnose, prepare
from translearn_core.results import Finding
from translearn_core.tasks.splits import TEST, TRAIN


def config(*cleaning: CleaningRule, **split: object) -> DataConfig:
    return DataConfig(
        dataset="d",
        text="text",
        text_pair="other",
        label="label",
        cleaning=cleaning,
        split=SplitConfig(**split),
    )


def pairs(rows: int = 60) -> pd.DataFrame:
    """Return pairs of 20 first and 60 second texts in two classes."""
    first = [f"premise {i % 20} of some length" for i in range(rows)]
    second = [f"hypothesis number {i}" for i in range(rows)]
    return table(first, ["yes" if i % 2 else "no" for i in range(rows)], other=second)


def diagnosed(
    frame: pd.DataFrame, data: DataConfig | None = None
) -> tuple[dict[str, Finding], PreparedDataset]:
    diagnosis, prepared = diagnose(frame, data or config(), None)
    assert prepared is not None
    return {finding.code: finding for finding in diagnosis.findings}, prepared


def test_rows_need_both_texts() -> None:
    frame = pairs()
    frame.loc[3, "other"], frame.loc[4, "other"], frame.loc[5, "text"] = None, "  ", None
    prepared = prepare(frame, config())
    assert len(prepared.texts) == 57
    assert all(len(cell) == 2 and all(side.strip() for side in cell) for cell in prepared.texts)
    (one_sided,) = findings_of(prepared, "missing-second-texts")
    assert one_sided.rows == (4, 5)
    assert findings_of(prepared, "missing-texts")[0].rows == (6,)


def test_a_repeated_first_text_is_no_duplicate_and_a_repeated_pair_is() -> None:
    frame = pairs()
    assert not findings_of(prepare(frame, config()), "duplicates")
    frame.loc[7, ["text", "other"]] = ["PREMISE 1 of some length", "hypothesis  number 1"]
    (found,) = findings_of(prepare(frame, config()), "duplicates")
    assert found.rows == (8,)
    assert len(prepare(frame, config(CleaningRule.DROP_DUPLICATES)).texts) == 59
    frame.loc[7, "label"] = "no"
    (conflict,) = findings_of(prepare(frame, config()), "conflicts")
    assert conflict.count == 2


@pytest.mark.parametrize("seed", range(5))
def test_equal_and_swapped_pairs_stay_in_one_split(seed: int) -> None:
    frame = pairs()
    for row in range(40, 60):
        frame.loc[row, ["text", "other"]] = frame.loc[row - 40, ["other", "text"]].tolist()
    found, prepared = diagnosed(frame, config(seed=seed, validation=0.3, test=0.3))
    split = {frozenset(cell): {int(s)} for cell, s in zip(prepared.texts, prepared.split, strict=True)}
    for cell, s in zip(prepared.texts, prepared.split, strict=True):
        split[frozenset(cell)].add(int(s))
    assert {len(splits) for splits in split.values()} == {1}
    assert found["swapped-pairs"].count == 20
    assert found["swapped-pairs"].severity == "detected"


def test_leaks_of_given_splits_are_equal_pairs_and_swapped_ones_are_a_warning() -> None:
    frame = pairs()
    frame["split"] = ["test" if row >= 45 else "validation" if row >= 30 else "train" for row in range(60)]
    frame.loc[50, ["text", "other"]] = frame.loc[2, ["text", "other"]].tolist()
    frame.loc[51, ["text", "other"]] = frame.loc[3, ["other", "text"]].tolist()
    found, prepared = diagnosed(frame, config(column="split"))
    assert found["leaks"].rows == (3,)
    assert np.count_nonzero(prepared.split == TEST) == 15
    assert np.count_nonzero(prepared.split == TRAIN) == 29
    assert found["swapped-pairs"].rows == (52,)
    assert found["swapped-pairs"].severity == "warning"
    assert found["shared-texts"].count == 30


def test_pairs_of_one_text_are_reported() -> None:
    frame = pairs()
    frame.loc[9, "other"] = frame.loc[9, "text"].upper()
    assert diagnosed(frame)[0]["equal-sides"].rows == (10,)
    assert "equal-sides" not in diagnosed(pairs())[0]


def test_single_texts_have_no_findings_of_pairs() -> None:
    diagnosis, _ = diagnose(pairs(), config().model_copy(update={"text_pair": None}), None)
    assert {f.code for f in diagnosis.findings}.isdisjoint({"swapped-pairs", "equal-sides", "shared-texts"})


@pytest.mark.parametrize("column", ["text", "label"])
def test_the_second_texts_need_a_column_of_their_own(column: str) -> None:
    with pytest.raises(ValidationError, match="second texts"):
        DataConfig(dataset="d", text="text", text_pair=column, label="label")
