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

DESCRIBED = "Distance: 1 minus the cosine of a text and the description of its class."
CHOSEN = (
    "{} chosen without labels: predictions should be sure of each text, and use all classes (the highest "
    "mutual information)."
)
CHOICES = {
    "layer and centring": "The layer, and whether vectors are centred, were",
    "centring": "Whether vectors are centred was",
}
"""What was chosen without labels, as sentences begin."""
ENTAILED = (
    "Probability: softmax, over the classes, of the NLI model's logits of entailment of each description by "
    "the text. The projection shows the texts in a layer of the same model and has no part in the classes."
)


def section(result: Clustering, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the projection, the clusters, the number of clusters, and columns beside the clusters."""
    heading, how = (DESCRIBED_CLASSES.heading, _how(result)) if result.described else (CLUSTERS.heading, HOW)
    blocks = () if result.clusters.empty else tuple(_blocks(result, dark))
    return Section(heading, result.sentences, blocks, caveats=(how,))


def _how(result: Clustering) -> str:
    """Say how texts got their described classes."""
    if result.strength == "probability":
        return ENTAILED
    chosen = result.settings.get("chosen", "layer and centring")
    return f"{DESCRIBED} {CHOSEN.format(CHOICES[chosen])}"


def _blocks(result: Clustering, dark: bool) -> Iterator[FigureBlock | TableBlock]:
    told = ("chosen", "clustering") if result.described else ()  # in sentences
    settings = ", ".join(f"{name} {value}" for name, value in result.settings.items() if name not in told)
    group, groups = ("class", "classes") if result.described else ("cluster", "clusters")
    yield FigureBlock(
        plots.projection(result.projection(), 0, "label", dark),
        f"Each point is a text, coloured by its {group}; {settings}. A plane shows little of so many "
        f"dimensions: {groups} that overlap here may lie apart.",
        TableBlock("clustered texts", result.frame()),
        alt=f"2-D projection of the texts coloured by {group}",
    )
    yield TableBlock(
        "clusters",
        result.clusters.drop(columns="cluster"),
        ("share",),
        heading=f"What is in each {group}?",
        caption=f"Words that set a {group} apart by class-based TF-IDF (c-TF-IDF, arXiv:2203.05794): at "
        f"least twice as frequent in it as elsewhere. {_typical(result)}",
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
            f"Texts of each {group} by their value; the stronger, the larger the share of the {group}.",
            TableBlock(f"clusters and column {number + 1}", result.contingency(column).reset_index()),
            alt=f"{groups} against the values of a column",
            heading="" if number else "Do they follow a known column?",
            sentences=(f"Column '{column}':",),
        )


def _typical(result: Clustering) -> str:
    """Say which texts are typical."""
    if not result.described:
        return "Typical texts are the nearest to the cluster's centre."
    if result.strength == "probability":
        return "Typical texts are the most probable."
    return "Typical texts are the nearest to the description."
