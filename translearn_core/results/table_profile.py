"""What was found in a file and in the task it holds: findings, column suggestions, the shape of the split."""

from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from translearn_core.config import CleaningRule, ReadOptions, TableKind


class Severity(StrEnum):
    """How much a finding matters."""

    DETECTED = "detected"
    FIXED = "mended"
    DECISION = "decision"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing about the data.

    `code` is stable, for tests and pages; `sentence` is for people; `rows` are 1-based row numbers of the
    file, header
    not counted, at most 50 of them; `count` is how many there are in all; `fix` is one click away where
    there is one, `column` is one to choose.
    """

    code: str
    severity: Severity
    sentence: str
    rows: tuple[int, ...] = ()
    count: int = 0
    fix: CleaningRule | None = None
    advice: str | None = None
    column: str | None = None


@dataclass(frozen=True)
class Column:
    """One column as it was read."""

    name: str
    filled: int
    distinct: int
    mean_words: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """Columns that look like the text and the label (and the split), with the reason in a sentence."""

    text: str | None
    label: str | None
    split: str | None
    reason: str


class ColumnType(StrEnum):
    """What a file whose columns have types holds in one of them, texts aside."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True)
class FileFormat:
    """How one file was read.

    `encoding` is a Python codec, None for a format without one; `delimiter` is "" for one column, None for a
    format without delimiters; `sheet` is a workbook's sheet or an archive's member, `sheets` those it has;
    `types` are those of columns that hold no texts, where the format has types.
    """

    part: str
    kind: TableKind
    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    types: tuple[tuple[str, ColumnType], ...] = ()

    @property
    def spreadsheet(self) -> bool:
        """Whether semicolons separate the fields, as in spreadsheets where decimals have a comma."""
        return self.delimiter == ";"

    @property
    def csv_delimiter(self) -> str:
        """What separates the fields of CSV written beside this file."""
        return ";" if self.spreadsheet else ","


@dataclass(frozen=True)
class LikelyReading:
    """A way in which a file may be meant, with the columns' names and the first rows so read."""

    part: str
    title: str
    options: ReadOptions
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TableProfile:
    """A file as a table: how it was read, what was detected and mended, what its columns look like.

    `alternatives` is empty where the way in which the files were read is hardly in doubt.
    """

    rows: int
    parts: dict[str, int]
    columns: tuple[Column, ...]
    suggestion: Suggestion
    findings: tuple[Finding, ...]
    preview: pd.DataFrame = field(compare=False)
    formats: tuple[FileFormat, ...] = ()
    alternatives: tuple[LikelyReading, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One line per column: name, filled, distinct, mean words, an example."""
        return pd.DataFrame(
            {
                "column": [c.name for c in self.columns],
                "filled": [c.filled for c in self.columns],
                "distinct": [c.distinct for c in self.columns],
                "mean words": [round(c.mean_words, 1) for c in self.columns],
                "example": [c.examples[0] if c.examples else "" for c in self.columns],
            }
        )


@dataclass(frozen=True)
class Diagnosis:
    """A table as a task: findings, classes by split, and what the tokenizer makes of the texts."""

    findings: tuple[Finding, ...]
    classes: tuple[str, ...]
    counts: pd.DataFrame = field(compare=False)
    lengths: pd.DataFrame = field(compare=False)
    tokens_per_text: float = 0.0
    unknown_share: float = 0.0
    pieces_per_word: float = 0.0
    cut_share: float = 0.0
    token_limit: int = 0

    @property
    def usable(self) -> bool:
        """Whether nothing blocks training."""
        return not any(f.severity is Severity.BLOCKING for f in self.findings)

    def frame(self) -> pd.DataFrame:
        """Rows per class and split: columns label, train, validation, test."""
        return self.counts
