"""Groups of texts without labels: clustering, its names, and its agreement with known columns."""

from translearn_core.analysis.clustering.agreement import adjusted_rand, agreement
from translearn_core.analysis.clustering.cluster_languages import cluster_languages
from translearn_core.analysis.clustering.cluster_names import cluster_words, distinct_names
from translearn_core.analysis.clustering.clustering import (
    NO_CLUSTER,
    ClusterAssignment,
    hdbscan,
    kmeans,
    silhouettes,
    unit_rows,
)

__all__ = [
    "NO_CLUSTER",
    "ClusterAssignment",
    "adjusted_rand",
    "agreement",
    "cluster_languages",
    "cluster_words",
    "distinct_names",
    "hdbscan",
    "kmeans",
    "silhouettes",
    "unit_rows",
]
