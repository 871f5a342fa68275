"""Sentences about calibration, selective prediction, slices and label issues."""

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.error_analysis.calibration import MAX_TEMPERATURE, is_at_upper_bound
from translearn_core.analysis.intervals import Clusters
from translearn_core.analysis.language_id import UNSURE
from translearn_core.results import CalibrationScore, Estimate
from translearn_core.results.format import count_noun, join_list, magnitude, percent, quote, signed_points
from translearn_core.worker.diagnostics.error_analysis.label_issues import LabelCheck
from translearn_core.worker.diagnostics.error_analysis.slices import LANGUAGE
from translearn_core.worker.diagnostics.sentences.slice_names import slice_name

THRESHOLDS = (0.9, 0.8, 0.7, 0.6, 0.5)
"""Candidate thresholds; the first with enough coverage of the validation rows is reported."""
MIN_COVERAGE = 0.2
FEW_ROWS = 200
"""Below this number of rows a caveat is added."""
RELIABLE_PROBE = 0.9
"""Below this probe accuracy most flagged labels are probe errors."""
MAX_GAP = 0.05
"""Confidence counts as calibrated on average if its gap to the accuracy is surely below this."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def calibration_text(
    confidence: FloatArray,
    correct: BoolArray,
    raw: CalibrationScore,
    scaled: CalibrationScore,
    n_validation: int,
    clusters: Clusters = None,
) -> str:
    """Compare confidence and accuracy of the test rows, before and after temperature scaling."""
    mean, right = float(confidence.mean()), Estimate.clustered_share(correct, clusters)
    verdict = _verdict(mean, right, len(correct))
    average = (
        f"On {count_noun(len(correct), 'test row')} the model is {percent(mean)} sure on average and right "
        f"in {percent(right.value)} ({_span(right)}): {verdict}. Bar by bar, confidence and accuracy lie "
        f"{_points(raw)} apart; this is the expected calibration error."
    )
    if scaled.temperature == 1.0:
        return (
            f"{average} No temperature could be fitted: of {count_noun(n_validation, 'validation row')} none "
            "of a class that training rows have is wrong. The percentages stay as they are."
        )
    if is_at_upper_bound(scaled.temperature):
        return (
            f"{average} No temperature up to {MAX_TEMPERATURE:.0f} suits the "
            f"{count_noun(n_validation, 'validation row')}: the hotter the better, so how sure it is says "
            "nothing about which answers are right."
        )
    effect = ""
    if scaled.loss > raw.loss:
        effect = " On these test rows the scaling makes the loss worse: use the percentages as they are."
    elif scaled.loss < raw.loss and scaled.error.value > raw.error.value:
        effect = " On these test rows the scaling lowers the loss, but not the calibration error."
    return (
        f"{average} Scaled by the temperature {scaled.temperature:.2f}, fitted on "
        f"{count_noun(n_validation, 'validation row')}, the answers stay the same, their percentages lie "
        f"{_points(scaled)} apart from the accuracy, and the loss goes from {raw.loss:.3f} to "
        f"{scaled.loss:.3f}.{effect}"
    )


def _verdict(mean: float, right: Estimate, rows: int) -> str:
    """Judge the gap between confidence and accuracy by the accuracy's interval."""
    if mean > right.high:
        return "it is too sure of itself"
    if mean < right.low:
        return "it is more often right than it thinks"
    if mean - right.low <= MAX_GAP and right.high - mean <= MAX_GAP:
        return "on average it can be believed"
    least = right.high - right.value if mean >= right.value else right.value - right.low
    return (
        f"no gap beyond chance was seen, but {count_noun(rows, 'test row')} would not show one below "
        f"{100 * least:.1f} points"
    )


def selective_prediction_text(
    coverage: pd.DataFrame, validation: FloatArray, correct: BoolArray, noun: str = "text"
) -> str:
    """Report coverage and accuracy of the test rows at a threshold chosen on validation rows.

    `noun` names a row (`DataConfig.row_noun`).
    """
    everything = correct.mean()
    full_coverage = f"answering all, it is right in {percent(everything)}"
    for threshold in THRESHOLDS:
        if len(validation) and (validation >= threshold).mean() >= MIN_COVERAGE:
            line = coverage.iloc[(coverage["threshold"] - threshold).abs().argmin()]
            if not line["coverage"]:
                return (
                    f"No test row reaches the threshold chosen on validation rows, {100 * threshold:.0f} %; "
                    f"{full_coverage}."
                )
            gain = ", so abstaining gains nothing here" * bool(line["accuracy"] <= everything)
            return (
                f"Answer only above {100 * threshold:.0f} %: that is {percent(line['coverage'])} of the "
                f"test {noun}s, of which {percent(line['accuracy'])} are right "
                f"({_span(Estimate(line['accuracy'], line['low'], line['high']))}); {full_coverage}{gain}."
            )
    if not len(validation):
        return f"There are no validation rows to choose a threshold on; {full_coverage}."
    return (
        f"On fewer than {100 * MIN_COVERAGE:.0f} % of the validation rows it is {100 * THRESHOLDS[-1]:.0f} % "
        f"sure, so no threshold is of use; {full_coverage}."
    )


