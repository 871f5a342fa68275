"""2-D projections of all layers, each aligned with the previous one by orthogonal Procrustes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.projection.projection import procrustes_align, project
from translearn_core.config import Method

Plane = NDArray[np.float32]


def layer_projections(
    variants: Mapping[str, Sequence[NDArray[np.floating]]],
    *,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> Plane:
    """Project every layer onto a plane by PCA, jointly over its variants.

    Each layer's projection (see `project`) is scaled to unit root-mean-square distance from its mean, then
    rotated and, if that is closer, reflected onto the previous layer. Equal rows, such as the first token's
    embeddings, project to one point, and the next layer is aligned with the one before.

    Parameters
    ----------
    variants : mapping of variant to its layers, each a float array of shape (rows, width)
        A layer that is the same object in all variants is projected once.
    seed : int
        The same seed gives the same points.
    progress : callable, optional
        Called with layers done and all layers; may raise to stop.

    Returns
    -------
    array, shape (variants, layers, rows, 2), float32

    Raises
    ------
    TrainingError
        If features are not finite: the training diverged.

    References
    ----------
    Schönemann (1966), A generalized solution of the orthogonal Procrustes problem, doi:10.1007/BF02289451.
    """
    names = list(variants)
    depth = len(variants[names[0]])
    planes: list[Plane] = []
    previous: Plane | None = None
    for layer in range(depth):
        if progress:
            progress(layer, depth)
        features = {name: variants[name][layer] for name in names}
        first = features[names[0]]
        if all(other is first for other in features.values()):
            plane = np.repeat(project({names[0]: first}, method=Method.PCA, seed=seed), len(names), axis=0)
        else:
            plane = project(features, method=Method.PCA, seed=seed)
        plane = _unit_size(plane)
        if previous is not None:
            plane = procrustes_align(plane, previous)
        if plane.any():
            previous = plane
        planes.append(plane)
    if progress:
        progress(depth, depth)
    return np.stack(planes, axis=1)


def _unit_size(plane: Plane) -> Plane:
    size = float(np.sqrt(np.square(plane, dtype=np.float64).sum(axis=-1).mean()))
    return plane / np.float32(size) if size > 0 else plane
