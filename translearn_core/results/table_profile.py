"""Profile of a table and diagnosis of the task it holds."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated

import pandas as pd
from pydantic import AliasChoices, Field

from translearn_core.config import CleaningRule, ProblemType, ReadOptions, Split, TableKind

EARLIER_CLEANING_RULE = AliasChoices("cleaning_rule", "fix")
"""Keys of a finding's cleaning rule; `fix` is that of earlier versions."""


class Severity(StrEnum):
    """Severity of a finding."""

    DETECTED = "detected"
    FIXED = "fixed"
    DECISION = "decision"
    WARNING = "warning"
    BLOCKING = "blocking"

    @classmethod
    def _missing_(cls, value: object) -> "Severity | None":
        """Read the value that earlier versions wrote for `FIXED`."""
        return cls.FIXED if value == "mended" else None


@dataclass(frozen=True)
class Finding:
    """Finding about the data.

    `code` is stable, for tests and pages; `sentence` is for users; `rows` are at most 50 row numbers of the
    file, from 1 without the header; `count` is their total; `cleaning_rule` resolves it; `column` is
    a suggested column.
    """

    code: str
    severity: Severity
    sentence: str
    rows: tuple[int, ...] = ()
    count: int = 0
    cleaning_rule: Annotated[CleaningRule | None, Field(validation_alias=EARLIER_CLEANING_RULE)] = None
    advice: str | None = None
    column: str | None = None


@dataclass(frozen=True)
class Column:
    """Column of a table.

    `problem` is the guessed problem type if it is predicted, `problem_reason` says why in a sentence, and
    `problem_alternative` is another plausible type; `binary`: its cells say yes or no; `values` are the
    different cells, most frequent first, where there are few.
    """

    name: str
    filled: int
    distinct: int
    mean_words: float
    examples: tuple[str, ...]
    problem: ProblemType = ProblemType.SINGLE_LABEL
    problem_reason: str = ""
    problem_alternative: ProblemType | None = None
    binary: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Suggested columns for text, label and split, with the reason in a sentence.

    `text_pair` is the second text of pairs; `one_hot` are binary columns with one of several labels each;
    `sentence` numbers the sentences of a table whose `text` is a word per row; `domain` names each row's
    language, kind of product or the like.
    """

    text: str | None
    label: str | None
    split: str | None
    reason: str
    text_pair: str | None = None
    one_hot: tuple[str, ...] = ()
    sentence: str | None = None
    domain: str | None = None


class ColumnType(StrEnum):
    """Type of a column without texts, in a format that has types."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


class QuoteStyle(StrEnum):
    """How delimited text writes a quote inside a quoted field; plain: no field is quoted."""

    DOUBLED = "doubled"
    ESCAPED = "escaped"
    PLAIN = "plain"


@dataclass(frozen=True)
class DelimitedStyle:
    """Spelling of delimited text that does not change its cells.

    `bom`: it begins with a byte-order mark; `separator_line`: its first line is ``sep=``; `quoted_header`:
    all column names stand in quotes; `quoted` are the columns whose fields all do.
    """

    bom: bool = False
    line_end: str = "\n"
    separator_line: bool = False
    quotes: QuoteStyle = QuoteStyle.DOUBLED
    quoted_header: bool = False
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileFormat:
    """Format in which a file was read.

    `encoding` is a Python codec, None for a format without one; `delimiter` is "" for one column, None for a
    format without delimiters; `sheet` is a workbook's sheet or an archive's member, `sheets` all of them;
    `types` are those of columns without texts, if the format has types; `style` is that of delimited text.
    """

    part: str
    kind: TableKind
    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    types: tuple[tuple[str, ColumnType], ...] = ()
    style: DelimitedStyle = DelimitedStyle()

    def unencodable(self, characters: str) -> str:
        """Return those of `characters` that the encoding lacks."""
        return "".join(c for c in characters if not c.encode(self.encoding or "utf-8", "ignore"))

    def written_as(self, kind: TableKind) -> "FileFormat":
        """Return the format of a table of this format that is written as `kind`.

        Delimited text keeps its encoding and style, and its delimiter unless `kind` is another one. From
        workbooks comes CSV that Excel reads.
        """
        if kind.delimiter is None:
            return replace(self, kind=kind)
        if self.kind.delimiter is None:
            return FileFormat(self.part, kind, style=DelimitedStyle(bom=self.kind is TableKind.XLSX))
        delimiter = self.delimiter if kind is self.kind else None
        return replace(self, kind=kind, delimiter=delimiter or kind.delimiter)


