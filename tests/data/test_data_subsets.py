"""Nested stratified training subsets; the other splits stay."""

import re

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from translearn_core.config import DataConfig, Split
from translearn_core.data import prepare
from translearn_core.data.columns import PART, ROW
from translearn_core.data.splits.subset import nested_order


@given(st.lists(st.integers(0, 4), min_size=2, max_size=200), st.integers(0, 3))
def test_every_prefix_is_stratified(labels: list[int], seed: int) -> None:
    array = np.asarray(labels)
    order = nested_order(array, seed=seed)
    assert sorted(order) == list(range(len(array)))
    classes, totals = np.unique(array, return_counts=True)
    assert set(array[order[: len(classes)]]) == set(classes)
    for size in range(len(classes), len(array) + 1):
        counts = np.array([(array[order[:size]] == c).sum() for c in classes])
        assert (np.abs(counts - totals * size / len(array)) <= len(classes) + 1).all()
    assert (nested_order(array, seed=seed) == order).all()


def test_smaller_training_sets_are_part_of_larger_ones_and_the_rest_stays() -> None:
    table = pd.DataFrame(
        {
            "text": [f"text number {i} about {'cats' if i % 3 else 'dogs'}" for i in range(300)],
            "label": ["cat" if i % 3 else "dog" for i in range(300)],
            ROW: np.arange(1, 301),
            PART: "train",
        }
    )
    prepared = {
        size: prepare(table, DataConfig(dataset="d", text="text", label="label", train_rows=size))
        for size in (2, 16, 64, 10_000)
    }
    sizes = [len(p.split_indices(Split.TRAIN)) for p in prepared.values()]
    assert sizes[:3] == [2, 16, 64]
    whole = prepare(table, DataConfig(dataset="d", text="text", label="label"))
    assert sizes[3] == len(whole.split_indices(Split.TRAIN))
    (fewer,) = [finding for finding in prepared[64].findings if finding.code == "fewer"]
    assert re.search(rf"\b64 of the {sizes[3]} .* seed 0\b", fewer.sentence)
    assert not [finding for finding in whole.findings if finding.code == "fewer"]
    rows = [set(p.rows[p.split_indices(Split.TRAIN)]) for p in prepared.values()]
    assert rows[0] < rows[1] < rows[2] < rows[3]
    for split in (Split.VALIDATION, Split.TEST):
        held_out = [tuple(p.rows[p.split_indices(split)]) for p in prepared.values()]
        assert len(set(held_out)) == 1
