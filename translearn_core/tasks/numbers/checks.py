"""Encoding and checks of a column of numbers, and what is unusual about its values."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, TargetConfig
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding, one_file_rows
from translearn_core.results.format import count_noun, quote, quote_list
from translearn_core.tasks.numbers.cells import LARGEST, read_numbers
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import TaskRows

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

FEW = 2
"""Different values up to which a column of numbers looks like classes."""
BINS = 20
"""Number of bins of a histogram; a column with no more different values is counted by value."""
FAR = 10.0
"""Interquartile ranges from the median beyond which a training value is an outlier."""


def encode(
    cells: "pd.Series[str]", rows: pd.DataFrame, config: TargetConfig, data: DataConfig
) -> tuple[Target, list[Finding]]:
    """Encode cells as numbers; see `Problem.encode`."""
    del data
    numbers, column = read_numbers(cells), quote(config.column)
    unreadable = np.isnan(numbers.values)
    if unreadable.any():
        examples = quote_list(cells[unreadable].drop_duplicates().tolist()[:3])
        raise DataError(
            f"{count_noun(int(unreadable.sum()), 'cell')} of column {column} hold no finite number, such as "
            f"{examples}: correct them, or choose classes as its type."
        )
    if len(cells) and not np.ptp(numbers.values):
        raise DataError(
            f"Column {column} holds the one number {format_number(numbers.values[0])}: there is nothing to "
            "predict, choose another column."
        )
    findings = []
    for mask, how in (
        (numbers.decimal_comma, "a decimal comma"),
        (numbers.rewritten, "thousands separators or signs"),
    ):
        for where, row_numbers in by_part(rows, mask):
            cell, value = cells[mask].iloc[0], format_number(numbers.values[mask][0])
            sentence = f"Numbers{where} with {how} were read, such as {quote(cell)} as {value}."
            findings.append(finding("numbers-read", Severity.FIXED, sentence, row_numbers))
    return Target(config.column, config.problem, (config.column,), numbers.values), findings


def usable_cells(
    cells: "pd.Series[str]", rows: pd.DataFrame, column: str
) -> tuple[NDArray[np.bool_], list[Finding]]:
    """Return which cells hold finite numbers, and the findings on the others; see `Problem.usable_cells`.

    Raises
    ------
    DataError
        If most of the cells hold no number.
    """
    unreadable = np.isnan(read_numbers(cells).values)
    if not unreadable.any():
        return ~unreadable, []
    examples = quote_list(cells[unreadable].drop_duplicates().tolist()[:3])
    share = pd.Series(unreadable).groupby(rows["part"].to_numpy()).mean()
    if (share > 0.5).any():
        where = "" if len(share) == 1 else f" of the {share.idxmax()} file"
        raise DataError(
            f"Most cells of column {quote(column)}{where} hold no number, such as {examples}: correct them "
            f"to numbers from {-LARGEST:g} to {LARGEST:g}, choose classes as its type, or another column."
        )
    findings = []
    for where, numbers in by_part(rows, unreadable):
        verb = "hold" if len(numbers) > 1 else "holds"
        sentence = (
            f"{count_noun(len(numbers), 'row')}{where} that {verb} no finite number in {quote(column)}, such "
            f"as {examples}, {'were' if len(numbers) > 1 else 'was'} left out."
        )
        advice = "Correct the cells if they mean a number."
        findings.append(finding("not-a-number", Severity.FIXED, sentence, numbers, advice=advice))
    return ~unreadable, findings


def few_values_finding(cells: "pd.Series[str]", column: str) -> list[Finding]:
    """Report a column with so few different numbers that they may be names of classes."""
    values = read_numbers(cells.dropna()).values
    different = np.unique(values[np.isfinite(values)])
    if not 0 < len(different) <= FEW:
        return []
    sentence = (
        f"Column {quote(column)} holds {count_noun(len(different), 'different number')} only, "
        f"{quote_list([format_number(v) for v in different])}: are they names of classes?"
    )
    advice = "Choose classes as its type if the distance between the numbers means nothing."
    return [finding("numbers-like-classes", Severity.WARNING, sentence, advice=advice)]


def check_variation(target: Target, most: int) -> None:
    """Raise `DataError` unless there are two different numbers at least."""
    del most
    if lacking := missing_variation(target, np.arange(len(target.values))):
        raise DataError(
            f"Column {quote(target.column)} is left with {lacking}: take back the fixes that dropped the "
            "others, or add rows."
        )


def missing_variation(target: Target, train: IntArray) -> str | None:
    """Return what training rows hold if it is not two different numbers at least, else None."""
    values = target.values[train]
    if len(values) and np.ptp(values):
        return None
    rest = f"the one number {format_number(values[0])}" if len(values) else "no row"
    return f"{rest}, and two different numbers are the least"


def count_rows(target: Target, split: IntArray) -> pd.DataFrame:
    """Return rows per value, or per range of values if there are many, and split."""
    different, index = np.unique(target.values, return_inverse=True)
    names = [format_number(value) for value in different]
    if len(different) > BINS:
        edges = _round_edges(float(different[0]), float(different[-1]))
        index = np.clip(np.searchsorted(edges, target.values, side="right") - 1, 0, len(edges) - 2)
        ends = [format_number(edge) for edge in edges]
        names = [f"{low} to {high}" for low, high in pairwise(ends)]
    counts = np.bincount(index * len(SPLITS) + split, minlength=len(names) * len(SPLITS))
    table = counts.reshape(len(names), len(SPLITS))
    return pd.DataFrame({"label": names} | {str(s): table[:, k] for k, s in enumerate(SPLITS)})


def _round_edges(low: float, high: float) -> NDArray[np.float64]:
    """Return the edges of about `BINS` ranges from `low` to `high` whose width is 1, 2 or 5 times 10^k."""
    step = 10.0 ** np.floor(np.log10((high - low) / BINS))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step * BINS >= high - low)
    edges: NDArray[np.float64] = np.arange(np.floor(low / step), np.floor(high / step) + 2) * step
    return edges


def value_findings(target: Target, split: IntArray) -> list[Finding]:
    """Report training values far from all others, which dominate a squared error."""
    train = target.values[split == TRAIN]
    low, median, high = np.quantile(train, [0.25, 0.5, 0.75])
    far = np.abs(train - median) > FAR * (high - low)
    if high == low or not far.any():
        return []
    extreme = train[np.abs(train - median).argmax()]
    sentence = (
        f"{count_noun(int(far.sum()), 'training value')} of column {quote(target.column)} far from the "
        f"others, such as {format_number(extreme)} where half of them lie between {format_number(low)} and "
        f"{format_number(high)}: they dominate a squared error."
    )
    advice = "Correct them if they are errors, else choose the Huber loss among the training settings."
    return [finding("outlying-values", Severity.WARNING, sentence, advice=advice)]


def split_findings(state: TaskRows) -> list[Finding]:
    """Report test values outside the range of the training values."""
    values, split = state.target.values, state.rows["split"].to_numpy()
    train = values[split == TRAIN]
    if not len(train):
        return []
    outside = (split == TEST) & ((values < train.min()) | (values > train.max()))
    if not outside.any():
        return []
    numbers = one_file_rows(state.rows, outside)
    sentence = (
        f"{count_noun(len(numbers), 'test value')} outside the range of the training values, "
        f"{format_number(train.min())} to {format_number(train.max())}."
    )
    return [finding("values-outside-train", Severity.DETECTED, sentence, numbers)]


def format_number(value: float) -> str:
    """Return a number with at most six significant digits."""
    return f"{value:.6g}"
