"""Jobs on texts that need no labels: clusters, classes by description, and the rows to label next."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Generic, Self

from pydantic import Field, model_validator

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    Device,
    FeatureConfig,
    JobConfig,
    Method,
    Precision,
    TargetConfig,
)
from translearn_core.config.base import Seed
from translearn_core.config.few_labels.zero_shot import DEFAULT_TEMPLATE, ClassDescription, DescriptionConfig
from translearn_core.jobs.spec import JobSpec, R
from translearn_core.results.diagnostics.few_labels.clustering import Clustering
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows

MOST_VALUES = 200
"""Most values of a column for clusters to be compared with it."""


class ClusterMethod(StrEnum):
    """Clustering method."""

    KMEANS = "kmeans"
    HDBSCAN = "hdbscan"


class Choice(StrEnum):
    """What makes a row worth labelling next."""

    UNCERTAINTY = "uncertainty"
    DIVERSITY = "diversity"
    BOTH = "both"


class TextsJobConfig(JobConfig[R], Generic[R]):
    """Configuration of a job on a table's texts in one layer of a backbone, labelled or not."""

    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    text_pair: str | None = Field(None, description="column of the second texts of pairs")
    backbone: BackboneConfig = BackboneConfig()
    features: FeatureConfig = FeatureConfig()
    layer: int | None = Field(None, ge=0, description="0 = embeddings, k = after block k-1; none: the last")
    limit: int = Field(
        10_000, ge=10, le=50_000, description="texts read at most; of more, a sample drawn by the seed"
    )
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns of the texts."""
        return (self.text,) if self.text_pair is None else (self.text, self.text_pair)

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone."""
        return (self.backbone.pretraining_job,)

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


class ClusterConfig(TextsJobConfig[Clustering]):
    """Cluster the texts, name the clusters, and compare them with columns of the table."""

    kind: ClassVar = "clusters"
    method: ClusterMethod = ClusterMethod.KMEANS
    clusters: int | None = Field(
        None, ge=2, le=200, description="k-means: number of clusters; none: by the silhouette"
    )
    smallest: int | None = Field(
        None, ge=2, le=10_000, description="HDBSCAN: fewest texts of a cluster; none: 1 % of them, at least 5"
    )
    compare: tuple[str, ...] = Field(
        (), max_length=5, description="columns that the clusters are compared with"
    )
    projection: Method = Method.PCA

    @model_validator(mode="after")
    def _check_method(self) -> Self:
        kmeans = self.method is ClusterMethod.KMEANS
        other = "smallest" if kmeans else "clusters"
        if getattr(self, other) is not None:
            raise ValueError(f"{other}: {self.method!s} has no use for it: leave it out")
        return self


class DescribedClassesConfig(TextsJobConfig[Clustering]):
    """Give each text the class whose description is nearest, or that it entails most; none needs a label.

    Entailment is that of an NLI model; for other backbones the layer is `layer` or, without one, chosen
    with the centring by mutual information on the texts.
    """

    kind: ClassVar = "described_classes"
    classes: tuple[ClassDescription, ...] = Field(
        min_length=2, max_length=500, description="classes and what their texts are about"
    )
    template: str = Field(
        DEFAULT_TEMPLATE, max_length=2000, description="sentence about a class, {} stands for the class"
    )
    compare: tuple[str, ...] = Field(
        (), max_length=5, description="columns that the classes are compared with"
    )
    projection: Method = Method.PCA

    @property
    def descriptions(self) -> DescriptionConfig:
        """Descriptions as those of a table with labels."""
        return DescriptionConfig(template=self.template, descriptions=self.classes)

    @model_validator(mode="after")
    def _check_descriptions(self) -> Self:
        if self.text_pair is not None:
            raise ValueError("text_pair: a description is compared with one text: leave the second out")
        _ = self.descriptions  # raises for a template or names that are invalid
        return self


class NextRowsConfig(TextsJobConfig[NextRows]):
    """Choose the unlabelled texts whose label would help most.

    Labels of training rows alone are looked at, under the split of `task`.
    """

    kind: ClassVar = "next_rows"
    label: str | None = Field(None, description="column of the labels; none: no text has one yet")
    method: Choice = Choice.BOTH
    rows: int = Field(20, ge=1, le=1_000, description="texts to choose")
    task: DataConfig | None = Field(
        None, description="task whose split holds; none: one class of the label column per text"
    )

    @property
    def labelled_task(self) -> DataConfig | None:
        """Task of the labels; None without a label column."""
        if self.label is None or self.task is not None:
            return self.task
        return DataConfig(
            dataset=self.dataset,
            text=self.text,
            text_pair=self.text_pair,
            targets=(TargetConfig(column=self.label),),
        )

    @model_validator(mode="after")
    def _check_task(self) -> Self:
        task = self.task
        if task is not None and (task.dataset, task.text_columns, task.target_columns) != (
            self.dataset,
            self.text_columns,
            (self.label,),
        ):
            raise ValueError("task: it must be that of the same data set, texts and label")
        return self


CLUSTERS = JobSpec(
    ClusterConfig,
    Clustering,
    "Clusters",
    "diagnostics.few_labels.clusters:find_clusters",
    question="Which groups do the texts form?",
    section="diagnostics.clusters:section",
    description="Texts that the backbone finds alike make a cluster, without any label. Read a few of each "
    "before you trust its name: clusters may follow topic, length, style or language, and need not be the "
    "classes that you look for.",
    action="Find clusters",
    progress="Clustering the texts",
    cost="Each text passes the backbone once, or not at all if it did before; then clusters are found in "
    "seconds.",
    low_priority=True,
)

DESCRIBED_CLASSES = JobSpec(
    DescribedClassesConfig,
    Clustering,
    "Zero-shot classification",
    "diagnostics.few_labels.described_classes:assign_classes",
    question="Which class is each text nearest to?",
    section="diagnostics.clusters:section",
    description="Each class is described in words, and a text gets the class whose description is nearest to "
    "it in the backbone's space, or which it entails most if the backbone is an NLI model. Without a label "
    "nobody can say how often that is right: read some texts of each class, correct them, and learn from "
    "them.",
    action="Classify without labels",
    progress="Comparing texts with descriptions",
    cost="Each text passes the backbone once, or not at all if it did before.",
    low_priority=True,
)

NEXT_ROWS = JobSpec(
    NextRowsConfig,
    NextRows,
    "Active learning",
    "diagnostics.few_labels.next_rows:choose_rows",
    question="Which row next?",
    description="Not every label teaches as much. These are the texts without a label whose label would help "
    "most: those the model is unsure about, and unlike those that have one.",
    action="Choose rows",
    progress="Choosing rows",
    cost="Each text passes the backbone once, or not at all if it did before.",
    low_priority=True,
)
