"""The sample datasets match their descriptions and are tasks without problems."""

import subprocess
import sys

import pytest

from translearn_core.config.settings import Settings
from translearn_core.data import SAMPLES, diagnose, read_table, sample_bytes
from translearn_core.errors import NotFoundError
from translearn_core.results import Severity
from translearn_core.tasks.normalisation import text_key

COLUMNS = {
    "reviews": (["text", "sentiment", "domain"], 480, (2, 4)),
    "tickets": (["text", "intent"], 400, (10,)),
    "trilingual": (["text", "topic", "language"], 300, (4, 3)),
    "hotel": (["text", "topics"], 300, (88,)),
    "pairs": (["first", "second", "relation", "similarity"], 200, (240, 3, 46)),
}


def test_the_samples_are_those_described():
    assert [sample.key for sample in SAMPLES] == list(COLUMNS)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.key)
def test_a_sample_reads_cleanly_and_is_a_task_without_warnings(sample, tmp_path):
    columns, rows, classes = COLUMNS[sample.key]
    (tmp_path / "train").write_bytes(sample_bytes(sample.key))
    table, reading = read_table({"train": tmp_path / "train"}, Settings())
    assert [c.name for c in reading.columns] == columns
    assert reading.rows >= rows
    assert tuple(c.distinct for c in reading.columns[1:]) == classes
    suggested = reading.suggestion
    assert (suggested.text, suggested.label) == (sample.text, sample.label)
    assert (suggested.text_pair, reading.column(sample.label).problem) == (sample.text_pair, sample.problem)
    assert len({text_key(text) for text in table[sample.text]}) == reading.rows
    diagnosis, _ = diagnose(table, sample.data, None)
    assert {f.severity for f in (*reading.findings, *diagnosis.findings)} == {Severity.DETECTED}


def test_an_unknown_sample_is_not_found():
    with pytest.raises(NotFoundError, match=r"'news'.*reviews, tickets, trilingual"):
        sample_bytes("news")


def test_nothing_heavy_is_imported():
    code = (
        "import sys, translearn_core.data; print([m for m in ('torch', 'transformers', 'sklearn', "
        "'tokenizers') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
