"""The texts nearest to one text of a finished run, before training and after it."""

import numpy as np

from translearn_core.analysis import nearest_to
from translearn_core.config import NeighboursConfig
from translearn_core.errors import ConfigError
from translearn_core.results import NearestNeighbours
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.features import VARIANTS, finished, one_layer


def find_neighbours(context: Context) -> None:
    """Find the texts nearest to one text, in the full width of a layer, among all of the run's."""
    config = context.config
    assert isinstance(config, NeighboursConfig)
    evaluation = finished(context, config.job)
    index, layer = one_layer(context, config.job, evaluation, config.layer)
    place = np.flatnonzero(index == config.index)
    if not len(place):
        raise ConfigError("index", config.index, f"one of the {len(index):,} lines that are looked at")
    context.report("looking for neighbours")
    near = [nearest_to(layer[variant], int(place[0]), config.neighbours) for variant in VARIANTS]
    artifacts.save(
        context.folder,
        NearestNeighbours(
            variants=VARIANTS,
            layer=config.layer,
            index=config.index,
            neighbours=np.stack([index[rows] for rows, _ in near]),
            distance=np.stack([distance for _, distance in near]),
        ),
    )
