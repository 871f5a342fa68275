"""Sentences about calibration, slices and label issues of several labels."""

import pandas as pd

from translearn_core.results.format import count_noun, magnitude, percent, quote
from translearn_core.worker.diagnostics.sentences.slice_names import slice_name

FEW_ROWS = 200
"""Below this number of rows a caveat is added."""


def calibration_text(calibration: pd.DataFrame, mean: float, share: float) -> str:
    """Compare the mean probability with the share of labels, and name the worst calibrated label."""
    worst = calibration.iloc[0]
    return (
        f"On average a label has a probability of {percent(mean)}, and {percent(share)} of the texts have "
        f"it. Label by label, probability and share lie "
        f"{magnitude(100 * calibration['calibration error'].mean())} points apart on average (expected "
        f"calibration error), most for {quote(worst['label'])}: "
        f"{magnitude(100 * worst['calibration error'])} points (95 %: {magnitude(100 * worst['error low'])} "
        f"to {magnitude(100 * worst['error high'])})."
    )


def weakest_slice_text(slices: pd.DataFrame) -> str:
    """Name the slice with the smallest share of exactly right rows, if it is smaller by more than chance."""
    n_slices = count_noun(len(slices), "slice")
    if slices.empty:
        return "All test rows are alike in length and language, and no column parts them: no slices."
    weak = slices[slices["beyond chance"] & (slices["difference"] < 0)]
    one = slices.iloc[0] if weak.empty else weak.iloc[0]
    of = (
        f"{slice_name(one)}: {percent(one['accuracy'])} of its {count_noun(one['rows'], 'row')} get exactly "
        "their labels"
    )
    if weak.empty:
        return (
            f"No slice is weaker than the rest by more than chance, with {n_slices} looked at. Furthest "
            f"below is {of}."
        )
    return (
        f"Weakest is {of}, {magnitude(100 * -one['difference'])} points fewer than of all others, with "
        f"{n_slices} looked at."
    )


def label_issue_text(suspects: pd.DataFrame, n_checked: int, n_suspects: int) -> str:
    """Count the doubtful labels, and name the first."""
    rows = count_noun(n_checked, "row")
    if suspects.empty:
        return f"Of {rows}, none has a label that a model that has not seen it doubts, and none lacks one."
    first = suspects.iloc[0]
    what = "looks wrong" if first["kind"] == "wrong" else "seems to be missing"
    return (
        f"In {rows}, {count_noun(n_suspects, 'label')} {'is' if n_suspects == 1 else 'are'} doubtful: a "
        f"model that has not seen the row predicts otherwise. Look first at row {first['row']} of "
        f"{first['split']}: {quote(first['suspect'])} {what}."
    )


def caveats(n_test: int) -> tuple[str, ...]:
    """Return the caveats."""
    notes = [
        "A probability is that of one label alone; labels that often come together are not independent. The "
        "threshold of a label is not .5 but what gave the best F1 on validation rows."
    ]
    if n_test < FEW_ROWS:
        notes.append(f"Only {count_noun(n_test, 'test row')}: take calibration and slices roughly.")
    return tuple(notes)
