"""How fast each part learns at every step, as plain arithmetic: the loop and the preview read the same."""

import math
from collections.abc import Iterable, Mapping

from translearn_core.config.enums import Schedule
from translearn_core.config.model import FreezePlan
from translearn_core.config.training import TrainingConfig

SLANTED_RATIO = 32
"""How much lower than its peak a slanted triangle starts and ends (ULMFiT, arXiv:1801.06146)."""
CYCLE_START, CYCLE_END = 25.0, 10_000.0
"""How much lower than its peak a 1cycle starts and ends (arXiv:1708.07120, in the form of fastai)."""

EMBEDDINGS, FINAL, HEAD = "embeddings", "final", "head"


def block_name(k: int) -> str:
    """Return the name of block `k`."""
    return f"block {k}"


def trainable_parts(n_blocks: int) -> tuple[str, ...]:
    """Return all parts, from the input up."""
    return (EMBEDDINGS, *map(block_name, range(n_blocks)), FINAL, HEAD)


def training_parts(plan: FreezePlan, n_blocks: int) -> frozenset[str]:
    """Return the parts that train under a plan; what lies after the last block follows it."""
    trained = {HEAD, *map(block_name, plan.blocks)}
    if plan.embeddings:
        trained.add(EMBEDDINGS)
    if n_blocks - 1 in plan.blocks:
        trained.add(FINAL)
    return frozenset(trained)


def peak_rates(training: TrainingConfig, n_blocks: int) -> dict[str, float]:
    """Return every part's highest rate: lower further down where decay is below 1 (discriminative rates).

    References
    ----------
    Howard & Ruder 2018, arXiv:1801.06146.
    """
    decayed = tuple(training.lr * training.decay ** (n_blocks - 1 - k) for k in range(n_blocks))
    blocks = training.rates or decayed
    below = blocks[0] if training.rates else blocks[0] * training.decay
    rates = {block_name(k): rate for k, rate in enumerate(blocks)}
    return {EMBEDDINGS: below, **rates, FINAL: blocks[-1], HEAD: training.head_lr}


def rate_factor(step: int, steps: int, training: TrainingConfig) -> float:
    """Return the share of its peak a rate has at `step` (from 0) of `steps`: a rise, then the schedule."""
    rise = math.ceil(training.warmup * steps)
    if step < rise:
        up = (step + 1) / rise
        if training.schedule is Schedule.SLANTED:
            return (1 + up * (SLANTED_RATIO - 1)) / SLANTED_RATIO
        if training.schedule is Schedule.ONE_CYCLE:
            return 1 / CYCLE_START + (1 - 1 / CYCLE_START) * 0.5 * (1 - math.cos(math.pi * up))
        return up
    progress = min(1.0, (step - rise) / max(1, steps - rise))
    cosine = 0.5 * (1.0 + math.cos(math.pi * progress))
    return {
        Schedule.LINEAR: 1.0 - progress,
        Schedule.COSINE: cosine,
        Schedule.CONSTANT: 1.0,
        Schedule.SLANTED: (1 + (1 - progress) * (SLANTED_RATIO - 1)) / SLANTED_RATIO,
        Schedule.ONE_CYCLE: 1 / CYCLE_END + (1 - 1 / CYCLE_END) * cosine,
    }[training.schedule]


def group_by_rate(before: Mapping[str, int], now: Iterable[str], step: int) -> dict[str, int]:
    """Return the step at which each part that trains now began; who trained just before goes on."""
    return {part: before.get(part, step) for part in sorted(now)}


def learning_rates_at(
    step: int, end: int, since: Mapping[str, int], peaks: Mapping[str, float], training: TrainingConfig
) -> dict[str, float]:
    """Return the rate of every part that trains, each on its own schedule from its first step to `end`."""
    return {
        part: peaks[part] * rate_factor(step - start, max(1, end - start), training)
        for part, start in since.items()
    }