@dataclass(frozen=True)
class LikelyReading:
    """Plausible reading of a file, with its column names and first rows."""

    part: str
    title: str
    options: ReadOptions
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TableProfile:
    """Profile of a table: formats, findings and columns.

    `alternatives` is empty if the reading of the files is hardly in doubt.
    """

    rows: int
    parts: dict[str, int]
    columns: tuple[Column, ...]
    suggestion: Suggestion
    findings: tuple[Finding, ...]
    preview: pd.DataFrame = field(compare=False)
    formats: tuple[FileFormat, ...] = ()
    alternatives: tuple[LikelyReading, ...] = ()

    def column(self, name: str) -> Column:
        """Return the profile of a column."""
        return next(column for column in self.columns if column.name == name)

    def problem(self, label: str) -> ProblemType:
        """Return the problem type that a label column looks like beside the suggested columns."""
        if self.suggestion.sentence is not None:
            return ProblemType.TOKENS
        return ProblemType.MULTI_LABEL if label in self.suggestion.one_hot else self.column(label).problem

    def frame(self) -> pd.DataFrame:
        """Return one row per column: name, filled, distinct, mean words, an example."""
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
class DomainRows:
    """Labelled rows of a domain in each split, whether it is chosen or not, and its `unlabelled` texts."""

    name: str
    train: int
    validation: int
    test: int
    unlabelled: int = 0


@dataclass(frozen=True)
class Diagnosis:
    """Diagnosis of a task: findings, rows per value and split, and statistics of the tokenization.

    `split_rows` are the rows of train, validation and test, each counted once; empty in results of earlier
    versions, whose `counts` count each row once. `words_per_text` are the rows of a sentence if these are
    words. Of several targets, `classes` and `counts` are those of the first, and `further_outputs` is the
    number of classes of the others, a number counting as one. `unlabelled` are the different texts that can
    be learned from without labels, `known_labels` those of them whose label a key column has. `domain_rows`
    are the rows of every domain; empty without domains. `sufficient_limit` is the token limit with which 99 %
    of the texts stay whole. Both are empty in results of earlier versions.
    """

    findings: tuple[Finding, ...]
    classes: tuple[str, ...]
    counts: pd.DataFrame = field(compare=False)
    lengths: pd.DataFrame = field(compare=False)
    tokens_per_text: float = 0.0
    unknown_share: float = 0.0
    pieces_per_word: float = 0.0
    cut_share: float = 0.0
    token_limit: int = 0
    problem: ProblemType = ProblemType.SINGLE_LABEL
    split_rows: tuple[int, ...] = ()
    words_per_text: float = 1.0
    further_outputs: int = 0
    unlabelled: int = 0
    known_labels: int = 0
    domain_rows: tuple[DomainRows, ...] = ()
    sufficient_limit: int = 0

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each split."""
        names = [str(split) for split in Split]
        counts = self.split_rows or [int(self.counts[name].sum()) for name in names]
        return dict(zip(names, counts, strict=True))

    @property
    def usable(self) -> bool:
        """Whether no finding blocks training."""
        return not any(f.severity is Severity.BLOCKING for f in self.findings)

    def frame(self) -> pd.DataFrame:
        """Return rows per class and split: label, train, validation, test."""
        return self.counts


@dataclass(frozen=True)
class TextCheck:
    """Findings on the texts of a table beside what a backbone reads."""

    findings: tuple[Finding, ...]
