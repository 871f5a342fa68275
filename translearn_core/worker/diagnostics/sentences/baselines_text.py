"""Sentences comparing a run with its baselines."""

from collections.abc import Mapping

from translearn_core.config import ExperimentConfig
from translearn_core.results import Baseline, Difference, Metrics
from translearn_core.results.diagnostics.baselines import (
    CONSTANTS,
    FIRST_TEXT,
    FREQUENT_TAG,
    FROZEN,
    MAJORITY,
    MEAN,
    PRIOR,
    SCRATCH,
    SECOND_TEXT,
    SPREADING,
    WORDS,
)
from translearn_core.results.evaluation import SMALL_TEST_SET, small_test_set_note
from translearn_core.results.format import count_noun
from translearn_core.results.metric import Metric

BASELINE_TITLES = {
    MAJORITY: "always predicting the majority class",
    PRIOR: "always predicting the same labels",
    MEAN: "always predicting the mean",
    FREQUENT_TAG: "always predicting the most frequent tag of each word",
    WORDS: "counting words with TF-IDF",
    FIRST_TEXT: "counting the words of the first text alone",
    SECOND_TEXT: "counting the words of the second text alone",
    FROZEN: "a linear probe on the frozen backbone",
    SPREADING: "label spreading on the frozen backbone's vectors",
    SCRATCH: "the same model trained from scratch",
}
"""Names of baselines in sentences."""


def verdict_on(name: str, margin: Difference) -> str:
    """Compare a run with a baseline, and tell whether the difference is significant."""
    if margin.excludes_zero:
        return f"The run {_compared(name, margin)}: more than chance on these test rows (one seed)."
    return f"The run {_compared(name, margin)}: could be chance on these test rows (one seed)."


def negative_transfer(name: str, margin: Difference) -> str:
    """Report negative transfer: significantly below TF-IDF or from-scratch; else an empty string."""
    if name not in (WORDS, SCRATCH) or margin.high >= 0:
        return ""
    return f"Negative transfer: {margin.points} below {BASELINE_TITLES[name]} {margin.span}."


def baseline_verdict(lines: Mapping[str, Baseline], test: Metrics, *, fresh: bool, noun: str = "text") -> str:
    """Tell whether transfer helped a run; `fresh` if the run itself started from random weights.

    `noun` names a row (`DataConfig.row_noun`).
    """
    if WORDS not in lines:
        constant = next(line for line in lines.values() if line.name in CONSTANTS.values())
        return (
            "This run counts words (TF-IDF) and transfers nothing: it is the baseline that runs with a "
            f"pretrained backbone are compared with. It {_compared(constant.name, constant.margin)}."
        )
    words, probe, scratch = lines[WORDS], lines[FROZEN], lines.get(SCRATCH)
    if fresh:
        return (
            "This run began with fresh weights, so nothing was transferred: it is the control that others "
            f"are read against. It {_compared(WORDS, words.margin)}. {_probe_alone(probe, noun)}"
        )
    first = _against_words(words) if scratch is None else _against_scratch(scratch, words, test, noun)
    return f"{first} {_probe_and_training(probe, noun)}"


def caveats(
    experiment: ExperimentConfig, rows: Mapping[str, int], probed: int | None, *, shares: bool = True
) -> tuple[str, ...]:
    """Return the caveats; `rows` counts rows by split, `probed` the frozen probe's training rows, if any."""
    noun = experiment.data.row_noun
    notes = [note] if (note := small_test_set_note(rows["test"], shares=shares, noun=noun)) else []
    notes.append(
        "One seed: the intervals tell what other test rows would change; what another seed would change is "
        "not in them."
    )
    if probed is not None and rows["validation"] < SMALL_TEST_SET:
        notes.append(
            f"The probe's layer was chosen on {count_noun(rows['validation'], 'validation row')} only: "
            "another choice could have done as well."
        )
    if probed is not None and probed < rows["train"]:
        notes.append(
            f"The frozen probe learned from {probed:,} of the {count_noun(rows['train'], 'training row')}."
        )
    if experiment.augment.copies:
        notes.append("The run learned from altered copies too, the lines from the table's own rows alone.")
    if experiment.distil is not None:
        notes.append("The run had a teacher: what that one had learned counts for the run here.")
    return tuple(notes)