def weakest_slice_text(slices: pd.DataFrame) -> str:
    """Name the weakest slices that are significantly below the rest, if any."""
    n_slices = count_noun(len(slices), "slice")
    if slices.empty:
        return "All test rows are alike in length and language, and no column parts them: no slices."
    weak = slices[slices["beyond chance"] & (slices["difference"] < 0)]
    if weak.empty:
        lowest = slices.iloc[0]
        return (
            f"No slice is weaker than the rest by more than chance, with {n_slices} looked at. Of the one "
            f"furthest below, {slice_name(lowest)}, {percent(lowest['accuracy'])} of "
            f"{count_noun(lowest['rows'], 'row')} are right."
        )
    weakest = weak.iloc[0]
    others = [slice_name(row) for _, row in weak.iloc[1:].iterrows()]
    more = f" Weak too: {join_list(others, 4)}." * (len(weak) > 1)
    return (
        f"Weakest is {slice_name(weakest)}: {percent(weakest['accuracy'])} of "
        f"{count_noun(weakest['rows'], 'row')} are right, {magnitude(100 * weakest['difference'])} points "
        f"fewer than of all others (95 %: {signed_points(weakest['difference low'])} to "
        f"{signed_points(weakest['difference high'])}). That is more than chance, with {n_slices} looked "
        f"at.{more}"
    )


def label_issue_text(check: LabelCheck, noun: str = "text") -> str:
    """Report the suspected label errors, the reliability of the probe, and where to look first.

    The share includes confident errors of the probe, so it estimates wrong labels only if the probe is good.
    """
    checked = count_noun(check.n_checked, "label")
    accuracy = percent(check.probe_accuracy)
    judge = f"a probe that learned from the other rows and finds {accuracy} of the labels itself"
    if not check.n_suspects:
        return f"No label looks wrong: none of {checked} is confidently of another class for {judge}."
    frame = check.frame
    pairs = Counter(zip(frame["label"].tolist(), frame["suggested"].tolist(), strict=True))
    (label, suggested), most = pairs.most_common(1)[0]
    first, in_test = frame.iloc[0], int((frame["split"] == "test").sum())
    good = check.probe_accuracy >= RELIABLE_PROBE
    looks = (
        count_noun(check.n_suspects, "label looks wrong", "labels look wrong")
        if good
        else count_noun(check.n_suspects, "label is in doubt", "labels are in doubt")
    )
    hard = (
        ""
        if good
        else f" That probe errs often, so these are wrong labels and hard {noun}s together, and only reading "
        "tells which."
    )
    listed = f" The {len(frame):,} most doubtful are listed." * (len(frame) < check.n_suspects)
    return (
        f"{looks}: about {percent(check.noise.value)} "
        f"({_span(check.noise)}) of {checked} are confidently of another class for {judge}.{hard}"
        f"{listed} Look first at row {first['row']} of {first['split']}, and at what is labelled "
        f"{quote(label)} and looks like {quote(suggested)} ({count_noun(most, 'row')}). "
        f"{count_noun(in_test, 'of them is a test row', 'of them are test rows')}, which every score here "
        "counts on."
    )


def caveats(n_test: int, validated: BoolArray, slices: pd.DataFrame) -> tuple[str, ...]:
    """Return the caveats; `validated` tells which validation rows are right."""
    notes = []
    if n_test < FEW_ROWS:
        notes.append(
            f"Only {count_noun(n_test, 'test row')}: the intervals are wide, and small slices can show "
            "nothing."
        )
    if len(validated) < FEW_ROWS and not validated.all():
        notes.append(f"Only {count_noun(len(validated), 'validation row')}: take the temperature roughly.")
    if (slices["column"] == LANGUAGE).any():
        notes.append(
            "Languages are guessed from the letters of a text. Short texts give little to go by: where the "
            f"guess was not sure, it is called {quote(UNSURE)}."
        )
    return tuple(notes)


def _points(score: CalibrationScore) -> str:
    error = score.error
    return f"{100 * error.value:.1f} points (95 %: {100 * error.low:.1f} to {100 * error.high:.1f})"


def _span(interval: Estimate) -> str:
    return f"95 %: {100 * interval.low:.1f} to {100 * interval.high:.1f} %"
