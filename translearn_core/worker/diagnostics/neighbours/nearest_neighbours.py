"""Nearest neighbours of one text of a finished run, before and after training."""

import numpy as np

from translearn_core.analysis.neighbours.nearest_neighbours import nearest_to
from translearn_core.errors import ConfigError
from translearn_core.jobs import NeighboursConfig
from translearn_core.results import NearestNeighbours
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.features import VARIANTS, one_layer
from translearn_core.worker.run_results import load_evaluation


def find_neighbours(context: Context[NeighboursConfig]) -> None:
    """Find the texts nearest to one text in the full-width features of a layer."""
    config = context.config
    evaluation = load_evaluation(context, config.job)
    index, layer = one_layer(context, config.job, evaluation, config.layer)
    position = np.flatnonzero(index == config.index)
    if not len(position):
        raise ConfigError("index", config.index, f"one of the {len(index):,} lines that are looked at")
    context.report("looking for neighbours")
    nearest = [nearest_to(layer[variant], int(position[0]), config.neighbours) for variant in VARIANTS]
    artifacts.save(
        context.folder,
        NearestNeighbours(
            variants=VARIANTS,
            layer=config.layer,
            index=config.index,
            neighbours=np.stack([index[rows] for rows, _ in nearest]),
            distance=np.stack([distance for _, distance in nearest]),
        ),
    )
