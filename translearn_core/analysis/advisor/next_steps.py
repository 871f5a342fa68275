"""Rules for what to do after a run: more or better labels, other training, a larger test set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from translearn_core.analysis.intervals import mean_interval
from translearn_core.config import ProblemType
from translearn_core.results import (
    Baselines,
    Difference,
    Estimate,
    Evaluation,
    History,
    LabelEfficiency,
    LabelReview,
    RunSummary,
)
from translearn_core.results.diagnostics.baselines import FROZEN, WORDS
from translearn_core.results.diagnostics.next_steps import NextStep
from translearn_core.results.format import count_noun, signed_points
from translearn_core.results.interval_estimate import Z
from translearn_core.results.metric import LOSS

MORE_LABELS = 100
"""Labels that the gain of more labels is stated for."""
CLEAR_POINTS = 0.02
"""Difference of two accuracies that a test set ought to tell apart."""
MERGE_SHARE, MERGE_ROWS = 0.15, 5
"""Share and number of all errors from which two classes that are taken for each other are worth merging."""
FIT_GAP = 0.02
"""Gap between training and validation accuracy below which a model fits no more than it generalises."""


@dataclass(frozen=True)
class RunFacts:
    """Results of a run that the rules look at; the diagnostics are None where they were not computed."""

    evaluation: Evaluation
    summary: RunSummary
    history: History
    n_blocks: int
    fitted_at_once: bool
    label_efficiency: LabelEfficiency | None = None
    label_review: LabelReview | None = None
    baselines: Baselines | None = None


def propose(facts: RunFacts) -> tuple[NextStep, ...]:
    """Return the steps whose rules apply, in the order of how often they help."""
    rules = (_labels, _merge, _probe, _backbone, _more_labels, _deeper, _longer, _fewer_epochs, _test_rows)
    return tuple(step for rule in rules for step in rule(facts))


def _labels(facts: RunFacts) -> Iterator[NextStep]:
    if facts.label_review is None:
        return
    suspicious, checked = facts.label_review.counts()["suspicious"], facts.label_review.n_checked
    if not suspicious:
        return
    share = Estimate.share(suspicious, checked)
    are = "is" if suspicious == 1 else "are"
    yield NextStep(
        "labels",
        "Mend labels",
        f"{count_noun(suspicious, 'label')} of {checked:,} {are} suspicious ({share.percent_range}): look at "
        "the surest first; what is wrong in test rows lowers every score.",
        share,
        "labels",
        "Look at the labels",
        "Northcutt et al. 2021, arXiv:1911.00068",
    )


def _merge(facts: RunFacts) -> Iterator[NextStep]:
    confusion, names = facts.evaluation.confusion, facts.evaluation.names
    both = np.triu(confusion + confusion.T, 1)
    errors, rows = int(confusion.sum() - np.trace(confusion)), int(confusion.sum())
    if len(names) < 3 or not errors or facts.evaluation.problem is ProblemType.TOKENS:
        return
    i, j = np.unravel_index(both.argmax(), both.shape)
    count = int(both[i, j])
    if count < MERGE_ROWS or count < MERGE_SHARE * errors:
        return
    merged = Estimate.share(rows - errors + count, rows)
    yield NextStep(
        "merge",
        f"Merge {names[i]} and {names[j]}, or tell them apart",
        f"{count} of the {errors:,} errors on test take one for the other. As one class the accuracy of the "
        f"same predictions is {100 * merged.value:.1f} % ({merged.percent_range}).",
        merged,
        "labels",
        "Merge classes",
        "confusion matrix of this run",
    )


def _better_probe(facts: RunFacts) -> Difference | None:
    """Return the margin of the run over the linear probe of its backbone if the probe is surely better."""
    line = None if facts.baselines is None else facts.baselines.line(FROZEN)
    return line.margin if line is not None and line.margin.high < 0 else None


def _probe(facts: RunFacts) -> Iterator[NextStep]:
    if (margin := _better_probe(facts)) is None:
        return
    yield NextStep(
        "probe",
        "Fit the head as a linear probe",
        f"A linear probe of the same frozen backbone is better than this run ({margin.span}): its head was "
        "not trained to the end. Take the recipe of the probe, or more epochs and a higher rate of the head.",
        Estimate(margin.value, margin.low, margin.high),
        "recipe",
        "Choose a recipe",
        "Kumar et al. 2022, arXiv:2202.10054",
    )


def _backbone(facts: RunFacts) -> Iterator[NextStep]:
    line = None if facts.baselines is None else facts.baselines.line(WORDS)
    if line is None or line.margin.low > 0 or _better_probe(facts) is not None:
        return
    margin = line.margin
    yield NextStep(
        "backbone",
        "Try another backbone",
        f"This run is not better than counting words by more than chance ({margin.span}): the backbone "
        "transfers little to these texts.",
        Estimate(margin.value, margin.low, margin.high),
        "backbone",
        "Choose a backbone",
        "Wang & Manning 2012: a strong baseline of words and pairs",
    )


def _more_labels(facts: RunFacts) -> Iterator[NextStep]:
    curve = facts.label_efficiency
    if curve is None or len(curve.sizes) < 2:
        return
    best = int(np.nanargmax(curve.mean[:, -1]))
    gain = slope(curve, best)
    labels = curve.sizes[-1]
    per_hundred = np.log2((labels + MORE_LABELS) / labels)
    value, low, high = (float(per_hundred * end) for end in (gain.value, gain.low, gain.high))
    if not np.isfinite(value):
        return
    interval = f" (95 %: {signed_points(low)} to {signed_points(high)})" if np.isfinite(low) else ""
    yield NextStep(
        "more labels",
        "Label more rows" if gain.low > 0 else "More labels may not help much",
        f"{MORE_LABELS} more labels: about {signed_points(value)} points{interval}, from the last doubling "
        f"to {labels:,} labels with {curve.names[best]}.",
        Estimate(value, low, high),
        "evidence",
        "See label efficiency",
        "Howard & Ruder 2018, arXiv:1801.06146, figure 3",
    )


def slope(curve: LabelEfficiency, method: int) -> Estimate:
    """Return the gain of one doubling of the labels, from the two largest sizes, over draws."""
    last, before = curve.scores[method, -1], curve.scores[method, -2]
    gains = (last - before) / np.log2(curve.sizes[-1] / curve.sizes[-2])
    gains = gains[np.isfinite(gains)]
    if len(gains) < 2:
        nan = float("nan")
        return Estimate(float(gains.mean()) if len(gains) else nan, nan, nan)
    return mean_interval(gains)


def _deeper(facts: RunFacts) -> Iterator[NextStep]:
    if facts.summary.boundary < facts.n_blocks or not facts.n_blocks:
        return
    train, validation = _accuracies(facts)
    if not np.isfinite(train - validation) or train - validation > FIT_GAP or validation > 1 - FIT_GAP:
        return
    gap = train - validation
    yield NextStep(
        "deeper",
        "Train deeper",
        f"The head alone fits the training rows no better than the validation rows ({100 * train:.1f} and "
        f"{100 * validation:.1f} %): there is room for the top blocks to learn.",
        Estimate(gap, float("nan"), float("nan")),
        "recipe",
        "Choose a recipe",
        "Lee et al. 2019, arXiv:1911.03090",
    )


def _longer(facts: RunFacts) -> Iterator[NextStep]:
    scores = _validation_scores(facts)
    if facts.fitted_at_once or len(scores) < 2 or facts.summary.best_epoch != facts.summary.epochs:
        return
    gain = scores[-1] - max(scores[:-1])
    if gain <= 0:
        return
    yield NextStep(
        "longer",
        "Train longer",
        f"The last of {facts.summary.epochs} epochs was the best, by {100 * gain:.1f} points of validation "
        "macro-F1: more epochs may still help.",
        Estimate(gain, float("nan"), float("nan")),
        "run",
        "Go on training",
        "learning curve of this run",
    )


def _fewer_epochs(facts: RunFacts) -> Iterator[NextStep]:
    best, epochs = facts.summary.best_epoch, facts.summary.epochs
    if facts.fitted_at_once or epochs < 4 or best > epochs / 2 or _loss_falls(facts):
        return
    yield NextStep(
        "fewer epochs",
        "Train shorter",
        f"Epoch {best} of {epochs} was the best on validation: with early stopping the rest of the time is "
        "saved.",
        Estimate(float(best), float("nan"), float("nan")),
        "train",
        "Change the epochs",
        "Prechelt 1998, doi:10.1007/3-540-49430-8_3",
    )


def _loss_falls(facts: RunFacts) -> bool:
    """Whether the last epoch has a lower validation loss than the best one: the model still learns."""
    losses = {point.epoch: point.validation.get(LOSS, float("nan")) for point in facts.history.epochs}
    return losses[max(losses)] < losses.get(facts.summary.best_epoch, float("nan"))


def _test_rows(facts: RunFacts) -> Iterator[NextStep]:
    test = facts.summary.test
    score, rows = test.headline, test.n
    half = (score.high - score.low) / 2
    if half <= CLEAR_POINTS or not test.metric.share:
        return
    p = min(max(score.value, 1 / (rows + 1)), 1 - 1 / (rows + 1))
    needed = rows_for_margin(p, CLEAR_POINTS)
    if facts.evaluation.problem is ProblemType.TOKENS:  # words of a sentence count as fewer rows
        independent = Estimate.share(round(score.value * rows), rows)
        needed = round(needed * (2 * half / (independent.high - independent.low)) ** 2)
    yield NextStep(
        "test rows",
        "Test on more rows",
        f"On {count_noun(rows, 'test row')} the {test.metric.label} is known to ±{100 * half:.1f} points; to "
        f"tell {100 * CLEAR_POINTS:.0f} points apart you need about {needed:,} test rows. Cross-validation "
        "tests on every row.",
        Estimate(float(needed), float("nan"), float("nan")),
        "study",
        "Cross-validate",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
    )


def rows_for_margin(share: float, margin: float) -> int:
    """Return the rows with which a share is known to plus or minus `margin`, to two significant digits."""
    rows = Z**2 * share * (1 - share) / margin**2
    digits = 10 ** max(0, int(np.floor(np.log10(rows))) - 1)
    return int(np.ceil(rows / digits) * digits)


def _accuracies(facts: RunFacts) -> tuple[float, float]:
    """Return training and validation headline of the best epoch."""
    best = [point for point in facts.history.epochs if point.epoch == facts.summary.best_epoch]
    name = facts.summary.test.metric.name
    nan = float("nan")
    return (best[0].train.get(name, nan), best[0].validation.get(name, nan)) if best else (nan, nan)


def _validation_scores(facts: RunFacts) -> Sequence[float]:
    return [point.validation.get("macro_f1", float("nan")) for point in facts.history.epochs]
