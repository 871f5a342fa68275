"""Builders of recipe settings for a backbone of `n` blocks of which the top `k` train."""

from collections.abc import Callable
from typing import Any

from translearn_core.config.enums import HeadKind, LayerCombination, Schedule
from translearn_core.config.few_labels.contrastive import ContrastiveConfig
from translearn_core.config.model import FreezePlan, HeadConfig, Stage
from translearn_core.config.recipes.recipe import Settings

HEAD_FIRST = Stage(freeze=FreezePlan(), epochs=3)
"""Three epochs of the head alone, which are cheap."""


def frozen(layers: LayerCombination = LayerCombination.LAST, **parts: Any) -> Callable[[int, int], Settings]:
    """Return the builder of a head on `layers` of a frozen backbone."""
    return lambda _n, _k: {"freeze": FreezePlan(), "layer_combination": layers, **parts}


def top(**parts: Any) -> Callable[[int, int], Settings]:
    """Return the builder that trains the top blocks."""
    return lambda n, k: {"freeze": FreezePlan.last_n(k, n), **parts}


def full(**parts: Any) -> Callable[[int, int], Settings]:
    """Return the builder that trains the top blocks, or all of them with the embeddings."""
    return lambda n, k: {"freeze": _down_to(n, k), **parts}


def gradual(n: int, k: int) -> Settings:
    """Unfreeze one more block in each stage, from the top down (ULMFiT, arXiv:1801.06146)."""
    stages = [HEAD_FIRST, *(Stage(freeze=FreezePlan.last_n(blocks, n)) for blocks in range(1, k))]
    training = {"epochs": 1, "lr": 3e-4, "layer_decay": 0.8, "schedule": Schedule.SLANTED}
    return {"freeze": FreezePlan.last_n(k, n), "stages": tuple(stages) if k else (), "training": training}


def bottom_up(n: int, k: int) -> Settings:
    """Train each block alone from the bottom up, then all together (chain-thaw, arXiv:1708.00524)."""
    alone = [Stage(freeze=FreezePlan(blocks=(block,))) for block in range(n - k, n)]
    stages = (HEAD_FIRST, *alone) if k else ()
    return {"freeze": FreezePlan.last_n(k, n), "stages": stages, "training": {"epochs": 1, "lr": 1e-4}}


def lp_ft(n: int, k: int) -> Settings:
    """Train the head until early stopping, then everything (LP-FT, arXiv:2202.10054)."""
    stages = (Stage(freeze=FreezePlan(), epochs=20, patience=3),) if k else ()
    return {
        "freeze": _down_to(n, k),
        "stages": stages,
        "training": {"epochs": 3, "lr": 1e-4, "head_lr": 1e-3},
    }


def contrastive(n: int, k: int) -> Settings:
    """Train the blocks on pairs of texts, then fit the head at once (SetFit, arXiv:2209.11055).

    A quarter of the steps of SetFit with as many pairs of each text, at four times its rate.
    """
    return {
        "freeze": FreezePlan.last_n(k, n),
        "contrastive": ContrastiveConfig(),
        "head": HeadConfig(kind=HeadKind.PROBE),
        "training": {"epochs": 1, "lr": 8e-5},
    }


def smaller(n: int, k: int) -> Settings:
    """Keep the lower half of the backbone and train all of it, or its top blocks."""
    half = max(1, n // 2)
    return {
        "freeze": FreezePlan.full(half) if k == n else FreezePlan.last_n(min(k, half), half),
        "backbone": {"keep_blocks": half},
        "training": {"epochs": 5, "lr": 1e-4},
    }


def _down_to(n: int, k: int) -> FreezePlan:
    """Return the plan of the top `k` blocks, with the embeddings if these are all."""
    return FreezePlan.full(n) if k == n else FreezePlan.last_n(k, n)
