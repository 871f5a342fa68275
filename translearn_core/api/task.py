"""A table with the roles of its columns, and the backbone that learns from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from translearn_core.commands.data_check import check_data, column_name, diagnose_config, read_data
from translearn_core.commands.experiment import build_experiment
from translearn_core.commands.terminal import client
from translearn_core.commands.terminal.errors import naming_fields, valid
from translearn_core.config import (
    BUNDLED,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    ReadOptions,
    SplitConfig,
    TargetConfig,
    TaskWord,
)
from translearn_core.errors import ConfigError
from translearn_core.results import BackboneInfo, Finding, TableProfile
from translearn_core.runs import Dataset


@dataclass(frozen=True)
class Table:
    """Table in the workspace, as it was read.

    Attributes
    ----------
    dataset : Dataset
        Record of its files.
    profile : TableProfile
        Formats, columns and findings.
    """

    dataset: Dataset = field(repr=False)
    profile: TableProfile = field(repr=False)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.profile.columns]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found and fixed in the files."""
        return self.profile.findings


@dataclass(frozen=True)
class Task:
    """Table whose columns have their roles, and the backbone that learns from it.

    Attributes
    ----------
    data : DataConfig
        Columns, split and decisions.
    backbone : BackboneConfig
    backbone_info : BackboneInfo
        Blocks, width and limits of the backbone.
    findings : tuple of Finding
        What was found in the table, and in it as this task.
    """

    name: str
    data: DataConfig = field(repr=False)
    backbone: BackboneConfig = field(repr=False)
    backbone_info: BackboneInfo = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)


def read_table(
    path: str | Path,
    *,
    validation: str | Path | None = None,
    test: str | Path | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    sheet: str | None = None,
) -> Table:
    """Read a file, with files of validation and test rows if there are any.

    Parameters
    ----------
    path : path
        CSV, TSV, Excel, OpenDocument, Parquet, JSON Lines, CoNLL or fastText file.
    validation, test : path, optional
        By default shares of the first file are drawn.
    encoding, delimiter, header, sheet : optional
        What is not given is detected.

    Raises
    ------
    DataError
        If a file is missing or is no table.
    """
    files = {"train": path, "validation": validation, "test": test}
    options = valid(ReadOptions, encoding=encoding, delimiter=delimiter, header=header, sheet=sheet)
    paths = {part: Path(file) for part, file in files.items() if file is not None}
    dataset = client.add_dataset(paths, options)
    return Table(dataset, read_data(dataset))


def prepare(
    table: Table,
    text: str,
    label: str,
    *,
    text_pair: str | None = None,
    problem: str = "auto",
    group: str | None = None,
    split_seed: int = 0,
    backbone: str = BUNDLED,
    random_init: bool = False,
) -> Task:
    """Give columns their roles, check the table as a task, and load the description of the backbone.

    Parameters
    ----------
    table : Table
    text, label : str
        Columns of the texts and of what is predicted, by name or number.
    text_pair : str, optional
        Column of the second texts of pairs.
    problem : str
        ``single``, ``multi-label``, ``regression``, or ``auto`` to guess it from the cells.
    group : str, optional
        Column whose equal values stay in one split, such as the author.
    split_seed : int
        Seed of the drawn split.
    backbone : str
        Bundled name, Hub id or local folder.
    random_init : bool
        Same architecture with random weights: the control without transfer.

    Raises
    ------
    DataError
        If there is no such column, or a finding makes learning impossible.
    """
    word = _word(problem)
    names = {
        name: None if value is None else column_name(value, table.profile, name)
        for name, value in (("text", text), ("label", label), ("text_pair", text_pair), ("group", group))
    }
    own = str(names["label"])
    with naming_fields():
        target = TargetConfig.of([own], word.problem or table.profile.column(own).problem)
        split = SplitConfig(group=names["group"], seed=split_seed)
    data = valid(
        DataConfig, dataset=table.dataset.digest, text=names["text"], text_pair=names["text_pair"],
        targets=(target,), split=split,
    )  # fmt: skip
    source = client.as_engine_finds(valid(BackboneConfig, id=backbone, random_init=random_init))
    info = client.backbone_info(source)
    task = Task(table.dataset.name, data, source, info, table.findings)
    checked = check_data(table.profile, [diagnose_config(experiment(task))])
    return replace(task, findings=checked.findings)


def experiment(
    task: Task,
    *,
    recipe: str | None = None,
    train_blocks: str | None = None,
    seed: int = 0,
    teacher: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> ExperimentConfig:
    """Return the experiment of a task; `teacher` is a training job."""
    return build_experiment(
        task.data,
        task.backbone,
        task.backbone_info,
        train_blocks=train_blocks,
        training={"seed": seed},
        recipe=recipe,
        teacher=teacher,
        settings=settings or {},
    )


def _word(problem: str) -> TaskWord:
    words = [str(word) for word in TaskWord if word is not TaskWord.TOKENS]
    if problem not in words:
        raise ConfigError("problem", problem, f"one of {', '.join(words)}")
    return TaskWord(problem)
