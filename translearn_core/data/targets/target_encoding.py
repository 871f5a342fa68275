"""Encoding of several targets, each on the rows that have a value of it."""

from dataclasses import replace

import numpy as np
import pandas as pd

from translearn_core.config import DataConfig, TargetConfig
from translearn_core.data.splits.split_assignment import given_split
from translearn_core.data.targets.task_columns import TaskColumns
from translearn_core.errors import DataError
from translearn_core.results import Finding
from translearn_core.results.format import count_noun, quote
from translearn_core.tasks import PROBLEMS, JointTarget, Target
from translearn_core.tasks.joint_target import about, spread
from translearn_core.tasks.splits import SPLITS, TEST, VALIDATION
from translearn_core.tasks.task_rows import TaskRows
from translearn_core.tasks.tokens.token_labels import with_sentences

MIN_ROWS = 2
"""Fewest validation and test rows of a target."""


def encode_targets(
    columns: TaskColumns, config: DataConfig, max_classes: int
) -> tuple[TaskRows, dict[int, str]]:
    """Encode and clean every target; return the rows with a value of any, and the sources of given splits.

    Raises
    ------
    DataError
        If a column is no target of its type.
    """
    rows, given, split_findings = given_split(columns.rows, config)
    targets, findings = [], [*columns.findings, *split_findings]
    for target, cells in zip(config.prepared_targets, columns.cells, strict=True):
        encoded, of_target = _encode(rows, target, cells, config, max_classes)
        targets.append(encoded)
        findings += about(encoded, of_target)
    joint = JointTarget.of(targets)
    joined = TaskRows(rows, joint, tuple(findings))
    return joined.keep(np.asarray(joint.values.any(axis=1))), given


def _encode(
    rows: pd.DataFrame, config: TargetConfig, cells: "pd.Series[str]", data: DataConfig, max_classes: int
) -> tuple[Target, list[Finding]]:
    """Return a target of all rows, unknown where its cell is missing or was cleaned away."""
    problem = PROBLEMS[config.problem]
    filled = np.flatnonzero(cells.notna())
    own, own_cells = rows.iloc[filled].reset_index(drop=True), cells.iloc[filled].reset_index(drop=True)
    usable, findings = problem.usable_cells(own_cells, own, config.column)
    own, own_cells = own[usable].reset_index(drop=True), own_cells[usable].reset_index(drop=True)
    encoded, encoding_findings = problem.encode(own_cells, own, config, data)
    state = TaskRows(own, encoded, (*findings, *encoding_findings))
    for clean in (problem.clean_conflicts, problem.clean_rare):
        state = clean(state, data)
    problem.check(state.target, max_classes)
    known = np.isin(rows["index"].to_numpy(), state.rows["index"].to_numpy())
    target = state.target
    if not known.all():
        values = spread(target.values, known)
        words = target.sentence is not None
        target = replace(target, values=values, known=known)
        target = with_sentences(target, rows) if words else target
    return target, list(state.findings)


def check_targets(state: TaskRows, config: DataConfig) -> None:
    """Raise `DataError` if a split with rows has fewer than two with a value of some target."""
    assert isinstance(state.target, JointTarget)
    split = state.rows["split"].to_numpy()
    for index, share in ((VALIDATION, config.split.validation), (TEST, config.split.test)):
        for part in state.target.parts:
            size = int(np.count_nonzero((split == index) & part.known_rows))
            if size < MIN_ROWS and (share or (split == index).any()):
                raise DataError(
                    f"Target {quote(part.column)} has {count_noun(size, 'row')} with a value in "
                    f"{SPLITS[index]}, and two are the least: give it more, or leave this column out."
                )
