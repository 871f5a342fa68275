"""Freeze-depth study: an experiment's settings at every boundary."""

from typing import Any

from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.studies.grid import expand_grid
from translearn_core.config.studies.study import FULL_FINE_TUNING, StudyConfig, custom_overrides
from translearn_core.errors import TranslearnError


def depth_study(
    config: ExperimentConfig, n_blocks: int, *, seeds: int = 3, k_folds: int | None = None
) -> StudyConfig:
    """Return the study of an experiment's settings at every boundary, with `k_folds` cross-validated.

    Stages are replaced by one with the same total of epochs.
    """
    epochs = sum(stage.epochs for stage in config.resolved_stages)
    epochs //= 1 if config.self_training is None else config.self_training.repeats
    single_stage = config.model_copy(
        update={"stages": (), "training": config.training.model_copy(update={"epochs": epochs})}
    )
    common: dict[str, Any] = {
        "data": config.data.model_copy(update={"train_rows": None}),
        "backbones": (config.backbone,),
        "seeds": tuple(range(config.training.seed, config.training.seed + seeds)),
        "k_folds": k_folds,
        "redraw_folds": k_folds is not None,
        "sizes": (config.data.train_rows,),
        "settings": custom_overrides(single_stage, recipes=False),
    }
    boundaries = []
    for boundary in range(FULL_FINE_TUNING, n_blocks + 1):
        try:
            expand_grid(StudyConfig(**common, boundaries=(boundary,)), {config.backbone.label: n_blocks})
        except TranslearnError:  # LoRA, for example, needs a block that trains
            continue
        boundaries.append(boundary)
    return StudyConfig(**common, boundaries=tuple(boundaries))
