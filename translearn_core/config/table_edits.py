"""Edits of a data set's table: cells changed, rows dropped, values renamed, columns added."""

from typing import Annotated, Literal

from pydantic import Field

from translearn_core.config.base import BaseConfig
from translearn_core.config.enums import Split

UNLABELLED: Literal["unlabelled"] = "unlabelled"
"""Part of a data set that is a file of texts without labels, beside train, validation and test."""

FilePart = Split | Literal["unlabelled"]
"""File that a row comes from."""

MAX_EDITS = 50_000
"""Most edits of a version; more are a new file."""


class _RowEdit(BaseConfig):
    part: FilePart = Split.TRAIN
    row: int = Field(ge=1, description="number of the row in its own file, header not counted")


class CellEdit(_RowEdit):
    """Another value for one cell; a row of a file without labels becomes a training row by it."""

    kind: Literal["cell"] = "cell"
    column: str
    value: str = Field(min_length=1)


class RowDrop(_RowEdit):
    """A row left out."""

    kind: Literal["drop"] = "drop"


class ValueRename(BaseConfig):
    """One value of a column replaced by another, such as a class renamed or merged into another."""

    kind: Literal["rename"] = "rename"
    column: str
    value: str = Field(description="value to replace, as pages show it")
    replacement: str = Field(min_length=1)


class ColumnValue(BaseConfig):
    """A value of a new column, and the rows of one file that have it."""

    value: str = Field(min_length=1)
    part: FilePart = Split.TRAIN
    rows: tuple[int, ...] = Field(min_length=1, description="numbers of the rows in their file")


class NewColumn(BaseConfig):
    """A column added to the table; cells of rows that no value names are empty."""

    kind: Literal["column"] = "column"
    column: str = Field(min_length=1, max_length=200)
    values: tuple[ColumnValue, ...] = ()


Edit = Annotated[CellEdit | RowDrop | ValueRename | NewColumn, Field(discriminator="kind")]


class TableEdits(BaseConfig):
    """Edits that make a new version of a data set, applied in this order to the files as they came."""

    original: str = Field(description="digest of the data set as it came")
    number: int = Field(ge=2, description="number of the version; the files as they came are version 1")
    edits: tuple[Edit, ...] = Field(min_length=1, max_length=MAX_EDITS)
    earlier: tuple[int, ...] = Field(
        (), description="how many of the edits the versions had from which this one was made, oldest first"
    )
