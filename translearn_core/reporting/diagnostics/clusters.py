"""Section on clusters of texts."""

from collections.abc import Iterator

from translearn_core import plots
from translearn_core.jobs.diagnostics.unlabelled_texts import CLUSTERS, DESCRIBED_CLASSES
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.diagnostics.few_labels.clustering import Clustering

HOW = (
    "The vectors of the texts are centred and scaled to length 1, so that clusters follow the cosine. "
    "HDBSCAN works in their first 50 principal components."
)

DESCRIBED = (
    "Distance: 1 minus the cosine of a text and the description of its class. The layer, and whether vectors "
    "are centred, were chosen without labels: predictions should be sure of each text, and use all classes."
)


def section(result: Clustering, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the projection, the clusters, the number of clusters, and columns beside the clusters."""
    described = result.settings.get("clustering") == "descriptions"
    heading, how = (DESCRIBED_CLASSES.heading, DESCRIBED) if described else (CLUSTERS.heading, HOW)
    blocks = () if result.clusters.empty else tuple(_blocks(result, dark))
    return Section(heading, result.sentences, blocks, caveats=(how,))


def _blocks(result: Clustering, dark: bool) -> Iterator[FigureBlock | TableBlock]:
    settings = ", ".join(f"{name} {value}" for name, value in result.settings.items())
    yield FigureBlock(
        plots.projection(result.projection(), 0, "label", dark),
        f"Each point is a text, coloured by its cluster; {settings}. A plane shows little of so many "
        "dimensions: clusters that overlap here may lie apart.",
        TableBlock("clustered texts", result.frame()),
        alt="2-D projection of the texts coloured by cluster",
    )
    yield TableBlock(
        "clusters",
        result.clusters.drop(columns="cluster"),
        ("share",),
        heading="What is in each cluster?",
        caption="Words that set a cluster apart by class-based TF-IDF (c-TF-IDF, arXiv:2203.05794): at least "
        "twice as frequent in it as elsewhere. Typical texts are the nearest to the cluster's centre.",
    )
    if not result.tried.empty:
        yield FigureBlock(
            plots.cluster_counts(result, dark),
            "Mean silhouette of k-means with each number of clusters, on at most 2,000 texts: how much "
            "nearer a text lies to its own cluster than to the next one. The highest was taken; where the "
            "curve is flat, another number is as good.",
            TableBlock("numbers of clusters", result.tried),
            alt="mean silhouette by number of clusters",
            heading="How many clusters?",
        )
    known = [one.column for one in result.agreements if one.rows]
    for number, column in enumerate(known):
        yield FigureBlock(
            plots.cluster_contingency(result, column, dark),
            "Texts of each cluster by their value; the stronger, the larger the share of the cluster.",
            TableBlock(f"clusters and column {number + 1}", result.contingency(column).reset_index()),
            alt="clusters against the values of a column",
            heading="" if number else "Do they follow a known column?",
            sentences=(f"Column '{column}':",),
        )
