"""Data of a run: table, columns, split, cleaning and subset."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

from pydantic import (
    AliasChoices,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from translearn_core.config.base import BaseConfig, Seed
from translearn_core.config.domains import DomainConfig
from translearn_core.config.enums import CleaningRule, ProblemType
from translearn_core.errors import shorten_repr


class SplitConfig(BaseConfig):
    """Train/validation/test split of a data set without separate files."""

    column: str | None = Field(None, description="column that names each row's split; none: draw by seed")
    validation: float = Field(0.15, ge=0.0, lt=0.9, description="share held out to choose on")
    test: float = Field(0.15, ge=0.0, lt=0.9, description="share held out to report on")
    seed: Seed = Field(0, description="seed of the stratified draw")
    group: str | None = Field(
        None,
        description="column whose equal values stay in one split, such as the author; none: each row alone",
    )
    time: str | None = Field(
        None,
        description="column of dates or numbers: train on the earliest rows, test on the latest; none: draw",
    )
    test_groups: tuple[str, ...] = Field(
        (), max_length=1000, description="values of the group column whose rows are the test split"
    )
    k_folds: int | None = Field(
        None,
        ge=2,
        le=20,
        description="cross-validation: test on one of so many folds; none: a share",
    )
    fold: int = Field(0, ge=0, description="fold to test on, from 0; the others train and validate")

    @model_validator(mode="after")
    def _check_folds(self) -> Self:
        if self.k_folds is None and self.fold:
            raise ValueError("fold is one of k_folds: name their number too")
        if self.k_folds is not None and self.fold >= self.k_folds:
            raise ValueError(f"fold {self.fold} of {self.k_folds} does not exist: they count from 0")
        if self.k_folds is not None and (self.column or self.time or self.test_groups):
            raise ValueError("in cross-validation the folds are the test rows: choose no other test rows")
        return self

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        if self.time is not None and self.column is not None:
            raise ValueError("the split comes from a split column or from times: leave one of them out")
        if self.test_groups and self.group is None:
            raise ValueError("test_groups are values of the group column: name that column too")
        if self.test_groups and (self.time is not None or self.column is not None):
            raise ValueError("test comes from groups, a split column or times: choose one of them")
        return self

    @model_validator(mode="after")
    def _check_training_share(self) -> Self:
        if self.validation + self.test >= 0.9:
            raise ValueError(
                "validation and test together must leave at least a tenth of the rows for training"
            )
        return self


ONE_HOT_NAME = "labels"
"""Name of a target in one-hot columns."""

MAX_TARGETS = 20
"""Most targets of a run."""


class TargetConfig(BaseConfig):
    """Column to predict and its problem type.

    Several labels of one row stand in the cells of `column`, or each in one of `columns`, for which `column`
    is then a name.
    """

    column: str = Field(description="column that holds the values to predict")
    problem: ProblemType = Field(ProblemType.SINGLE_LABEL, description="shape of the values")
    separator: str | None = Field(
        None,
        min_length=1,
        max_length=10,
        description="sign between the labels of a cell, or json for JSON lists; none: found from the cells",
    )
    columns: tuple[str, ...] = Field(
        (), max_length=10_000, description="columns that each hold one label as yes or no (one-hot)"
    )
    loss_weight: float = Field(
        1.0, gt=0, le=1000, description="weight of its loss in the sum over several targets"
    )

    @classmethod
    def of(cls, columns: Sequence[str], problem: ProblemType) -> Self:
        """Return the target that stands in a column, or in several one-hot columns."""
        if len(columns) == 1:
            return cls(column=columns[0], problem=problem)
        return cls(column=ONE_HOT_NAME, problem=problem, columns=tuple(columns))

    @property
    def table_columns(self) -> tuple[str, ...]:
        """Columns of the table that hold the target."""
        return self.columns or (self.column,)

    @model_validator(mode="after")
    def _check_label_cells(self) -> Self:
        several = self.separator is not None or bool(self.columns)
        if several and self.problem is not ProblemType.MULTI_LABEL:
            raise ValueError(f"separator and columns belong to targets of the type {ProblemType.MULTI_LABEL}")
        if self.columns and self.separator is not None:
            raise ValueError("labels stand in cells with a separator or in one-hot columns: choose one")
        if len(self.columns) == 1 or len(set(self.columns)) < len(self.columns):
            raise ValueError("one-hot columns are two different ones at least")
        return self


class DataConfig(BaseConfig):
    """Table, columns, split, cleaning and subset of the rows.

    `label`, the name of a column with classes, stands for `targets` in stored configurations, command lines
    and constructors; a single target of that type is stored under it, so that job ids stay what they were.
    """

    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    text_pair: str | None = Field(None, description="column of the second texts of pairs; none: single texts")
    sentence: str | None = Field(
        None,
        description="column that numbers the sentences, for a table with a word per row; none: texts",
    )
    targets: tuple[TargetConfig, ...] = Field(
        validation_alias=AliasChoices("label", "targets"),
        description="columns to predict; several share the backbone, with a head each",
    )
    other_targets: tuple[TargetConfig, ...] = Field(
        (),
        max_length=MAX_TARGETS - 1,
        description="targets that the table is prepared for together with this one: the split is that of all",
    )
    split: SplitConfig = SplitConfig()
    domains: DomainConfig | None = Field(
        None, description="domains of the rows, and those to learn from and to test on; none: one domain"
    )
    label_key: str | None = Field(
        None,
        description="column with the true labels of rows without one: only compared with their "
        "pseudo-labels, never learned from",
    )
    cleaning: tuple[CleaningRule, ...] = Field((), description="decisions taken on findings")
    rare_class_below: int = Field(5, ge=2, description="a class with fewer rows than this is rare")
    train_rows: int | None = Field(
        None, ge=2, description="learn from so many training rows only; fewer ones are among more"
    )

    subset_seed: Seed | None = Field(
        None, description="which training rows those are; none: the split's own seed"
    )
    balanced_subset: bool = Field(False, description="take fewer training rows from all classes alike")

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns of the texts: one, or two for pairs."""
        return (self.text,) if self.text_pair is None else (self.text, self.text_pair)

    @property
    def label(self) -> str:
        """Column of the target, of several the first."""
        return self.targets[0].column

    @property
    def problem(self) -> ProblemType:
        """Problem type of the target, of several the first."""
        return self.targets[0].problem

    @property
    def row_noun(self) -> str:
        """Name of a row for people: text, pair of texts, or word where each row is a word of a sentence."""
        return self.problem.row_noun if self.text_pair is None else "pair"

    @property
    def several_targets(self) -> bool:
        """Whether several columns are predicted."""
        return len(self.targets) > 1

    @property
    def prepared_targets(self) -> tuple[TargetConfig, ...]:
        """All targets that the table is prepared for, in an order that is the same for each of them."""
        return tuple(sorted((*self.targets, *self.other_targets), key=lambda target: target.column))

    @property
    def target_columns(self) -> tuple[str, ...]:
        """Columns of the table that hold a target."""
        return tuple(name for target in self.prepared_targets for name in target.table_columns)

    def for_target(self, index: int) -> Self:
        """Return the same rows and split with one of several targets alone."""
        one, *others = (target.model_copy(update={"loss_weight": 1.0}) for target in self._rotated(index))
        others.sort(key=lambda target: target.column)
        return self.model_copy(update={"targets": (one,), "other_targets": tuple(others)})

    def _rotated(self, index: int) -> tuple[TargetConfig, ...]:
        """Return all targets, that of an index first."""
        rest = (*self.targets[:index], *self.targets[index + 1 :], *self.other_targets)
        return (self.targets[index], *rest)

    def with_label(self, column: str) -> Self:
        """Return the configuration with another target column of the same problem type."""
        return self.model_copy(update={"targets": (self.targets[0].model_copy(update={"column": column}),)})

    @field_validator("targets", mode="before")
    @classmethod
    def _target_of_label(cls, targets: Any) -> Any:
        return targets if isinstance(targets, list | tuple) else ({"column": targets},)

    @field_validator("targets")
    @classmethod
    def _check_number(cls, targets: tuple[TargetConfig, ...]) -> tuple[TargetConfig, ...]:
        if not targets:
            raise ValueError("no target: name a column to predict")
        return targets

    @field_validator("cleaning")
    @classmethod
    def _canonical(cls, cleaning: tuple[CleaningRule, ...]) -> tuple[CleaningRule, ...]:
        return tuple(sorted(set(cleaning)))

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        names = [target.column for target in self.prepared_targets]
        if len(names) > MAX_TARGETS:
            raise ValueError(
                f"{len(names)} columns to predict are too many: a run has at most {MAX_TARGETS}, so leave "
                f"out {len(names) - MAX_TARGETS} of them"
            )
        for every in (names, self.target_columns):
            if repeated := next((name for name, count in Counter(every).items() if count > 1), None):
                raise ValueError(
                    f"the columns to predict must be different ones: name {shorten_repr(repeated)} once"
                )
        if self.text in (*names, *self.target_columns):
            raise ValueError(
                "text and label must be two different columns: "
                f"{shorten_repr(self.text)} holds the texts, so predict another one"
            )
        if self.text_pair in (self.text, *names, *self.target_columns):
            raise ValueError(
                f"column {self.text_pair!r} holds the second texts and is text or label too: choose another"
            )
        if self.split.group is not None and self.split.group in (
            *self.text_columns,
            self.split.column,
        ):
            raise ValueError("the column that keeps rows together must be another one than text and split")
        tokens = [target.problem is ProblemType.TOKENS for target in self.prepared_targets]
        if any(tokens) is not (self.sentence is not None):
            raise ValueError(
                f"a sentence column and targets of the type {ProblemType.TOKENS} belong together"
            )
        if len(set(tokens)) > 1:
            raise ValueError("words have tags and texts have labels: choose targets of one of the two")
        if any(tokens) and (self.text_pair is not None or self.sentence in (self.text, *names)):
            raise ValueError(
                f"column {self.sentence!r} numbers the sentences, so it must be another one than "
                f"{self.text!r}, the words, and {', '.join(map(repr, names))}, the tags; words make no pairs"
            )
        if self.domains is not None and self.domains.column in (*self.text_columns, *self.target_columns):
            raise ValueError("the column of domains must be another one than text and label")
        if self.label_key in (*self.text_columns, *self.target_columns):
            raise ValueError("the column of true labels must be another one than text and label")
        if self.split.time in (*self.text_columns, *self.target_columns):
            raise ValueError("the column of times must be another one than text and label")
        return self

    @model_serializer(mode="wrap")
    def _store_label(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = serialize(self)
        if self.targets != (TargetConfig(column=self.label),):
            return values
        return {
            "label" if k == "targets" else k: self.label if k == "targets" else v for k, v in values.items()
        }
