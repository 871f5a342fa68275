"""Clusters of a table's texts, their names, and their agreement with columns."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.clustering import (
    NO_CLUSTER,
    ClusterAssignment,
    agreement,
    cluster_languages,
    cluster_words,
    distinct_names,
    hdbscan,
    kmeans,
    silhouettes,
    unit_rows,
)
from translearn_core.analysis.projection.projection import project
from translearn_core.config.text_cells import joined, sides_of, text_cells
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs.diagnostics.unlabelled_texts import (
    MOST_VALUES,
    ClusterConfig,
    ClusterMethod,
    DescribedClassesConfig,
)
from translearn_core.results.diagnostics.few_labels.clustering import Clustering, ColumnAgreement
from translearn_core.results.format import quote
from translearn_core.runs import artifacts
from translearn_core.tasks.classes.labels import read_labels
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.diagnostics.few_labels.text_rows import filled, layer_vectors, sample, text_rows
from translearn_core.worker.diagnostics.sentences.clusters_text import cluster_sentences

TYPICAL = 5
"""Texts listed for a cluster, the nearest to its centre."""
SMALLEST_SHARE, SMALLEST = 0.01, 5
"""Fewest texts of a cluster of HDBSCAN, as a share and a number."""


def find_clusters(context: Context[ClusterConfig]) -> None:
    """Cluster the texts in one layer, name the clusters, and compare them with columns."""
    config = context.config
    texts = read_texts(context, config)
    if config.clusters is not None and config.clusters > len(texts.rows):
        raise ConfigError("clusters", config.clusters, f"at most {len(texts.rows)}, the texts there are")
    vectors, layer = layer_vectors(context, config, texts.rows)
    x = unit_rows(vectors)
    report = partial(context.report, "finding clusters")
    if config.method is ClusterMethod.KMEANS:
        clustering = kmeans(x, config.clusters, config.seed, report)
    else:
        smallest = min(config.smallest or max(SMALLEST, round(SMALLEST_SHARE * len(x))), len(x))
        clustering = hdbscan(x, smallest, config.seed, report)
    name, strength = (
        ("k-means", "distance") if config.method is ClusterMethod.KMEANS else ("HDBSCAN", "probability")
    )
    settings = {"clustering": name, "layer": str(layer)}
    save_clusters(context, config, texts, x, clustering, settings, strength=strength)


@dataclass(frozen=True, eq=False)
class ComparedTexts:
    """Texts to cluster, a sample of `total`, and the columns that clusters are compared with, by row."""

    rows: pd.DataFrame
    compared: pd.DataFrame
    total: int


def read_texts(context: Context, config: ClusterConfig | DescribedClassesConfig) -> ComparedTexts:
    """Return the texts of the table, or a sample of them, with the columns to compare with."""
    context.report("reading the texts")
    table = load_table(context.store.workspace, config.dataset)
    every = text_rows(table, config, config.compare)
    rows = sample(every, config.limit, config.seed)
    compared = pd.DataFrame({column: _values(table.loc[rows.index], column) for column in config.compare})
    return ComparedTexts(rows, compared, len(every))


def save_clusters(
    context: Context,
    config: ClusterConfig | DescribedClassesConfig,
    texts: ComparedTexts,
    x: NDArray[np.floating],
    clustering: ClusterAssignment,
    settings: dict[str, str],
    names: Sequence[str] | None = None,
    strength: str = "distance",
) -> None:
    """Describe clusters of texts with vectors `x` and save them; `names` are by default their words.

    `strength` is what that of `clustering` is: distance or probability.
    """
    context.report("naming the clusters")
    compared, cluster = texts.compared, clustering.cluster
    of_rows, values = silhouettes(x, cluster, config.seed)
    if not len(clustering.centres):  # the clusters are not of these vectors
        of_rows, values = of_rows[:0], values[:0]
    by_cluster = pd.Series(values).groupby(cluster[of_rows]).mean()
    languages = _languages(context, texts.rows, cluster, config.seed) if names is None else {}
    clusters = _clusters(texts.rows, x, clustering, by_cluster, names, languages)
    agreements = tuple(_agreement(column, compared[column], cluster) for column in config.compare)
    plane = project(
        {"pretrained": x},
        method=config.projection,
        seed=config.seed,
        progress=lambda done, total: context.report("drawing the map", done, total),
    )[0]
    placed = texts.rows.assign(
        cluster=cluster, **{strength: clustering.strength}, x=plane[:, 0], y=plane[:, 1]
    )
    silhouette = float(values.mean()) if len(values) else float("nan")
    result = Clustering(
        (),
        settings
        | {
            ("clusters" if names is None else "classes"): str(len(clusters)),
            "seed": str(config.seed),
            "projection": str(config.projection).upper(),
        },
        silhouette,
        clustering.stability,
        agreements,
        texts.total,
        placed.reset_index(drop=True),
        clusters,
        compared.reset_index(drop=True),
        pd.DataFrame(list(clustering.tried), columns=["clusters", "silhouette"]),
    )
    artifacts.save(context.folder, cluster_sentences(result, languages))


def _languages(context: Context, rows: pd.DataFrame, cluster: NDArray[np.int64], seed: int) -> dict[int, str]:
    """Return the language of each cluster that has one."""
    texts = [" ".join(sides_of(cell)) for cell in text_cells(rows)]
    return cluster_languages(texts, cluster, seed, partial(context.report, "identifying languages"))


def _values(table: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Return the labels in a column, "" where it is empty.

    Raises
    ------
    DataError
        If it has more than `MOST_VALUES`.
    """
    cells, known = table[column], filled(table[column])
    values = np.full(len(cells), "", dtype=object)
    if known.any():
        labels = read_labels(cells[known])
        if len(labels.classes) > MOST_VALUES:
            raise DataError(
                f"Column {quote(column)} has {len(labels.classes):,} values, which are no groups to hold "
                f"clusters against: choose one of at most {MOST_VALUES}."
            )
        values[known] = np.asarray(labels.classes, dtype=object)[labels.indices]
    return values


