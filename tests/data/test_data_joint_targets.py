"""Preparation of several targets: rows with any value, one split for all, each target alone."""

import numpy as np
import pandas as pd
import pytest

from translearn_core.config import CleaningRule, DataConfig, ProblemType, TargetConfig
from translearn_core.data import PART, ROW, diagnose, prepare
from translearn_core.errors import DataError
from translearn_core.results import Workload

ROWS = 300
COLUMNS = ("topic", "stars", "tone")


def table(**changes: object) -> pd.DataFrame:
    random = np.random.default_rng(0)
    columns = {
        "text": [f"text number {i}" for i in range(ROWS)],
        "topic": random.choice(["film", "book", "song"], ROWS, p=[0.6, 0.3, 0.1]).tolist(),
        "stars": [f"{value:.2f}" for value in random.normal(3, 1, ROWS)],
        "tone": random.choice(["good", "bad"], ROWS).tolist(),
    } | changes
    return pd.DataFrame(columns).assign(**{ROW: np.arange(1, ROWS + 1), PART: "train"})


def with_gaps() -> pd.DataFrame:
    """Return the table with gaps: rows divisible by 5 have no stars, by 7 no topic, by 35 and 3 nothing."""
    frame, index = table(), np.arange(ROWS)
    frame.loc[index % 5 == 0, "stars"] = None
    frame.loc[index % 7 == 0, "topic"] = ""
    frame.loc[(index % 105) == 0, "tone"] = None
    return frame


def config(*columns: str, **options: object) -> DataConfig:
    types = {"stars": ProblemType.REGRESSION}
    targets = tuple(
        TargetConfig(column=column, problem=types.get(column, ProblemType.SINGLE_LABEL)) for column in columns
    )
    return DataConfig(dataset="d", text="text", targets=targets, **options)


def test_rows_with_any_value_stay_and_know_which() -> None:
    prepared = prepare(with_gaps(), config(*COLUMNS))
    index = prepared.rows - 1
    assert len(index) == ROWS - len(range(0, ROWS, 105))
    topic, stars, tone = prepared.targets
    np.testing.assert_array_equal(topic.known_rows, index % 7 != 0)
    np.testing.assert_array_equal(stars.known_rows, index % 5 != 0)
    assert tone.known is None
    numbers = with_gaps()["stars"].iloc[index[stars.known]].astype(float)
    np.testing.assert_array_equal(stars.values[stars.known], numbers)
    sentences = [finding.sentence for finding in prepared.findings if finding.code == "target-unknown"]
    assert sum("'stars'" in sentence for sentence in sentences) == 1


def test_the_split_is_the_same_in_any_order_and_for_each_target_alone() -> None:
    joint = prepare(with_gaps(), config(*COLUMNS))
    turned = prepare(with_gaps(), config("tone", "topic", "stars"))
    np.testing.assert_array_equal(joint.split, turned.split)
    assert [target.column for target in turned.targets] == ["tone", "topic", "stars"]
    for k in range(3):
        alone = prepare(with_gaps(), config(*COLUMNS).for_target(k))
        known = joint.targets[k].known_rows
        np.testing.assert_array_equal(alone.rows, joint.rows[known])
        np.testing.assert_array_equal(alone.split, joint.split[known])
        np.testing.assert_array_equal(alone.target.values, joint.targets[k].values[known])
        assert alone.target.known is None


def test_every_target_has_its_shares_in_the_drawn_split() -> None:
    prepared = prepare(with_gaps(), config(*COLUMNS))
    for target in (prepared.targets[0], prepared.targets[2]):
        known = target.known_rows
        for value in range(target.n_outputs):
            rows = prepared.split[known & (target.values == value)]
            assert np.mean(rows == 2) == pytest.approx(0.15, abs=0.03)
            assert np.mean(rows == 1) == pytest.approx(0.15, abs=0.03)


