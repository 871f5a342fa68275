"""What the recipes set, on a backbone of `n` blocks of which the top `k` are to train."""

from collections.abc import Callable
from typing import Any

from translearn_core.config.enums import LayerCombination, Schedule
from translearn_core.config.model import FreezePlan, Stage
from translearn_core.config.recipes.recipe import Settings

HEAD_FIRST = Stage(plan=FreezePlan(), epochs=3)
"""The head learns before anything below it moves: three passes, which cost next to nothing."""


def frozen(layers: LayerCombination = LayerCombination.LAST, **parts: Any) -> Callable[[int, int], Settings]:
    """Return the shape of a head that reads `layers` of a backbone which stays as it is."""
    return lambda _n, _k: {"plan": FreezePlan(), "layers": layers, **parts}


def top(**parts: Any) -> Callable[[int, int], Settings]:
    """Return the shape of the top blocks alone."""
    return lambda n, k: {"plan": FreezePlan.last_n(k, n), **parts}


def whole(**parts: Any) -> Callable[[int, int], Settings]:
    """Return the shape of all blocks with the embeddings, or the top ones where a depth is given."""
    return lambda n, k: {"plan": _down_to(n, k), **parts}


def gradual(n: int, k: int) -> Settings:
    """One more block in each stage, from the top down (ULMFiT, arXiv:1801.06146)."""
    stages = [HEAD_FIRST, *(Stage(plan=FreezePlan.last_n(blocks, n)) for blocks in range(1, k))]
    training = {"epochs": 1, "lr": 3e-4, "decay": 0.8, "schedule": Schedule.SLANTED}
    return {"plan": FreezePlan.last_n(k, n), "stages": tuple(stages) if k else (), "training": training}


def bottom_up(n: int, k: int) -> Settings:
    """Each block alone from the bottom up, then all together (chain-thaw, arXiv:1708.00524)."""
    alone = [Stage(plan=FreezePlan(blocks=(block,))) for block in range(n - k, n)]
    stages = (HEAD_FIRST, *alone) if k else ()
    return {"plan": FreezePlan.last_n(k, n), "stages": stages, "training": {"epochs": 1, "lr": 1e-4}}


def lp_ft(n: int, k: int) -> Settings:
    """The head until it gains no more, then everything (arXiv:2202.10054)."""
    stages = (Stage(plan=FreezePlan(), epochs=20, patience=3),) if k else ()
    return {
        "plan": _down_to(n, k),
        "stages": stages,
        "training": {"epochs": 3, "lr": 1e-4, "head_lr": 1e-3},
    }


def smaller(n: int, k: int) -> Settings:
    """The lower half of the backbone alone, all of it or its top blocks."""
    half = max(1, n // 2)
    return {
        "plan": FreezePlan.full(half) if k == n else FreezePlan.last_n(min(k, half), half),
        "backbone": {"blocks": half},
        "training": {"epochs": 5, "lr": 1e-4},
    }


def _down_to(n: int, k: int) -> FreezePlan:
    """Return the plan of the top `k` blocks; all of them bring the embeddings."""
    return FreezePlan.full(n) if k == n else FreezePlan.last_n(k, n)
