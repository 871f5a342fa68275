"""Sentences about prediction intervals, slices and residuals of numbers."""

import math

import pandas as pd

from translearn_core.results.format import count_noun, percent
from translearn_core.tasks.numbers.checks import format_number
from translearn_core.worker.diagnostics.sentences.slice_names import slice_name

LEVEL = 0.9
"""Level of the interval that is reported."""
FEW_ROWS = 200
"""Below this number of rows a caveat is added."""
FAR = 3.0
"""Standard deviations beyond which a residual is called large."""


def interval_text(coverage: pd.DataFrame, n_validation: int, n_test: int) -> str:
    """Report the width of the interval at `LEVEL`, and its coverage on test rows."""
    if coverage.empty:
        return f"{count_noun(n_validation, 'validation row')} are too few for an interval."
    line = coverage.iloc[(coverage["level"] - LEVEL).abs().argmin()]
    level = f"{100 * line['level']:.0f} %"
    verdict = "as promised"
    if line["high"] < line["level"]:
        verdict = "fewer than promised, by more than chance"
    elif line["low"] > line["level"]:
        verdict = "more than promised, by more than chance"
    return (
        f"A prediction ± {_rounded(line['half width'])} is a {level} interval, by the residuals of "
        f"{count_noun(n_validation, 'validation row')} (conformal prediction). Of "
        f"{count_noun(n_test, 'test row')}, {percent(line['coverage'])} lie inside (95 %: "
        f"{percent(line['low'])} to {percent(line['high'])}): {verdict}."
    )


def weakest_slice_text(slices: pd.DataFrame) -> str:
    """Name the slice whose errors are largest, if by more than chance."""
    n_slices = count_noun(len(slices), "slice")
    if slices.empty:
        return "All test rows are alike in length and language, and no column parts them: no slices."
    weak = slices[slices["beyond chance"] & (slices["difference"] > 0)]
    one = slices.iloc[0] if weak.empty else weak.iloc[0]
    its_rows = count_noun(one["rows"], "row")
    error, difference = _rounded(one["error"]), _rounded(abs(one["difference"]))
    if not weak.empty:
        return (
            f"Weakest is {slice_name(one)}: the mean absolute error of its {its_rows} is {error}, "
            f"{difference} more than that of all others, with {n_slices} looked at."
        )
    if one["difference"] >= 0:
        return (
            f"No slice is weaker than the rest by more than chance, with {n_slices} looked at. Furthest "
            f"above is {slice_name(one)}: the mean absolute error of its {its_rows} is {error}, {difference} "
            "more than that of all others."
        )
    return (
        f"No slice is weaker than the rest by more than chance, with {n_slices} looked at. Furthest above is "
        f"{slice_name(one)}: the mean absolute error of its {its_rows} is {error}, {difference} less than "
        "that of all others."
    )


def largest_text(largest: pd.DataFrame, deviation: float) -> str:
    """Name the row with the largest residual, and count those far from their prediction."""
    first = largest.iloc[0]
    far = int((largest["residual"].abs() > FAR * deviation).sum())
    many = "More than " * (far == len(largest)) + count_noun(far, "row") if far else "No row"
    lies = "lies" if far < 2 else "lie"
    return (
        f"{many} of validation and test {lies} more than {FAR:.0f} standard deviations from the prediction. "
        f"Look first at row {first['row']} of {first['split']}: {format_number(first['label'])} in the "
        f"table, {_rounded(first['predicted'])} predicted."
    )


def caveats(n_validation: int, n_test: int) -> tuple[str, ...]:
    """Return the caveats."""
    notes = [
        "The intervals have one width for all texts, and their coverage is an average over all of them. The "
        "best epoch was chosen on the same validation rows, so they are slightly narrow."
    ]
    for rows, name in ((n_validation, "validation row"), (n_test, "test row")):
        if rows < FEW_ROWS:
            notes.append(f"Only {count_noun(rows, name)}: take widths and coverage roughly.")
    return tuple(notes)


def _rounded(value: float) -> str:
    """Format a computed number to four digits, or to a whole number if it is larger."""
    digits = 3 - math.floor(math.log10(abs(value))) if value else 0
    return format_number(round(value, max(digits, 0)))
