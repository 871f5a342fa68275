"""Learning-rate schedule: warm-up, decay and discriminative rates of every part at every step."""

import math
from collections.abc import Iterable, Mapping

from translearn_core.config.enums import Schedule
from translearn_core.config.model import FreezePlan
from translearn_core.config.training import TrainingConfig

SLANTED_RATIO = 32
"""Ratio of the peak to the first and last rate of a slanted triangle (ULMFiT, arXiv:1801.06146)."""
CYCLE_START, CYCLE_END = 25.0, 10_000.0
"""Ratio of the peak to the first and to the last rate of 1cycle (arXiv:1708.07120, as in fastai)."""

EMBEDDINGS, FINAL, HEAD = "embeddings", "final", "head"


def block_name(k: int) -> str:
    """Return the name of block `k`."""
    return f"block {k}"


def trainable_parts(n_blocks: int) -> tuple[str, ...]:
    """Return the names of all parts, from the input up."""
    return (EMBEDDINGS, *map(block_name, range(n_blocks)), FINAL, HEAD)


def training_parts(plan: FreezePlan, n_blocks: int) -> frozenset[str]:
    """Return the parts that train under a plan; the final norm follows the last block."""
    parts = {HEAD, *map(block_name, plan.blocks)}
    if plan.embeddings:
        parts.add(EMBEDDINGS)
    if n_blocks - 1 in plan.blocks:
        parts.add(FINAL)
    return frozenset(parts)


def discriminative_rates(training: TrainingConfig, n_blocks: int) -> dict[str, float]:
    """Return the peak rate of every part: `lr_per_block`, or `lr` times `layer_decay` per block downwards.

    References
    ----------
    Howard & Ruder 2018, arXiv:1801.06146.
    """
    decayed = tuple(training.lr * training.layer_decay ** (n_blocks - 1 - k) for k in range(n_blocks))
    blocks = training.lr_per_block or decayed
    below = blocks[0] if training.lr_per_block else blocks[0] * training.layer_decay
    rates = {block_name(k): rate for k, rate in enumerate(blocks)}
    return {EMBEDDINGS: below, **rates, FINAL: blocks[-1], HEAD: training.head_lr}


def stage_rates(peaks: Mapping[str, float], backbone_rate: float) -> dict[str, float]:
    """Return the peak rates of a stage: `backbone_rate` times those of the backbone, and that of the head."""
    return {part: rate if part == HEAD else rate * backbone_rate for part, rate in peaks.items()}


def warmup_factor(step: int, warmup_steps: int, schedule: Schedule) -> float:
    """Return the factor on the peak rate at `step` (from 0) of the warm-up, which rises to 1."""
    up = (step + 1) / warmup_steps
    if schedule is Schedule.SLANTED:
        return (1 + up * (SLANTED_RATIO - 1)) / SLANTED_RATIO
    if schedule is Schedule.ONE_CYCLE:
        return 1 / CYCLE_START + (1 - 1 / CYCLE_START) * 0.5 * (1 - math.cos(math.pi * up))
    return up


def rate_factor(step: int, steps: int, training: TrainingConfig) -> float:
    """Return the factor on the peak rate at `step` (from 0) of `steps`: warm-up, then the schedule."""
    warmup_steps = math.ceil(training.warmup_ratio * steps)
    if step < warmup_steps:
        return warmup_factor(step, warmup_steps, training.schedule)
    progress = min(1.0, (step - warmup_steps) / max(1, steps - warmup_steps))
    cosine = 0.5 * (1.0 + math.cos(math.pi * progress))
    return {
        Schedule.LINEAR: 1.0 - progress,
        Schedule.COSINE: cosine,
        Schedule.CONSTANT: 1.0,
        Schedule.SLANTED: (1 + (1 - progress) * (SLANTED_RATIO - 1)) / SLANTED_RATIO,
        Schedule.ONE_CYCLE: 1 / CYCLE_END + (1 - 1 / CYCLE_END) * cosine,
    }[training.schedule]


def group_by_rate(before: Mapping[str, int], parts: Iterable[str], step: int) -> dict[str, int]:
    """Return the first step of each trainable part: that in `before`, else `step`."""
    return {part: before.get(part, step) for part in sorted(parts)}


def learning_rates_at(
    step: int, end: int, since: Mapping[str, int], peaks: Mapping[str, float], training: TrainingConfig
) -> dict[str, float]:
    """Return the rate of each trainable part, scheduled from its first step (`since`) to `end`."""
    return {
        part: peaks[part] * rate_factor(step - start, max(1, end - start), training)
        for part, start in since.items()
    }
