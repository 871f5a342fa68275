"""Split by time: train on the earliest rows, test on the latest."""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import SplitConfig
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, percent, quote
from translearn_core.tasks.splits import TEST, TRAIN, VALIDATION

EARLIER, NEW = "earlier_split", -1
"""Column with the split of each row in an earlier version of the data, and its entry for new rows."""

MIN_SHARE = 0.5
"""Least share of cells that must be times."""

_DAY_AND_MONTH = re.compile(r"^\s*(\d{1,2})([./-])(\d{1,2})[./-]\d{2,4}")


def split_by_time(
    rows: pd.DataFrame, split: SplitConfig, given: set[int]
) -> tuple[NDArray[np.int64], list[Finding]]:
    """Assign rows to the splits that are not `given`, by the column time of `rows`.

    The latest rows, as many as the share of test, are test, those before them validation. Rows of one time
    stay together, so every training row is earlier than every row of validation, and that than test. Rows
    without a time train. Rows with a split in a column `EARLIER` keep it, and the others are assigned by the
    times at which the splits of these begin.

    Raises
    ------
    DataError
        If fewer than half of the cells are dates or numbers, or too many rows have the same time.
    """
    column = quote(split.time)
    times, dates = parse_times(rows["time"])
    known = np.isfinite(times)
    if known.mean() < MIN_SHARE:
        raise DataError(
            f"Only {percent(float(known.mean()))} of the cells of column {column} are dates or numbers: "
            "choose another column to split by time."
        )
    ordered, assigned = np.sort(times[known]), np.full(len(rows), TRAIN, dtype=np.int64)
    earlier = rows[EARLIER].to_numpy() if EARLIER in rows else None
    end, parts = len(ordered), []
    for index, share in ((TEST, split.test), (VALIDATION, split.validation)):
        if index in given or not (size := round(share * len(ordered))):
            continue
        first = ordered[max(0, end - size)]
        if earlier is not None:
            if (start := _kept_start(times, earlier, index)) is None:
                continue
            first = start
        assigned[known & (times >= first) & (assigned == TRAIN)] = index
        end = int(np.searchsorted(ordered, first))
        parts.append(f"{'test' if index == TEST else 'validation'} from {_format(first, dates)}")
    if earlier is not None:
        assigned = np.where(earlier == NEW, assigned, earlier)
    if not end:
        raise DataError(
            f"Too many rows have the same time in column {column}, so none is left to train: give smaller "
            "shares to validation and test, or choose another column."
        )
    sentence = (
        f"Split by time in {column}: train from {_format(ordered[0], dates)} to "
        f"{_format(ordered[end - 1], dates)}{''.join(f', {part}' for part in reversed(parts))}."
    )
    findings = [finding("split-by-time", Severity.DETECTED, sentence)]
    if not known.all():
        numbers = rows["row"].to_numpy()[~known]
        sentence = f"{count_noun(len(numbers), 'row')} without a time in {column} went to train."
        findings.append(finding("missing-times", Severity.WARNING, sentence, numbers))
    return assigned, findings


def _kept_start(times: NDArray[np.float64], earlier: NDArray[np.int64], index: int) -> float | None:
    """Return the first time of a split in an earlier version that is after all of the splits before it."""
    before = times[(earlier >= 0) & (earlier < index) & np.isfinite(times)]
    own = times[(earlier == index) & (times > before.max(initial=-np.inf))]
    return float(own.min()) if len(own) else None


def parse_times(cells: "pd.Series[str]") -> tuple[NDArray[np.float64], bool]:
    """Parse cells as numbers or, if fewer than half are, as dates in seconds since 1970; NaN if neither.

    Days and months in digits are told apart by values over 12; if none is, a date with slashes begins with
    the month, and others begin with the day.
    """
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64)
    if np.isfinite(numbers).mean() >= MIN_SHARE:
        return np.where(np.isfinite(numbers), numbers, np.nan), False
    parts = cells.str.extract(_DAY_AND_MONTH)
    in_digits = parts[0].notna()
    first, second = (pd.to_numeric(parts.loc[in_digits, k]) for k in (0, 2))
    slashes = parts.loc[in_digits, 1] == "/"
    day_first = bool((first > 12).any() or not (slashes | (second > 12)).any())
    seconds = np.full(len(cells), np.nan)
    for mask, of_day in ((in_digits, day_first), (~in_digits, False)):
        dates = pd.to_datetime(cells[mask], errors="coerce", format="mixed", dayfirst=of_day, utc=True)
        seconds[mask] = (dates - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return seconds, True


def _format(time: float, dates: bool) -> str:
    if not dates:
        return f"{time:g}"
    moment = pd.Timestamp(time, unit="s", tz="UTC")
    return f"{moment:%Y-%m-%d}" if moment == moment.normalize() else f"{moment:%Y-%m-%d %H:%M:%S}"
