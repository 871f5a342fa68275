"""Learning-rate range test: raise all rates geometrically and suggest one from the loss curve."""

import math
from collections.abc import Iterator, Sequence
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.config import ExperimentConfig, Schedule, TrainingConfig
from translearn_core.errors import TrainingError
from translearn_core.jobs import LrFinderConfig
from translearn_core.results import LrFinderResult
from translearn_core.results.training.lr_finder import LrSetting
from translearn_core.training.batches import batch_order
from translearn_core.training.distillation import DistillationTarget
from translearn_core.training.loop import Loop
from translearn_core.training.prefetch import prefetch_batches
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Classifier, Inputs

START_DIVISOR = 5
"""The first steps / START_DIVISOR losses are the baseline that the fall is measured from."""
EMA_DIVISOR = 10
"""The running mean averages over about steps / EMA_DIVISOR losses."""
SLOPE_DIVISOR = 20
"""The slope at a step is measured over steps / SLOPE_DIVISOR steps to either side."""
DIVERGENCE_RATIO = 4.0
"""The search stops when the smoothed loss exceeds its minimum by this factor."""
MIN_STANDARD_ERRORS = 3.0
"""A fall of the loss counts if it exceeds this many of its standard errors."""
SAFETY_FACTOR = 10.0
"""The suggested rate is at most the rate of the lowest loss divided by this."""


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
    """Train `model` on random batches with geometrically rising rates and suggest a learning rate.

    Parts keep their rate ratios of `config.experiment`; earlier stages are skipped. Changes the weights.

    References
    ----------
    Smith 2015, arXiv:1506.01186, section 3.3.
    """
    setting, before = searched_setting(config.experiment)
    training = config.experiment.training
    constant = training.model_copy(update={"schedule": Schedule.CONSTANT, "warmup_ratio": 0.0})
    loop = Loop(model, inputs, rows, constant, compute, report, distillation=lesson)
    peaks, steps = loop.peaks, config.steps
    rates, losses, smoothed = lr_grid(config), list[float](), list[float]()
    model.train()
    order = islice(whole_batches(inputs, rows, training), steps)
    for rate, (index, batch) in zip(rates, prefetch_batches(inputs, order, compute.device), strict=True):
        report("trying learning rates", len(losses), steps)
        loop.peaks = {part: peak * rate / before for part, peak in peaks.items()}
        try:
            losses.append(loop.step(index, batch, steps, steps).loss)
        except TrainingError:  # the loss diverged to NaN or infinity
            break
        smoothed = running_mean(losses, steps)
        if smoothed[-1] > DIVERGENCE_RATIO * min(smoothed):
            break
    tried = rates[: len(losses)]
    suggestion, reason = suggest_lr(tried, losses, smoothed, config, before)
    return LrFinderResult(setting, before, tried, tuple(losses), tuple(smoothed), suggestion, reason)


def searched_setting(experiment: ExperimentConfig) -> tuple[LrSetting, float]:
    """Return the name and value of the searched setting: `head_lr` if only the head trains."""
    training = experiment.training
    if not experiment.trains_backbone:
        return "head_lr", training.head_lr
    return ("lr_per_block", max(training.lr_per_block)) if training.lr_per_block else ("lr", training.lr)


def lr_grid(config: LrFinderConfig) -> tuple[float, ...]:
    """Return the rate of every step, geometrically spaced."""
    return tuple(np.geomspace(config.low, config.high, config.steps).tolist())


def whole_batches(
    inputs: Inputs, rows: TrainingRows, training: TrainingConfig
) -> Iterator[NDArray[np.int64]]:
    """Yield full-size training batches endlessly, dropping the short last one of each epoch."""
    lengths = np.zeros_like(inputs.cost) if inputs.pooled is not None else inputs.cost
    size = min(training.batch_size, len(rows.train))
    for epoch in count():
        order = batch_order(lengths, rows.train, size, seed=training.seed, epoch=epoch)
        yield from (index for index in order if len(index) == size)


def running_mean(losses: Sequence[float], steps: int) -> list[float]:
    """Return the bias-corrected exponential moving average of `losses`."""
    weight, mean, out = ema_weight(steps), 0.0, []
    for step, loss in enumerate(losses, 1):
        mean += weight * (loss - mean)
        out.append(mean / (1 - (1 - weight) ** step))
    return out


def ema_weight(steps: int) -> float:
    """Return the weight of the newest loss in the running mean of a search of `steps`."""
    return min(1.0, EMA_DIVISOR / steps)


def suggest_lr(
    rates: Sequence[float],
    losses: Sequence[float],
    smoothed: Sequence[float],
    config: LrFinderConfig,
    before: float,
) -> tuple[float, str]:
    """Return the suggested rate and the reason as a sentence.

    The rate of the steepest fall of the smoothed loss (over the log rate), at most a tenth of the rate of the
    lowest loss; `before` if the loss never falls significantly below its start.
    """
    steps, early = config.steps, config.steps // START_DIVISOR
    diverged = len(rates) < steps
    if len(rates) <= early:
        return before, (
            f"The loss ran away within the first steps, so the rate stays at {before:.2g}. Start the search "
            "at a lower rate."
        )
    curve = np.asarray(smoothed)
    lowest = int(curve.argmin())
    fall = float(np.mean(losses[:early])) - float(curve[lowest])
    weight = ema_weight(steps)
    error = residual_std(losses) * math.sqrt(weight / (2 - weight) + 1 / early)
    if lowest < early or fall <= MIN_STANDARD_ERRORS * error:
        if diverged:
            return before, (
                f"The loss did not clearly fall before it ran away at {rates[-1]:.2g}, so the rate stays at "
                f"{before:.2g}."
            )
        return before, (
            f"Between {rates[0]:.2g} and {rates[-1]:.2g} the loss fell no more than it jumps about anyway, "
            f"so the rate stays at {before:.2g}."
        )
    steepest = rates[steepest_fall(np.log(rates), curve, early, lowest, max(1, steps // SLOPE_DIVISOR))]
    limit = rates[lowest] / SAFETY_FACTOR
    suggestion = float(f"{max(min(steepest, limit), rates[0]):.1e}")
    turn = f"{rates[lowest]:.2g}"
    if steepest <= limit:
        reason = f"The loss falls fastest near {steepest:.2g} and is lowest near {turn}."
    elif limit >= rates[0]:
        reason = f"The loss is lowest near {turn}; a tenth of that keeps clear of where it turns."
    else:
        reason = f"The loss is lowest near {turn}; the lowest rate tried keeps clear of where it turns."
    if diverged:
        reason += f" At {rates[-1]:.2g} it runs away."
    elif lowest == len(rates) - 1:
        reason += " No higher rate was tried."
    return suggestion, reason


def steepest_fall(
    x: NDArray[np.float64], curve: NDArray[np.float64], first: int, last: int, reach: int
) -> int:
    """Return the index from `first` to `last` of the steepest fall, over `reach` points to either side."""
    index = np.arange(first, last + 1)
    left, right = np.maximum(index - reach, 0), np.minimum(index + reach, last)
    return int(index[((curve[right] - curve[left]) / (x[right] - x[left])).argmin()])


def residual_std(losses: Sequence[float]) -> float:
    """Return the standard deviation of losses around their trend.

    From the median absolute deviation of successive differences, robust to a slow fall and a wild end.
    """
    differences = np.diff(losses)
    return float(1.4826 * np.median(np.abs(differences - np.median(differences))) / math.sqrt(2))
