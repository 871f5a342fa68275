"""Every layer on a plane of its own, turned so that an eye can follow the texts from one to the next."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes

from translearn_core.analysis.projection.projection import project
from translearn_core.config import Method

Plane = NDArray[np.float32]


def layer_projections(
    variants: Mapping[str, Sequence[NDArray[np.floating]]],
    *,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> Plane:
    """Bring the same rows onto a plane in every layer, all variants of a layer onto the same one.

    Of each layer the two directions of largest variance of all variants together are shown, each variant
    centred and of the same total spread (see `project`). A layer's picture is brought to size 1 (the root
    mean square of the distances from the middle), then turned, and mirrored where that helps, so that its
    points lie as close as they can to those of the layer before. Nothing else is stretched. Where rows are
    all equal in a layer, as the first token's embeddings are, they are one point, and the next layer follows
    the one before that.

    Parameters
    ----------
    variants : mapping of variant to its layers, each a float array of shape (rows, width)
        Where a layer is the same object in all variants, it is projected once.
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
    pictures: list[Plane] = []
    before: Plane | None = None
    for layer in range(depth):
        if progress:
            progress(layer, depth)
        here = {name: variants[name][layer] for name in names}
        one = here[names[0]]
        if all(other is one for other in here.values()):
            found = np.repeat(project({names[0]: one}, method=Method.PCA, seed=seed), len(names), axis=0)
        else:
            found = project(here, method=Method.PCA, seed=seed)
        picture = _unit_size(found)
        if before is not None:
            picture = procrustes_align(picture, before)
        if picture.any():
            before = picture
        pictures.append(picture)
    if progress:
        progress(depth, depth)
    return np.stack(pictures, axis=1)


def procrustes_align(picture: Plane, onto: Plane) -> Plane:
    """Turn and mirror `picture` round its middle so that its points lie as close as they can to `onto`.

    Parameters
    ----------
    picture, onto : arrays, shape (..., 2)
        The same points in both, in the same order, with their middle at 0.
    """
    turn = orthogonal_procrustes(_points(picture), _points(onto))[0]
    turned: Plane = (picture @ turn).astype(np.float32)
    return turned


def _unit_size(picture: Plane) -> Plane:
    size = float(np.sqrt(np.square(_points(picture)).sum(axis=1).mean()))
    return picture / np.float32(size) if size > 0 else picture


def _points(picture: Plane) -> NDArray[np.float64]:
    return picture.reshape(-1, 2).astype(np.float64)
