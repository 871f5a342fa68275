"""Sentences of the error analysis: calibration, selective prediction, slices, label issues."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.sentences.outcomes import counts, ends, estimates, shares
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.error_analysis.calibration import MAX_TEMPERATURE, coverage, is_at_upper_bound
from translearn_core.analysis.error_analysis.slices import slice_scores
from translearn_core.results import CalibrationScore, Estimate
from translearn_core.results.prediction import ReviewThreshold
from translearn_core.worker.diagnostics.error_analysis.label_issues import LabelCheck
from translearn_core.worker.diagnostics.sentences import error_analysis_text as text

Draw = st.DrawFn


@st.composite
def answers(draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """Confidence and correctness of test rows, from one row to some hundreds."""
    rows = draw(st.sampled_from((1, 2, 5, 60, 400)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    accuracy, confident = (
        draw(st.sampled_from((0.0, 0.5, 0.9, 1.0))),
        draw(st.sampled_from((0.3, 0.5, 0.9, 1.0))),
    )
    confidence = np.full(rows, confident) if draw(st.booleans()) else rng.uniform(0.2, confident, rows)
    return confidence, rng.random(rows) < accuracy


@sentence
@st.composite
def calibration(draw: Draw) -> Case:
    """Confidence beside accuracy, and what the temperature does; it may make the loss worse."""
    confidence, correct = draw(answers())
    errors = st.tuples(shares, shares, shares).map(lambda e: Estimate(*(sorted(e)[k] for k in (1, 0, 2))))
    losses = st.sampled_from((0.3, 0.3004, 0.5))
    raw = CalibrationScore(1.0, draw(errors), draw(losses))
    temperature = draw(st.sampled_from((1.0, 0.01, 0.5, 1.7, 99.5, MAX_TEMPERATURE)))
    scaled = raw if temperature == 1.0 else CalibrationScore(temperature, draw(errors), draw(losses))
    validation = draw(counts)
    sentence_text = text.calibration_text(confidence, correct, raw, scaled, validation)
    right, mean = Estimate.share(int(correct.sum()), len(correct)), float(confidence.mean())
    shown = [
        len(correct),
        100 * mean,
        100 * right.value,
        *ends(right),
        100 * raw.error.value,
        *ends(raw.error),
    ]
    fitted = temperature != 1.0 and not is_at_upper_bound(temperature)
    shown += [validation]
    if fitted:
        shown += [temperature, 100 * scaled.error.value, *ends(scaled.error), raw.loss, scaled.loss]
    gap = max(right.high - right.value, right.value - right.low)
    claims = {
        "too sure of itself": mean > right.high,
        "more often right than it thinks": mean < right.low,
        "could be fitted": temperature == 1.0,
        "No temperature up to": is_at_upper_bound(temperature),
        "makes the loss worse": fitted and scaled.loss > raw.loss,
        "lowers the loss, but not": fitted
        and scaled.loss < raw.loss
        and scaled.error.value > raw.error.value,
    }
    known = [100 * (right.high - right.value), 100 * (right.value - right.low), MAX_TEMPERATURE, 100 * gap]
    return Case(sentence_text, shown, known, claims)


@sentence
@st.composite
def selective_prediction(draw: Draw) -> Case:
    """The threshold chosen on validation rows, with coverage and accuracy on test rows."""
    confidence, correct = draw(answers())
    validation = draw(st.just(np.zeros(0)) | answers().map(lambda pair: pair[0]))
    curve = coverage(confidence, correct)
    sentence_text = text.selective_prediction_text(curve, validation, correct)
    threshold = next(
        (t for t in text.THRESHOLDS if len(validation) and (validation >= t).mean() >= 0.2), None
    )
    claims = {
        "no validation rows": not len(validation),
        "no threshold is of use": bool(len(validation)) and threshold is None,
    }
    shown, known = [100 * float(correct.mean())], [20.0, 50.0]
    if threshold is not None:
        answered = confidence >= threshold
        shown.append(100 * threshold)
        claims["No test row reaches"] = not answered.any()
        if answered.any():
            right = Estimate.share(int(correct[answered].sum()), int(answered.sum()))
            shown += [100 * float(answered.mean()), 100 * right.value, *ends(right)]
            claims["abstaining gains nothing"] = right.value <= correct.mean()
    return Case(sentence_text, shown, known, claims)


@sentence
@st.composite
def weakest_slice(draw: Draw) -> Case:
    """The weakest slice, if it is weaker by more than chance."""
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    rows, groups = draw(st.sampled_from((2, 30, 600))), draw(st.integers(1, 8))
    member = rng.integers(0, groups, rows)
    weak = draw(st.sampled_from((0.0, 0.5, 0.8)))
    correct = rng.random(rows) < np.where(member == 0, weak, 0.8)
    slices = slice_scores(member, correct.astype(np.float64)) if groups > 1 else []
    lines = [
        (
            *("source", one.name, one.rows, one.score.value),
            *(one.difference.value, *ends(one.difference, 1), one.beyond_chance),
        )
        for one in slices
    ]
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    sentence_text = text.weakest_slice_text(frame)
    below = frame[frame["beyond chance"] & (frame["difference"] < 0)]
    claims = {"^Weakest is": not below.empty, "No slice is weaker": below.empty and not frame.empty}
    if frame.empty:
        return Case(sentence_text, claims=claims | {"no slices": True})
    line = frame.iloc[0] if below.empty else below.iloc[0]
    shown = [100 * line["accuracy"], line["rows"], len(frame)]
    if not below.empty:
        shown += [-100 * line["difference"], 100 * line["difference low"], 100 * line["difference high"]]
        claims["Weak too"] = len(below) > 1
    return Case(sentence_text, shown, [1.0 + len(below)], claims, names=[f"'{k}'" for k in range(groups)])


COLUMNS = (
    "column", "slice", "rows", "accuracy", "difference", "difference low", "difference high", "beyond chance"
)  # fmt: skip


@sentence
@st.composite
def label_issues(draw: Draw) -> Case:
    """Suspected label errors, of a good and of a poor probe, from none to all rows."""
    listed, checked = draw(st.integers(0, 4)), draw(counts)
    suspects = listed + draw(st.integers(0, 3)) if listed else 0
    frame = pd.DataFrame(
        {
            "row": range(listed),
            "split": [draw(st.sampled_from(("train", "validation", "test"))) for _ in range(listed)],
            "label": [draw(st.sampled_from(("bad", "good"))) for _ in range(listed)],
            "suggested": "odd",
        }
    )
    noise, accuracy = draw(estimates(shares)), draw(shares)
    sentence_text = text.label_issue_text(LabelCheck(checked, suspects, accuracy, noise, frame))
    shown, claims = [checked, 100 * accuracy], {"^No label looks wrong": suspects == 0}
    if suspects:
        most = int(frame["label"].value_counts().iloc[0])
        tested = int((frame["split"] == "test").sum())
        shown += [suspects, 100 * noise.value, *ends(noise), most, tested, frame.iloc[0]["row"]]
        shown += [listed] if listed < suspects else []
        claims |= {
            "wrong: about": accuracy >= text.RELIABLE_PROBE,
            "in doubt: about": accuracy < text.RELIABLE_PROBE,
            "probe errs often": accuracy < text.RELIABLE_PROBE,
            "are listed": listed < suspects,
        }
    return Case(sentence_text, shown, claims=claims)


@sentence
@st.composite
def error_analysis_caveats(draw: Draw) -> Case:
    """Caveats of an error analysis."""
    tested, validated = (
        draw(counts),
        np.asarray(draw(st.lists(st.booleans(), min_size=0, max_size=210)), dtype=bool),
    )
    slices = pd.DataFrame({"column": draw(st.sampled_from(([], ["source"], [text.LANGUAGE])))}, dtype=object)
    notes = " ".join(text.caveats(tested, validated, slices))
    few = len(validated) < text.FEW_ROWS and not validated.all()
    shown = [tested] * (tested < text.FEW_ROWS) + [len(validated)] * few
    claims = {
        "take the temperature roughly": few,
        "Languages are guessed": text.LANGUAGE in slices["column"].tolist(),
    }
    return Case(notes, shown, claims=claims)


@sentence
@st.composite
def review_threshold(draw: Draw) -> Case:
    """The threshold for a wished precision, chosen on validation rows and measured on test rows."""
    threshold, precision, validation = draw(st.none() | shares), draw(shares), draw(counts)
    tested = draw(st.just(0) | counts)
    covered, right = draw(estimates(shares)), draw(estimates(shares))
    review = ReviewThreshold(precision, threshold, validation, tested, right, covered, right)
    shown = [100 * precision, validation]
    claims = {"No confidence threshold": threshold is None}
    if threshold is not None:
        shown += [100 * threshold, *([tested, 100 * covered.value, *ends(covered)] if tested else [])]
        measured = tested > 0 and covered.value > 0
        shown += [100 * right.value, *ends(right)] if measured else []
        claims |= {"are right": measured, "no test rows": tested == 0}
    return Case(review.summary, shown, claims=claims)
