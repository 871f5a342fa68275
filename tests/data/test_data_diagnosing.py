"""Diagnosis of tasks: findings, severities, counts and token statistics."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from translearn_core.config import BUNDLED, DataConfig
from translearn_core.config.settings import Settings
from translearn_core.data import PART, ROW, TokenStatistics, diagnose, read_table
from translearn_core.data.diagnosis import lengths_frame
from translearn_core.results import Severity

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"


def table(texts, labels, **more):
    frame = pd.DataFrame({"text": texts, "label": labels, **more}, dtype=object)
    frame[ROW] = np.arange(1, len(texts) + 1)
    frame[PART] = "train"
    return frame


CONFIG = DataConfig(dataset="d", text="text", label="label")
PLAIN = table([f"some text of number {i}" for i in range(40)], ["a", "b"] * 20)


def findings_of(diagnosis, code):
    return [f for f in diagnosis.findings if f.code == code]


def statistics(lengths=(10, 12, 14), unknown=0.0, pieces=1.2, limit=128):
    return TokenStatistics(BUNDLED, limit, unknown, pieces, np.array(lengths, dtype=np.int64))


def test_a_clean_table_has_nothing_to_decide():
    diagnosis, prepared = diagnose(PLAIN, CONFIG, None)
    assert diagnosis.usable
    assert [f.code for f in diagnosis.findings] == ["split"]
    assert diagnosis.counts.to_dict("list") == {
        "label": ["a", "b"],
        "train": [14, 14],
        "validation": [3, 3],
        "test": [3, 3],
    }
    assert diagnosis.classes == prepared.classes
    assert list(diagnosis.lengths.columns) == ["tokens_from", "tokens_to", "texts"]
    assert diagnosis.lengths.empty


def test_what_blocks_is_a_finding_and_no_exception():
    diagnosis, prepared = diagnose(table(["x", "y"], ["a", "a"]), CONFIG, None)
    assert prepared is None
    assert not diagnosis.usable
    assert diagnosis.findings[0].severity is Severity.BLOCKING
    assert "one class only" in diagnosis.findings[0].sentence
    assert list(diagnosis.counts.columns) == ["label", "train", "validation", "test"]


def test_a_column_that_is_not_there_blocks():
    diagnosis, _ = diagnose(PLAIN, DataConfig(dataset="d", text="body", label="label"), None)
    assert (diagnosis.findings[0].code, diagnosis.findings[0].severity) == ("unusable", Severity.BLOCKING)
    assert re.search("'body'.*'text' and 'label'", diagnosis.findings[0].sentence)


def test_the_gravest_finding_comes_first():
    texts = PLAIN["text"].tolist() + ["again"] * 19 + [""]
    frame = table(texts, ["a", "b"] * 20 + ["a"] * 18 + ["c", "a"])
    severities = [f.severity for f in diagnose(frame, CONFIG, statistics(unknown=0.4))[0].findings]
    order = [Severity.WARNING, Severity.DECISION, Severity.FIXED, Severity.DETECTED]
    assert sorted(severities, key=order.index) == severities
    assert set(severities) == set(order)


def test_imbalance_is_reported_with_its_remedy():
    frame = table(PLAIN["text"].tolist(), ["a"] * 32 + ["b"] * 8)
    finding = findings_of(diagnose(frame, CONFIG, None)[0], "imbalance")[0]
    assert re.search("'a' has 22 .*'b' 6,", finding.sentence)
    assert "class weights" in finding.advice
    assert not findings_of(diagnose(PLAIN, CONFIG, None)[0], "imbalance")


@pytest.mark.parametrize("make", ["tkt-{:05d}", "{:08x}-77", "https://x.org/{}"])
def test_a_text_column_of_ids_is_noticed_and_the_better_one_named(make):
    frame = table([make.format(i) for i in range(40)], ["a", "b"] * 20, body=PLAIN["text"].tolist())
    finding = findings_of(diagnose(frame, CONFIG, None)[0], "text-looks-like-ids")[0]
    assert "'body' reads like text" in finding.sentence
    assert not findings_of(diagnose(PLAIN, CONFIG, None)[0], "text-looks-like-ids")


def test_chinese_without_spaces_is_no_id():
    frame = table([f"这个产品第{i}次很好" for i in range(40)], ["a", "b"] * 20)
    assert not findings_of(diagnose(frame, CONFIG, None)[0], "text-looks-like-ids")


def test_labels_nearly_one_a_row_are_doubted():
    frame = table(PLAIN["text"].tolist(), [f"c{i}" for i in range(24)] + ["x"] * 16)
    finding = findings_of(diagnose(frame, CONFIG, None)[0], "labels-nearly-unique")[0]
    assert "25 values in 40 rows" in finding.sentence


def test_labels_on_a_scale_are_doubted():
    frame = table(PLAIN["text"].tolist(), ["1.5", "2", "3.7", "4"] * 10)
    finding = findings_of(diagnose(frame, CONFIG, None)[0], "labels-are-a-scale")[0]
    assert re.search(r"'1\.5'.*\b4 values", finding.sentence)


@pytest.mark.parametrize(
    ("share", "severity", "words"),
    [
        (0.78, Severity.WARNING, "78 % of the tokens"),
        (0.004, Severity.DETECTED, "0.4 % of the tokens"),
    ],
)
def test_unknown_tokens_are_red_above_a_tenth(share, severity, words):
    diagnosis, _ = diagnose(PLAIN, CONFIG, statistics(unknown=share))
    finding = findings_of(diagnosis, "unknown-tokens")[0]
    assert finding.severity is severity
    assert finding.sentence.startswith(words)
    assert BUNDLED in finding.sentence
    assert diagnosis.unknown_share == share


def test_many_pieces_per_word_are_a_warning():
    for pieces, severity in ((3.4, Severity.WARNING), (1.2, Severity.DETECTED)):
        diagnosis, _ = diagnose(PLAIN, CONFIG, statistics(pieces=pieces))
        assert findings_of(diagnosis, "pieces-per-word")[0].severity is severity


def test_cut_texts_are_counted_with_rows_and_the_limit_that_would_keep_them():
    lengths = np.full(40, 20)
    lengths[[4, 9]] = 150, 200
    diagnosis, _ = diagnose(PLAIN, CONFIG, statistics(lengths))
    finding = findings_of(diagnosis, "cut-texts")[0]
    assert re.search(r"^5 % .* 128 tokens .* 200\b", finding.sentence)
    assert (finding.rows, finding.count) == ((5, 10), 2)
    assert "limit of 184 tokens" in finding.advice
    assert diagnosis.cut_share == pytest.approx(0.05)
    assert diagnosis.tokens_per_text == pytest.approx((38 * 20 + 2 * 128) / 40)
    assert not findings_of(diagnose(PLAIN, CONFIG, statistics())[0], "cut-texts")


@pytest.mark.parametrize("high", [3, 30, 31, 517, 4000])
def test_lengths_fall_into_about_thirty_bins_without_gaps(high):
    lengths = np.random.default_rng(0).integers(2, high + 1, 1000)
    frame = lengths_frame(lengths)
    assert 1 <= len(frame) <= 30
    assert frame["texts"].sum() == 1000
    assert (frame["tokens_from"].iloc[1:].to_numpy() == frame["tokens_to"].iloc[:-1].to_numpy() + 1).all()
    for low, top, texts in frame.itertuples(index=False):
        assert ((lengths >= low) & (lengths <= top)).sum() == texts


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="The real data sets are not beside the project.")
def test_sst2_as_given():
    parts = {"train": "sst2_train.tsv", "validation": "sst2_dev.tsv", "test": "sst2_test.tsv"}
    frame, _ = read_table({part: REAL / name for part, name in parts.items()}, Settings())
    diagnosis, prepared = diagnose(frame, CONFIG, None)
    assert diagnosis.usable
    assert diagnosis.counts[["validation", "test"]].sum().tolist() == [872, 1821]
    leaks = findings_of(diagnosis, "leaks")[0]
    assert diagnosis.counts["train"].sum() == 6920 - leaks.count == 6917
    assert prepared.classes == ("0", "1")
