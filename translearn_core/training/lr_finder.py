"""Learning-rate range test: all rates rise together, step by step, and the loss tells which one to take."""

import math
from collections.abc import Iterator, Sequence
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.config import ExperimentConfig, LrFinderConfig, Schedule, TrainingConfig
from translearn_core.errors import TrainingError
from translearn_core.results import LrFinderResult
from translearn_core.training.batches import batch_order
from translearn_core.training.distillation import DistillationTarget
from translearn_core.training.loop import Loop
from translearn_core.training.prefetch import prefetch_batches
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Classifier, Inputs

BEGINNING = 5
"""One in so many steps counts as the beginning, which the fall is measured from."""
MEMORY = 10
"""The running mean remembers about one in so many steps."""
REACH = 20
"""The fall at a step is measured over one in so many steps to either side."""
RUNAWAY = 4.0
"""The search ends where the smoothed loss is so many times its lowest."""
CLEAR = 3.0
"""A fall counts if it is so many times its own standard error."""
DISTANCE = 10.0
"""The suggested rate is at least so many times lower than the one at which the loss was lowest."""


def find_learning_rate(
    model: Classifier,
    inputs: Inputs,
    rows: TrainingRows,
    config: LrFinderConfig,
    compute: Compute,
    report: ProgressCallback = no_progress,
    *,
    lesson: DistillationTarget | None = None,
) -> LrFinderResult:
    """Train `model` on random batches while the rate rises geometrically, and read a rate off the loss.

    Every part keeps its ratio to the others, as `config.experiment` has them. Stages before the plan itself
    are left out. The model is spoilt by it.

    References
    ----------
    Smith 2015, arXiv:1506.01186, section 3.3.
    """
    setting, before = searched_setting(config.experiment)
    training = config.experiment.training
    even = training.model_copy(update={"schedule": Schedule.CONSTANT, "warmup": 0.0})
    loop = Loop(model, inputs, rows, even, compute, report, lesson=lesson)
    peaks, steps = loop.peaks, config.steps
    rates, losses, smoothed = lr_grid(config), list[float](), list[float]()
    model.train()
    order = islice(whole_batches(inputs, rows, training), steps)
    for rate, (index, batch) in zip(rates, prefetch_batches(inputs, order, compute.device), strict=True):
        report("trying learning rates", len(losses), steps)
        loop.peaks = {part: peak * rate / before for part, peak in peaks.items()}
        try:
            losses.append(loop.step(index, batch, steps, steps).loss)
        except TrainingError:  # the loss is no number any more: that is what we wanted to see
            break
        smoothed = running_mean(losses, steps)
        if smoothed[-1] > RUNAWAY * min(smoothed):
            break
    tried = rates[: len(losses)]
    suggestion, reason = suggest_lr(tried, losses, smoothed, config, before)
    return LrFinderResult(setting, before, tried, tuple(losses), tuple(smoothed), suggestion, reason)


def searched_setting(experiment: ExperimentConfig) -> tuple[str, float]:
    """Return which setting of the training is raised, and its value: the head's rate if only it trains."""
    training = experiment.training
    if not experiment.trains_backbone:
        return "head_lr", training.head_lr
    return ("rates", max(training.rates)) if training.rates else ("lr", training.lr)


def lr_grid(config: LrFinderConfig) -> tuple[float, ...]:
    """Return the rate of every step, from low to high, each the same multiple of the one before."""
    return tuple(np.geomspace(config.low, config.high, config.steps).tolist())


def whole_batches(
    inputs: Inputs, rows: TrainingRows, training: TrainingConfig
) -> Iterator[NDArray[np.int64]]:
    """Yield batches as a training draws them, without end and without the short one at an epoch's end."""
    lengths = np.zeros_like(inputs.lengths) if inputs.pooled is not None else inputs.lengths
    size = min(training.batch_size, len(rows.train))
    for epoch in count():
        order = batch_order(lengths, rows.train, size, seed=training.seed, epoch=epoch)
        yield from (index for index in order if len(index) == size)


def running_mean(losses: Sequence[float], steps: int) -> list[float]:
    """Return the exponential running mean of `losses`, corrected for its start at nothing."""
    share, mean, out = ema_weight(steps), 0.0, []
    for step, loss in enumerate(losses, 1):
        mean += share * (loss - mean)
        out.append(mean / (1 - (1 - share) ** step))
    return out


def ema_weight(steps: int) -> float:
    """Return what the newest loss counts in the running mean of a search of `steps`."""
    return min(1.0, MEMORY / steps)


def suggest_lr(
    rates: Sequence[float],
    losses: Sequence[float],
    smoothed: Sequence[float],
    config: LrFinderConfig,
    before: float,
) -> tuple[float, str]:
    """Return the suggested rate and the reason in words.

    It is the rate at which the smoothed loss falls most steeply (over the logarithm of the rate), but at most
    a tenth of the rate at which it is lowest. Where the loss never falls clearly below where it began, it is
    the rate `before`.
    """
    steps, early = config.steps, config.steps // BEGINNING
    ended = len(rates) < steps
    stays = f"so the rate stays at {before:.2g}."
    if len(rates) <= early:
        return before, f"The loss ran away within the first steps, {stays} Start the search at a lower rate."
    curve = np.asarray(smoothed)
    lowest = int(curve.argmin())
    fall = float(np.mean(losses[:early])) - float(curve[lowest])
    share = ema_weight(steps)
    if lowest < early or fall <= CLEAR * residual_std(losses) * math.sqrt(share / (2 - share) + 1 / early):
        if ended:
            return before, f"The loss did not clearly fall before it ran away at {rates[-1]:.2g}, {stays}"
        said = f"Between {rates[0]:.2g} and {rates[-1]:.2g} the loss fell no more than it jumps about anyway"
        return before, f"{said}, {stays}"
    steepest = rates[steepest_fall(np.log(rates), curve, early, lowest, max(1, steps // REACH))]
    limit = rates[lowest] / DISTANCE
    suggestion = float(f"{max(min(steepest, limit), rates[0]):.1e}")
    if steepest <= limit:
        reason = f"The loss falls fastest near {steepest:.2g} and is lowest near {rates[lowest]:.2g}."
    else:
        reason = (
            f"The loss is lowest near {rates[lowest]:.2g}; a tenth of that keeps clear of where it turns."
        )
    if ended:
        return suggestion, f"{reason} At {rates[-1]:.2g} it runs away."
    if lowest == len(rates) - 1:
        return suggestion, f"{reason} No higher rate was tried."
    return suggestion, reason


def steepest_fall(
    x: NDArray[np.float64], curve: NDArray[np.float64], first: int, last: int, reach: int
) -> int:
    """Return the place from `first` to `last` where `curve` falls most, between `reach` places around it."""
    places = np.arange(first, last + 1)
    left, right = np.maximum(places - reach, 0), np.minimum(places + reach, last)
    return int(places[((curve[right] - curve[left]) / (x[right] - x[left])).argmin()])


def residual_std(losses: Sequence[float]) -> float:
    """Return the standard deviation of losses around their course.

    From the differences of neighbours, by their median: neither a slow fall nor a wild end counts.
    """
    steps = np.diff(losses)
    return float(1.4826 * np.median(np.abs(steps - np.median(steps))) / math.sqrt(2))