def one_sided(lines: Mapping[str, Baseline]) -> tuple[str, ...]:
    """Return a caveat if one text of the pairs alone does as well as both, as far as can be told.

    References
    ----------
    Hypothesis-only baselines: Poliak et al. 2018, arXiv:1805.01042; Gururangan et al. 2018, arXiv:1803.02324.
    """
    alone = [line for name in (FIRST_TEXT, SECOND_TEXT) if (line := lines.get(name)) is not None]
    alone = [line for line in alone if line.margin.low <= 0]
    if not alone:
        return ()
    best = max(alone, key=lambda line: -line.margin.value)
    return (
        f"{BASELINE_TITLES[best.name].capitalize()} does as well as this run, as far as these test rows can "
        "tell: its scores need not come from comparing the two texts.",
    )


def unit_note(of_rows: Metric, headline: Metric) -> tuple[str, ...]:
    """Say which metric differences are in, if it is not the headline, which is no mean over rows."""
    if of_rows == headline:
        return ()
    return (
        f"Differences are means over test rows, in {of_rows.label}; the figure and the scores are in "
        f"{headline.label}, which is no mean over rows: the two need not agree.",
    )


def _against_words(words: Baseline) -> str:
    margin = words.margin
    if words.negative_transfer:
        return (
            f"No, as far as can be seen: counting words is {margin.points} better than the run "
            f"{(-margin).span}. Whether the run at least beats the same model from scratch is not known "
            "until the same model is trained from scratch."
        )
    if margin.excludes_zero:
        return (
            f"Perhaps: the run {_compared(WORDS, margin)}, more than chance; but whether that comes from "
            "what the backbone had learned before is not known until the same model is trained from scratch."
        )
    return (
        f"Not seen: the run {_compared(WORDS, margin)}, which could be chance. Whether it beats a model that "
        "began from nothing is not known until the same model is trained from scratch."
    )


def _against_scratch(scratch: Baseline, words: Baseline, test: Metrics, noun: str) -> str:
    margin = scratch.margin
    score = test.metric.clause(test.headline.value, f"test {noun}s")
    compared, counted = _compared(SCRATCH, margin), _compared(WORDS, words.margin)
    if not margin.excludes_zero:
        answer = f"Not seen: the run {score} and {compared}, which could be chance."
    elif margin.value > 0:
        answer = f"Yes: the run {score} and {compared}."
    else:
        answer = f"No, it did harm: the run {score} and {compared}."
    if words.margin.excludes_zero:
        return f"{answer} It {counted}."
    if margin.excludes_zero:
        return f"{answer} It {counted}, which could be chance."
    return f"{answer} It {counted}, which could be chance too."


def _probe_alone(probe: Baseline, noun: str) -> str:
    where, score = _layer_read(probe), _probe_score(probe, noun)
    return (
        f"A linear probe on the backbone as it came, reading {where}, {score}: so much was known before any "
        "training."
    )


def _probe_and_training(probe: Baseline, noun: str) -> str:
    where, score, margin = _layer_read(probe), _probe_score(probe, noun), probe.margin
    if not margin.excludes_zero:
        return (
            f"A linear probe on the backbone as it came, reading {where}, {score}: so much was known before "
            f"any training, and what training changed about that could be chance {margin.span}."
        )
    if margin.value > 0:
        return (
            f"A linear probe on the backbone as it came, reading {where}, {score}: so much was known before "
            f"any training, and training added {margin.points} {margin.span}."
        )
    return (
        f"A linear probe on the backbone as it came, reading {where}, {score}: so much was known before any "
        f"training, and this training fell {margin.points} short of it {margin.span}."
    )


def _layer_read(probe: Baseline) -> str:
    return "its embeddings alone" if probe.layer == 0 else f"layer {probe.layer}"


def _probe_score(probe: Baseline, noun: str) -> str:
    return probe.metric.clause(probe.headline.value, f"test {noun}s")


def _compared(name: str, margin: Difference) -> str:
    return margin.describe(BASELINE_TITLES[name])
