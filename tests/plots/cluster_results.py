"""Clusterings, as large as a test needs them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from translearn_core.results import Estimate
from translearn_core.results.diagnostics.few_labels.clustering import Clustering, ColumnAgreement


def make_described(names: tuple[str, ...]) -> Clustering:
    """Return texts with classes that were described in words."""
    result = make_clustering(names)
    settings = result.settings | {"clustering": "descriptions"}
    return replace(result, settings=settings, stability=(), tried=result.tried.iloc[:0])


def make_clustering(names: tuple[str, ...], rows: int = 120, column: str = "label") -> Clustering:
    """Return a clustering with a cluster of each name, some rows in none, held against a column."""
    random, clusters = np.random.default_rng(0), len(names)
    cluster = np.sort(np.arange(rows) % (clusters + 1))
    cluster = np.where(cluster == clusters, -1, cluster)
    sizes = np.bincount(cluster[cluster >= 0], minlength=clusters)
    texts = [f"text {i} of {names[i % clusters]}" for i in range(rows)]
    table = pd.DataFrame(
        {
            "part": "train", "row": np.arange(1, rows + 1), "text": texts, "cluster": cluster,
            "probability": random.random(rows), "x": random.normal(size=rows), "y": random.normal(size=rows),
        }
    )  # fmt: skip
    of_clusters = pd.DataFrame(
        {
            "cluster": range(clusters), "name": names, "rows": sizes, "share": sizes / rows,
            "silhouette": 0.3, "words": [f"{name}, word" for name in names],
            "typical text": names, "further texts": "\n".join(names),
        }
    )  # fmt: skip
    values = np.where(
        random.random(rows) < 0.1, "", np.asarray(names, dtype=object)[np.arange(rows) % clusters]
    )
    return Clustering(
        ("Texts make clusters.",),
        {"clustering": "k-means", "clusters": str(clusters), "layer": "6", "projection": "PCA"},
        0.31,
        (0.7, 0.8, 0.9),
        (
            ColumnAgreement(
                column, int((values != "").sum()), Estimate(0.4, 0.3, 0.5), Estimate(0.5, 0.4, 0.6)
            ),
        ),
        rows,
        table,
        of_clusters,
        pd.DataFrame({column: values}),
        pd.DataFrame({"clusters": sorted({2, 3, 5, clusters + 1}), "silhouette": 0.2}),
    )