def _clusters(
    rows: pd.DataFrame,
    x: NDArray[np.floating],
    clustering: ClusterAssignment,
    silhouette: "pd.Series[float]",
    names: Sequence[str] | None,
    languages: Mapping[int, str],
) -> pd.DataFrame:
    """Return one row per cluster, see `Clustering.clusters`."""
    texts = text_cells(rows)
    counts = Counter(languages.values())
    alone = [k for k, language in languages.items() if counts[language] == 1]
    words = cluster_words(texts, clustering.cluster, alone)
    sizes = np.bincount(clustering.cluster[clustering.cluster != NO_CLUSTER], minlength=len(words))
    lines = []
    for k, name in enumerate(distinct_names(words) if names is None else names):
        members = np.flatnonzero(clustering.cluster == k)
        centres = clustering.centres
        nearness = x[members] @ centres[k] if len(centres) else clustering.strength[members]
        near = members[np.argsort(-nearness, kind="stable")]
        typical = list(dict.fromkeys(" ".join(joined(texts[i]).split()) for i in near[: 4 * TYPICAL]))
        lines.append(
            {
                "cluster": k,
                "name": name,
                "rows": int(sizes[k]),
                "share": sizes[k] / len(rows),
                "silhouette": float(silhouette.get(k, np.nan)),
                "words": ", ".join(words[k]),
                "typical text": typical[0],
                "further texts": "\n".join(typical[1:TYPICAL]),
            }
        )
    columns = ["cluster", "name", "rows", "share", "silhouette", "words", "typical text", "further texts"]
    return pd.DataFrame(lines, columns=columns)


def _agreement(column: str, values: "pd.Series[str]", cluster: NDArray[np.int64]) -> ColumnAgreement:
    both = (values != "").to_numpy() & (cluster != NO_CLUSTER)
    codes = pd.factorize(values[both])[0].astype(np.int64)
    rand, information = agreement(cluster[both], codes)
    return ColumnAgreement(column, int(both.sum()), rand, information)
