"""Search for a good model: its settings, and the candidates that it tries."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field, field_validator

from translearn_core.config.base import BaseConfig
from translearn_core.config.enums import HeadKind, LayerCombination, Optimizer
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import BackboneConfig, FeatureConfig, HeadConfig
from translearn_core.config.model_names import TFIDF
from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.recipes.recipe import UNCHANGED_SETTINGS, RecipeName
from translearn_core.config.studies.min_steps import with_min_steps
from translearn_core.config.training import TrainingConfig

RUNG_EPOCHS = (1, 1, 2, 4)
"""Epochs that each rung adds, in units of the first rung: every rung doubles what was trained."""

FEWEST_STEPS = 60
"""Least number of steps of a first rung: with fewer, few rows would say nothing about a recipe."""

WORDS = "TF-IDF"
"""Name of the candidate without a backbone."""


class SearchConfig(BaseConfig):
    """Search over transfer strategies on one table and backbone, within a time of training."""

    experiment: ExperimentConfig = Field(
        description="data, backbone, and the settings that recipes leave unchanged"
    )
    minutes: float = Field(10.0, ge=0.1, le=24 * 60, description="minutes of training in all")
    repeats: int = Field(3, ge=1, le=10, description="seeds of the finalists, the first one included")

    @field_validator("experiment")
    @classmethod
    def _check_targets(cls, experiment: ExperimentConfig) -> ExperimentConfig:
        if experiment.data.several_targets:
            raise ValueError("a search finds a model of one target: choose one column to predict")
        return experiment


def base_experiment(experiment: ExperimentConfig) -> ExperimentConfig:
    """Return what a search takes from an experiment: data, backbone, and what recipes leave unchanged."""
    parts = {
        part: {name: getattr(getattr(experiment, part), name) for name in names}
        for part, names in UNCHANGED_SETTINGS.items()
    }
    changes = {"random_init": False, "keep_blocks": None, "reinit_top_layers": 0}
    return ExperimentConfig(
        data=experiment.data,
        backbone=experiment.backbone.model_copy(update=changes),
        features=FeatureConfig(**parts["features"]),
        training=TrainingConfig(seed=experiment.training.seed, **parts["training"]),
    )


@dataclass(frozen=True)
class Candidate:
    """Transfer strategy of a search; `config` is its first rung, `fixed` that it is fitted at once."""

    name: str
    config: ExperimentConfig
    fixed: bool = False

    def at_rung(self, rung: int, repeat: int, previous: str | None) -> ExperimentConfig:
        """Return the run of a rung, from 0; `previous` is the job of the rung before, whose run it continues.

        `repeat` counts the seeds from 0. A rung predicts no training rows, which takes long and decides
        nothing.
        """
        training = self.config.training
        values: dict[str, Any] = {
            "seed": training.seed + repeat,
            "epochs": training.epochs * RUNG_EPOCHS[rung],
            "predict_train": self.fixed,
        }
        return self.config.model_copy(
            update={"training": training.model_copy(update=values), "resume_from": previous}
        )


def candidates(
    config: SearchConfig, n_blocks: int, rows: int, words_per_text: float | None = None
) -> tuple[Candidate, ...]:
    """Return the candidates in the order in which they are tried, those that are fitted at once first.

    Parameters
    ----------
    config : SearchConfig
    n_blocks : int
        Number of blocks of the backbone.
    rows : int
        Number of training rows.
    words_per_text : float, optional
        Rows of a sentence, if they are words (see `with_min_steps`).

    References
    ----------
    Strategies and rates: Devlin et al. 2018, arXiv:1810.04805; Lee et al.
    2019, arXiv:1911.03090; Hu et al. 2021, arXiv:2106.09685; Kumar et al. 2022, arXiv:2202.10054.
    """
    tuned = _tuned(config.experiment, n_blocks, rows, words_per_text)
    listed = (*_fixed(config.experiment), *tuned)
    return tuple(replace(one, config=one.config.with_default_encoding()) for one in listed)


def _fixed(base: ExperimentConfig) -> Iterator[Candidate]:
    yield Candidate(WORDS, tfidf_experiment(base), fixed=True)
    for name, layers in (
        ("linear probe", LayerCombination.LAST),
        ("linear probe, last four layers", LayerCombination.CONCAT_4),
    ):
        yield Candidate(name, probe_experiment(base, layers), fixed=True)


def tfidf_experiment(base: ExperimentConfig) -> ExperimentConfig:
    """Return the experiment that fits TF-IDF and logistic regression to the rows of `base`."""
    return ExperimentConfig(
        data=base.data,
        backbone=BackboneConfig(id=TFIDF),
        head=HeadConfig(kind=HeadKind.PROBE),
        training=TrainingConfig(epochs=1, seed=base.training.seed, class_weights=base.training.class_weights),
    )


def probe_experiment(
    base: ExperimentConfig, layers: LayerCombination, layer: int | None = None
) -> ExperimentConfig:
    """Return the linear probe of `layers` with data, backbone and unchanged settings of `base`.

    `layer` is that of `LayerCombination.ONE`.
    """
    base = base_experiment(base)
    return base.model_copy(
        update={
            "features": base.features.model_copy(update={"layer_combination": layers, "layer": layer}),
            "head": HeadConfig(kind=HeadKind.PROBE),
            "training": base.training.model_copy(update={"epochs": 1}),
        }
    ).with_default_encoding()


def _tuned(
    base: ExperimentConfig, n_blocks: int, rows: int, words_per_text: float | None
) -> Iterator[Candidate]:
    half = max(1, n_blocks // 2)
    strategies: list[tuple[str, RecipeName, int | None, dict[str, Any]]] = [
        ("last 2 blocks", RecipeName.LAST_K, min(2, n_blocks), {}),
        ("all blocks", RecipeName.FULL, None, {}),
        (f"last {half} blocks", RecipeName.LAST_K, half, {}),
        ("LoRA", RecipeName.LORA, None, {}),
        ("head first, then all blocks", RecipeName.LP_FT, None, {}),
        ("all blocks, half the rate", RecipeName.FULL, None, {"lr": 5e-5}),
        ("last 2 blocks, a third of the rate", RecipeName.LAST_K, min(2, n_blocks), {"lr": 1e-4}),
        ("discriminative rates", RecipeName.DISCRIMINATIVE, None, {}),
    ]
    seen: set[ExperimentConfig] = set()
    for name, recipe, depth, changes in strategies:
        config = RECIPES[recipe].apply(base, n_blocks, depth=depth)
        training = config.training.with_optimizer(Optimizer.ADAMW)  # whose rates the strategies give
        training = training.model_copy(update={"epochs": 1, **changes})
        training = training.with_optimizer(base.training.optimizer)
        config = config.model_copy(update={"training": training})
        config = with_min_steps(config, rows, FEWEST_STEPS, words_per_text)
        if config not in seen:
            seen.add(config)
            yield Candidate(name, config)
