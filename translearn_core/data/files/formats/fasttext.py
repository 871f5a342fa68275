"""fastText files, with lines such as ``__label__good a text``, as tables of labels and texts."""

from itertools import islice

from translearn_core.config import TableKind
from translearn_core.data.files.delimited_rows import too_many_rows
from translearn_core.data.files.line_ends import lines_of
from translearn_core.data.files.raw_table import RawTable
from translearn_core.results import Severity
from translearn_core.results.findings import finding

PREFIX = "__label__"
SAMPLE_LINES = 300


def read_fasttext(text: str, name: str, max_rows: int) -> RawTable | None:
    """Parse a fastText file; return None if the text is none."""
    sample = [line for line in islice(lines_of(text), SAMPLE_LINES) if line.strip()]
    if sum(line.lstrip("\ufeff ").startswith(PREFIX) for line in sample) < 0.8 * max(1, len(sample)):
        return None
    rows, lines = [], []
    for number, line in enumerate(lines_of(text), 1):
        labels, rest = [], line.lstrip("\ufeff").strip()
        while rest.startswith(PREFIX):
            word, _, rest = rest.partition(" ")
            labels.append(word.removeprefix(PREFIX).rstrip(","))
            rest = rest.lstrip(" ,")
        if labels or rest:
            rows.append([";".join(labels), rest])
            lines.append(number)
        if len(rows) > max_rows:
            raise too_many_rows(name, max_rows)
    sentence = f"Lines begin with {PREFIX}, as fastText's do: read as the columns 'label' and 'text'."
    findings = [finding("delimiter", Severity.DETECTED, sentence)]
    return RawTable(TableKind.CSV, rows, lines, names=["label", "text"], findings=findings)
