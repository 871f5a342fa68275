"""Altered samples: only what is meant to be altered differs, and it is the same every time."""

import io

import pandas as pd
import pytest

from translearn_core.data import SAMPLES
from translearn_core.prepared_experiments.altered_samples import (
    CLEAN,
    TESTED,
    VERSION,
    Alteration,
    altered_table,
)

REVIEWS = next(sample for sample in SAMPLES if sample.key == "reviews")
FLIP = Alteration(kind="flip", shares=(0, 0.2, 0.4))
PLANT = Alteration(kind="plant", shares=(0, 0.9), word="okapi", label="positive")


def table(alteration: Alteration) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(altered_table(REVIEWS, alteration)), keep_default_na=False)


@pytest.fixture(scope="module")
def labels() -> dict[str, str]:
    original = pd.read_csv(REVIEWS.path, keep_default_na=False)
    return dict(zip(original["text"], original["sentiment"], strict=True))


def test_flips_change_the_share_of_labels_and_no_text(labels) -> None:
    rows = table(FLIP)
    wrong = rows["sentiment"] != rows["text"].map(labels)
    shares = wrong.groupby(rows[VERSION]).mean()
    assert shares[CLEAN] == shares[TESTED] == 0
    assert shares["20 % wrong labels"] == pytest.approx(0.2, abs=0.01)
    assert shares["40 % wrong labels"] == pytest.approx(0.4, abs=0.01)
    fewer, more = (set(rows["text"][wrong & (rows[VERSION] == f"{s} % wrong labels")]) for s in (20, 40))
    assert fewer < more


def test_no_test_row_is_learned_from_and_all_versions_have_the_same_rows() -> None:
    for alteration in (FLIP, PLANT):
        rows = table(alteration)
        texts = rows["text"].str.removeprefix("okapi ")
        by_version = {name: set(group) for name, group in texts.groupby(rows[VERSION])}
        tested = by_version.pop(TESTED)
        assert all(not tested & learned for learned in by_version.values())
        assert len({frozenset(learned) for learned in by_version.values()}) == 1
        assert set(rows["split"][rows[VERSION] == TESTED]) == {"test"}


def test_the_word_stands_where_it_helps_to_learn_and_misleads_in_the_test() -> None:
    rows = table(PLANT)
    share = rows["text"].str.startswith("okapi ").groupby([rows[VERSION], rows["sentiment"]]).mean()
    assert share[TESTED].to_dict() == {"negative": 1.0, "positive": 0.0}
    assert share["90 % word planted"]["positive"] == pytest.approx(0.9, abs=0.01)
    assert share["90 % word planted"]["negative"] == 0
    assert not share[CLEAN].any()


def test_the_table_is_the_same_every_time() -> None:
    assert altered_table(REVIEWS, FLIP) == altered_table(REVIEWS, FLIP)
