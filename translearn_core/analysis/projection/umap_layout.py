"""UMAP: a layout found from some rows, and places on it for the others."""

import io
import warnings
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.distances import Progress
from translearn_core.analysis.neighbours.nearest_neighbours import nearest_among, nearest_within

Plane = NDArray[np.float32]

FEWEST = 4
"""Rows a layout needs: fewer have no neighbourhoods to speak of."""
SEARCH = 0.2
"""Share of the time a layout takes that goes to finding neighbours."""
SAME = 0.9999
"""From this membership on a row is equal to its neighbour but for rounding."""
AT_ONCE = 16_384
"""Rows placed at a time."""


def fit_umap(
    x: Plane,
    neighbours: int,
    min_dist: float,
    seed: int,
    told: Progress,
) -> Plane:
    """Lay out rows so that near ones stay near, starting from their first two columns; its middle is at 0.

    Parameters
    ----------
    x : float32 array, shape (rows, width)
        At least 4 rows, not all equal; the widest spread in the first columns.
    neighbours, min_dist
        UMAP's size of a neighbourhood (never more than there are other rows) and its tightest packing.
    seed : int
    told : callable
        Called with the share done, often; may raise to stop.

    Returns
    -------
    array, shape (rows, 2), float32

    References
    ----------
    McInnes, Healy & Melville (2018), arXiv:1802.03426. Kobak & Linderman (2021), Initialization is critical
    for preserving global data structure in both t-SNE and UMAP.
    """
    umap = _umap()
    size = min(neighbours, len(x) - 1)
    # Exact neighbours at once, where umap would compile an approximate search for half a minute.
    # It counts a row as its own first neighbour.
    indices, distances = nearest_within(x, size - 1, progress=lambda part: told(SEARCH * part))
    itself = np.arange(len(x))[:, None]
    graph = np.hstack([itself, indices]), np.pad(distances, ((0, 0), (1, 0)))
    # The noise keeps an axis without spread, which umap would divide by, from being exactly so.
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=(len(x), 2)).astype(np.float32)
    # Its curve in single precision, as the points are: a fifth of the time is gone.
    a, b = (np.float32(value) for value in umap.umap_.find_ab_params(1.0, min_dist))
    model = umap.UMAP(
        n_neighbors=size,
        a=a,
        b=b,
        init=10 * x[:, :2] / np.abs(x[:, :2]).max() + noise,
        precomputed_knn=graph,
        random_state=seed,
        n_jobs=1,
        tqdm_kwds=_bar(lambda part: told(SEARCH + (1 - SEARCH) * part)),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "precomputed_knn.* is not an NNDescent object", UserWarning)
        plane: Plane = model.fit_transform(x).astype(np.float32)
    plane -= plane.mean(axis=0)
    return plane


def transform_umap(
    x: Plane,
    fitted: Plane,
    plane: Plane,
    neighbours: int,
    told: Progress,
) -> Plane:
    """Place rows on a layout of others: each at the mean of its nearest ones, weighted by membership.

    It is how UMAP's own transform begins (``umap_.init_graph_transform``): a neighbour at distance d is a
    member to exp(-d / s), where s is such that all but the first sum to the binary logarithm of their number;
    a row equal to one that was laid out lies where that lies.

    Parameters
    ----------
    x : float32 array, shape (rows, width)
    fitted : float32 array, shape (n, width)
        The rows that were laid out.
    plane : float32 array, shape (n, 2)
        Where they lie.
    neighbours : int
        As the layout was given.
    told : callable
        Called with the share done; may raise to stop.

    Returns
    -------
    array, shape (rows, 2), float32

    References
    ----------
    McInnes, Healy & Melville (2018), arXiv:1802.03426, section 3; umap-learn 0.5, ``UMAP.transform``.
    """
    smooth = _umap().umap_.smooth_knn_dist
    size = min(neighbours, len(fitted) - 1)
    places = np.empty((len(x), 2), dtype=np.float32)
    for start in range(0, len(x), AT_ONCE):
        told(start / len(x))
        indices, distances = nearest_among(x[start : start + AT_ONCE], fitted, size)
        # of a row whose distances are all 0 it would read the first that is not
        width, _ = smooth(
            np.maximum(distances, np.finfo(np.float32).tiny), float(size), local_connectivity=0.0
        )
        member = np.exp(-distances / width[:, None])
        found = np.einsum("rk,rkd->rd", member / member.sum(axis=1, keepdims=True), plane[indices])
        places[start : start + AT_ONCE] = np.where(member[:, :1] < SAME, found, plane[indices[:, 0]])
    return places


def _umap() -> ModuleType:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
        import umap  # takes seconds: only when asked for
    found: ModuleType = umap
    return found


class _Rounds(io.StringIO):
    """Where umap's progress bar writes its percents: they are passed on."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def write(self, text: str) -> int:
        """Pass on a number; the bar writes line ends and blanks, too."""
        if (number := text.strip()).replace(".", "", 1).isdigit():
            self.progress(float(number) / 100)
        return len(text)


def _bar(progress: Progress) -> dict[str, object]:
    """Return options of a progress bar that tells `progress` four times a second."""
    return {
        "disable": False,
        "file": _Rounds(progress),
        "bar_format": "{percentage:.1f}",
        "mininterval": 0.25,
        "miniters": 1,
    }
