"""Clusters of texts without labels, and their agreement with columns of the table."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config.text_cells import TEXT, TEXT_PAIR
from translearn_core.results.diagnostics.projection import NeighbourhoodQuality, Projection
from translearn_core.results.interval_estimate import NO_ESTIMATE, Estimate

NO_CLUSTER = -1
"""Cluster of rows that lie in none."""
NONE = "no cluster"
"""Name of the rows that lie in no cluster."""
NO_VALUE = "no value"
"""Name of the rows without a value of a column."""


@dataclass(frozen=True)
class ColumnAgreement:
    """Agreement of clusters with a column, over the `rows` that have both.

    `rand` is the adjusted Rand index, `information` the normalised mutual information.
    """

    column: str
    rows: int
    rand: Estimate
    information: Estimate


@dataclass(frozen=True)
class Clustering:
    """Clusters of a table's texts in one layer of a backbone.

    `rows`, one row per text: part, row, text, text_pair of pairs, cluster (-1 for none), and distance to the
    centre (1 − cosine) or, where the method gives one, probability; x, y of the 2-D projection.
    `clusters`, one row per cluster, the largest first: cluster, name, rows, share, silhouette, words,
    typical text, further texts (one a line).
    `compared`, one row per text: the cells of the columns compared with the clusters, "" where empty.
    `tried`: clusters, silhouette, of each number that was tried; empty if it was given.
    `stability` are adjusted Rand indices between clusterings of samples of the rows, one per pair.
    `total` is the number of texts in the table; of more than the limit a sample was clustered.
    """

    sentences: tuple[str, ...]
    settings: dict[str, str]
    silhouette: float
    stability: tuple[float, ...]
    agreements: tuple[ColumnAgreement, ...]
    total: int
    rows: pd.DataFrame = field(compare=False)
    clusters: pd.DataFrame = field(compare=False)
    compared: pd.DataFrame = field(compare=False)
    tried: pd.DataFrame = field(compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the clusters."""
        return tuple(self.clusters["name"])

    @property
    def described(self) -> bool:
        """Whether they are classes that were described in words."""
        return self.settings.get("clustering") == "descriptions"

    @property
    def strength(self) -> str:
        """Column of `rows` that says how well a text belongs: distance or probability."""
        return "probability" if "probability" in self.rows else "distance"

    @property
    def unclustered(self) -> int:
        """Number of texts in no cluster."""
        return int((self.rows["cluster"] == NO_CLUSTER).sum())

    def frame(self) -> pd.DataFrame:
        """Return one row per text: part, row, cluster, name, distance or probability, and the text.

        Clusters count from 1, as in their names; <NA> for texts in none.
        """
        texts = [name for name in (TEXT, TEXT_PAIR) if name in self.rows]
        cluster = self.rows["cluster"].astype("Int64")
        cluster = (cluster + 1).where(cluster != NO_CLUSTER)
        named = self.rows.assign(cluster=cluster, name=self.cluster_names())
        return named[["part", "row", "cluster", "name", self.strength, *texts]]

    def cluster_names(self, names: tuple[str, ...] | None = None) -> list[str]:
        """Return the name of each text's cluster, "" where it has none."""
        every = (*(self.names if names is None else names), "")
        return [every[k] for k in self.rows["cluster"]]

    def contingency(self, column: str) -> pd.DataFrame:
        """Return the number of texts by cluster (rows, in their order) and value of a column (columns)."""
        cluster, values = self.rows["cluster"].to_numpy(), self.compared[column].to_numpy(dtype=object)
        both = (cluster != NO_CLUSTER) & (values != "")
        names = sorted(set(values[both]))
        counts = np.zeros((len(self.names), len(names)), dtype=np.int64)
        np.add.at(counts, (cluster[both], pd.Index(names).get_indexer(values[both])), 1)
        return pd.DataFrame(counts, index=pd.Index(self.names, name="cluster"), columns=names)

    def projection(self, column: str | None = None) -> Projection:
        """Return the 2-D projection coloured by cluster, or by the values of a compared column."""
        if column is None:
            codes = self.rows["cluster"].to_numpy(np.int64)
            names = self.names
        else:
            values = self.compared[column]
            names = tuple(values[values != ""].value_counts().index)
            codes = pd.Index(names).get_indexer(pd.Index(values)).astype(np.int64)
        if (codes < 0).any():
            codes, names = (
                np.where(codes < 0, len(names), codes),
                (*names, NONE if column is None else NO_VALUE),
            )
        count = len(self.rows)
        missing = np.full(count, -1, dtype=np.int64)
        return Projection(
            variants=("pretrained",),
            classes=names,
            splits=tuple(self.rows["part"].unique()),
            settings=self.settings,
            nearness=(NeighbourhoodQuality(NO_ESTIMATE, float("nan"), float("nan")),),
            chance=float("nan"),
            overlap=NO_ESTIMATE,
            sentence="",
            total=count,
            coordinates=_plane(self.rows),
            row=self.rows["row"].to_numpy(np.int64),
            index=np.arange(count),
            label=codes,
            predicted=missing,
            split=np.zeros(count, dtype=np.int64),
            shown=np.arange(count),
        )


def _plane(rows: pd.DataFrame) -> NDArray[np.float32]:
    return rows[["x", "y"]].to_numpy(np.float32)[None]