def test_cleaning_one_target_leaves_the_others_of_the_row() -> None:
    topics = table()["topic"].tolist()
    topics[0] = topics[1] = "opera"
    frame = table(topic=topics)
    prepared = prepare(frame, config("topic", "tone", cleaning=(CleaningRule.DROP_RARE,)))
    topic, tone = prepared.targets
    assert topic.names == ("book", "film", "song")
    assert len(prepared.rows) == ROWS
    assert (~topic.known_rows).sum() == 2
    assert tone.known is None


def test_fewer_training_rows_are_of_all_targets() -> None:
    prepared = prepare(with_gaps(), config(*COLUMNS, train_rows=60))
    assert (prepared.split == 0).sum() == 60
    assert {len(np.unique(target.values[target.known_rows])) for target in prepared.targets[::2]} == {2, 3}


def test_a_target_that_cannot_be_scored_is_named() -> None:
    frame = table()
    frame.loc[frame.index > 4, "stars"] = None
    with pytest.raises(DataError, match="Target 'stars' has"):
        prepare(frame, config("topic", "stars"))
    constant = table(tone=["good"] * ROWS)
    with pytest.raises(DataError, match="'tone'"):
        prepare(constant, config("topic", "tone"))


def test_bad_targets_are_named_with_their_cells_and_what_to_do() -> None:
    cases = {
        "No row has a value in 'tone', all 300 cells are empty": ("tone", [""] * ROWS),
        "Column 'tone' holds one class only, 'good': choose another": ("tone", ["good"] * ROWS),
        "Most cells of column 'stars' hold no number, such as 'three'": ("stars", ["three"] * ROWS),
        "Column 'stars' holds the one number 3": ("stars", ["3"] * ROWS),
    }
    for sentence, (column, cells) in cases.items():
        with pytest.raises(DataError, match=sentence):
            prepare(table(**{column: cells}), config(*COLUMNS))
        diagnosis, _ = diagnose(table(**{column: cells}), config(*COLUMNS), None)
        assert sentence in diagnosis.findings[0].sentence
        assert not diagnosis.usable


def test_a_diagnosis_counts_the_outputs_of_all_targets() -> None:
    diagnosis, _ = diagnose(table(), config(*COLUMNS), None)
    assert (len(diagnosis.classes), diagnosis.further_outputs) == (3, 3)
    assert Workload.of(diagnosis).n_outputs == 6


def test_a_diagnosis_names_the_target_of_each_finding() -> None:
    diagnosis, prepared = diagnose(with_gaps(), config(*COLUMNS), None)
    assert diagnosis.usable
    assert prepared is not None
    imbalance = [finding.sentence for finding in diagnosis.findings if finding.code == "imbalance"]
    assert imbalance
    assert all(sentence.startswith("'topic': ") for sentence in imbalance)
    assert diagnosis.classes == ("book", "film", "song")


def test_tags_of_words_are_targets_together_by_whole_sentences() -> None:
    random = np.random.default_rng(0)
    lines = [
        (f"word{random.integers(30)}", f"s{sentence}", *random.choice([["NOUN", "B-LOC"], ["VERB", "O"]]))
        for sentence in range(60)
        for _ in range(6)
    ]
    frame = pd.DataFrame(lines, columns=["word", "sentence", "pos", "ner"])
    frame.loc[frame.index % 11 == 0, "ner"] = None
    frame = frame.assign(**{ROW: np.arange(1, len(frame) + 1), PART: "train"})
    targets = tuple(TargetConfig(column=column, problem=ProblemType.TOKENS) for column in ("pos", "ner"))
    words = DataConfig(dataset="d", text="word", sentence="sentence", targets=targets)
    prepared = prepare(frame, words)
    pos, ner = prepared.targets
    assert pos.known is None
    np.testing.assert_array_equal(ner.known_rows, (prepared.rows - 1) % 11 != 0)
    assert pd.Series(prepared.split).groupby(pos.sentence).nunique().max() == 1
    alone = prepare(frame, words.for_target(1))
    np.testing.assert_array_equal(alone.split, prepared.split[ner.known_rows])
    with pytest.raises(ValueError, match="words have tags"):
        DataConfig.model_validate({**dict(words), "targets": (*targets, TargetConfig(column="x"))})
