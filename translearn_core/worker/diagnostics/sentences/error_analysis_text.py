"""How far a run's numbers can be believed, in words: its confidence, its silence, its slices, its labels."""

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.comparison.proportion_interval import share_interval
from translearn_core.analysis.errors.calibration import MAX_TEMPERATURE, at_bound
from translearn_core.config import LENGTH
from translearn_core.data.findings import count_noun, join_list, quote
from translearn_core.results import CalibrationScore, Interval
from translearn_core.worker.diagnostics.label_issues import CheckedLabels
from translearn_core.worker.diagnostics.language_id import UNSURE
from translearn_core.worker.diagnostics.slices import LANGUAGE

THRESHOLDS = (0.9, 0.8, 0.7, 0.6, 0.5)
"""Thresholds to speak of: the first at which enough validation rows are answered."""
ENOUGH = 0.2
FEW_ROWS = 200
"""Fewer rows than this are said to be few."""
GOOD = 0.9
"""A probe that finds fewer labels than this errs more often itself than labels usually are wrong."""

NARROW = 0.05
"""Confidence can be believed on average where no gap to the accuracy beyond this could be."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def calibration_text(
    sure: FloatArray, correct: BoolArray, raw: CalibrationScore, scaled: CalibrationScore, n_validation: int
) -> str:
    """Say how far the confidence on test rows can be believed, as it is and scaled."""
    mean, right = float(sure.mean()), share_interval(int(correct.sum()), len(correct))
    verdict = _verdict(mean, float(correct.mean()), right, len(correct))
    said = (
        f"On {count_noun(len(correct), 'test row')} the model is {_percent(mean)} sure on average and right "
        f"in {_percent(correct.mean())} ({_span(right)}): {verdict}. Bar by bar, confidence and accuracy lie "
        f"{_points(raw)} apart; this is the expected calibration error."
    )
    if scaled.temperature == 1.0:
        return (
            f"{said} No temperature could be fitted, as all {count_noun(n_validation, 'validation row')} are "
            "right: the percentages stay as they are."
        )
    if at_bound(scaled.temperature):
        return (
            f"{said} No temperature up to {MAX_TEMPERATURE:.0f} suits the "
            f"{count_noun(n_validation, 'validation row')}: the hotter the better, so how sure it is says "
            "nothing about which answers are right."
        )
    return (
        f"{said} Scaled by the temperature {scaled.temperature:.2f}, fitted on "
        f"{count_noun(n_validation, 'validation row')}, the answers stay the same, their percentages lie "
        f"{_points(scaled)} apart from the accuracy, and the loss goes from {raw.loss:.3f} to "
        f"{scaled.loss:.3f}."
    )


def _verdict(mean: float, accuracy: float, right: Interval, rows: int) -> str:
    """Say what the gap between confidence and accuracy may be, by the interval of the accuracy."""
    if mean > right.high:
        return "it is too sure of itself"
    if mean < right.low:
        return "it is more often right than it thinks"
    if mean - right.low <= NARROW and right.high - mean <= NARROW:
        return "on average it can be believed"
    least = right.high - accuracy if mean >= accuracy else accuracy - right.low
    return (
        f"no gap beyond chance was seen, but {count_noun(rows, 'test row')} would not show one below "
        f"{100 * least:.1f} points"
    )


def selective_prediction_text(coverage: pd.DataFrame, validation: FloatArray, correct: BoolArray) -> str:
    """Say at which threshold how many test rows are answered how well; chosen by the validation rows."""
    everything = f"answering all, it is right in {_percent(correct.mean())}"
    for threshold in THRESHOLDS:
        if len(validation) and (validation >= threshold).mean() >= ENOUGH:
            line = coverage.iloc[(coverage["threshold"] - threshold).abs().argmin()]
            if not line["coverage"]:
                break
            return (
                f"Answer only above {100 * threshold:.0f} %: that is {_percent(line['coverage'])} of the "
                f"test texts, of which {_percent(line['accuracy'])} are right "
                f"({_span(Interval(line['low'], line['high']))}); {everything}."
            )
    return f"It is hardly ever {100 * THRESHOLDS[-1]:.0f} % sure, so no threshold is of use; {everything}."


def weakest_slice_text(slices: pd.DataFrame) -> str:
    """Name the weakest slice that is beyond chance, or say that none is."""
    many = count_noun(len(slices), "slice")
    if slices.empty:
        return "All test rows are alike in length and language, and no column parts them: no slices."
    weak = slices[slices["beyond chance"] & (slices["difference"] < 0)]
    if weak.empty:
        lowest = slices.iloc[0]
        return (
            f"No slice is weaker than the rest by more than chance; {many} were looked at. Of the lowest, "
            f"{_slice(lowest)}, {_percent(lowest['accuracy'])} of {count_noun(lowest['rows'], 'row')} are "
            f"right."
        )
    one = weak.iloc[0]
    more = f" Weak too: {join_list([_slice(line) for _, line in weak.iloc[1:].iterrows()], 4)}." * (
        len(weak) > 1
    )
    return (
        f"Weakest is {_slice(one)}: {_percent(one['accuracy'])} of {count_noun(one['rows'], 'row')} are "
        f"right, {-100 * one['difference']:.1f} points fewer than of all others (95 %: "
        f"{-100 * one['difference high']:.1f} to {-100 * one['difference low']:.1f}). That is more than "
        f"chance, with {many} looked at.{more}"
    )


def label_issue_text(doubts: CheckedLabels) -> str:
    """Say how many labels are in doubt, what that is worth, and where to look first.

    The share counts what the probe is confident of, its own errors too, so it is no estimate of wrong labels
    unless the probe is good.
    """
    checked = count_noun(doubts.n_checked, "label")
    judge = (
        f"a probe that learned from the other rows and finds {_percent(doubts.agrees)} of the labels itself"
    )
    if not doubts.found:
        return f"No label looks wrong: none of {checked} is confidently of another class for {judge}."
    frame = doubts.frame
    pairs = Counter(zip(frame["label"].tolist(), frame["suggested"].tolist(), strict=True))
    (label, suggested), most = pairs.most_common(1)[0]
    first, in_test = frame.iloc[0], int((frame["split"] == "test").sum())
    good = doubts.agrees >= GOOD
    looks = count_noun(
        doubts.found, *(("label looks", "labels look") if good else ("label is", "labels are"))
    )
    hard = (
        ""
        if good
        else " That probe errs often, so these are wrong labels and hard texts together, and only reading "
        "tells which."
    )
    listed = f" The {len(frame):,} most doubtful are listed." * (len(frame) < doubts.found)
    return (
        f"{looks} {'wrong' if good else 'in doubt'}: about {_percent(doubts.noise)} "
        f"({_span(doubts.noise_interval)}) of {checked} are confidently of another class for {judge}.{hard}"
        f"{listed} Look first at row {first['row']} of {first['split']}, and at what is labelled "
        f"{quote(label)} and looks like {quote(suggested)} ({count_noun(most, 'row')}). "
        f"{count_noun(in_test, 'of them is a test row', 'of them are test rows')}, which every score here "
        "counts on."
    )


def caveats(n_test: int, validated: BoolArray, slices: pd.DataFrame) -> tuple[str, ...]:
    """Say what weakens all this; `validated` tells which validation rows are right."""
    said = []
    if n_test < FEW_ROWS:
        said.append(
            f"Only {count_noun(n_test, 'test row')}: the intervals are wide, and small slices can show "
            f"nothing."
        )
    if len(validated) < FEW_ROWS and not validated.all():
        said.append(f"Only {count_noun(len(validated), 'validation row')}: take the temperature roughly.")
    if (slices["column"] == LANGUAGE).any():
        said.append(
            "Languages are guessed from the letters of a text. Short texts give little to go by: where the "
            f"guess was not sure, it is called {quote(UNSURE)}."
        )
    return tuple(said)


def _slice(line: pd.Series) -> str:
    column = {LENGTH: "texts of", LANGUAGE: "language"}.get(line["column"])
    return (
        f"{quote(line['column'])} is {quote(line['slice'])}"
        if column is None
        else f"{column} {line['slice']}"
    )


def _points(one: CalibrationScore) -> str:
    ends = one.error_interval
    return f"{100 * one.error:.1f} points (95 %: {100 * ends.low:.1f} to {100 * ends.high:.1f})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _span(ends: Interval) -> str:
    return f"95 %: {100 * ends.low:.1f} to {100 * ends.high:.1f} %"
