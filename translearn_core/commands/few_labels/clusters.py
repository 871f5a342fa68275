"""``translearn clusters``: find groups of texts that need no labels."""

import json
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from translearn_core.commands.few_labels.texts import TextsOptions, texts_config
from translearn_core.commands.few_labels.zero_shot import parse_descriptions
from translearn_core.commands.terminal.client import result, submit
from translearn_core.commands.terminal.options import AsJson, Raw, ReadingOptions
from translearn_core.commands.terminal.output import check_output, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config.few_labels.zero_shot import DEFAULT_TEMPLATE
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.files.write_table import write_table
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs.diagnostics.unlabelled_texts import (
    ClusterConfig,
    ClusterMethod,
    DescribedClassesConfig,
)
from translearn_core.results.diagnostics.few_labels.clustering import Clustering
from translearn_core.results.format import percent, quote
from translearn_core.runs import Dataset, open_store

ADDED = ("cluster", "cluster name")
"""Columns that the written table has besides distance or probability."""


def clusters(
    options: TextsOptions,
    reading: ReadingOptions,
    label: Annotated[
        str | None,
        typer.Option(
            help="Column of at most 200 values to compare the clusters with; not used to find them."
        ),
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="Another column to compare them with, such as the language.")
    ] = None,
    method: Annotated[ClusterMethod | None, typer.Option(help="kmeans or hdbscan; default: kmeans.")] = None,
    clusters: Annotated[
        int | None, typer.Option(help="k-means: number of clusters; default: by the silhouette.")
    ] = None,
    smallest: Annotated[
        int | None, typer.Option(help="HDBSCAN: fewest texts of a cluster; default: 1 %, at least 5.")
    ] = None,
    description: Annotated[
        list[str] | None,
        typer.Option(
            help="CLASS=TEXT: instead of clusters, give each text the class whose description is nearest; "
            "repeated for every class."
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            help="With --description: sentence about a class, {} stands for its description; default: "
            f"{DEFAULT_TEMPLATE!r}."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File for the table with the cluster of each row: .csv, .tsv, .xlsx and more."),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Cluster texts by a backbone's vectors, name the clusters, and compare them with known columns."""
    check_output(out)
    columns = {"--label": label, "--domain": domain}
    own = {"method": method, "clusters": clusters, "smallest": smallest}
    kind, values = _settings(description, template, {k: v for k, v in own.items() if v is not None})
    config, dataset, data, named = texts_config(kind, options, reading, columns, **values)
    config = config.model_copy(update={"compare": tuple(dict.fromkeys(named.values()))})
    data.show(quiet=reading.quiet)
    if out is not None:
        _check_columns(dataset)
    clustering = result(submit(config, f"clusters of {dataset.name}"), Clustering)
    if out is not None:
        write_table(_labelled(dataset, clustering), out, raw=raw, form=data.reading.formats[0])
    record = _record(clustering) | {"out": None if out is None else str(out), "findings": data.records()}
    print_result(record, show, as_json=as_json)


def _settings(
    description: list[str] | None, template: str | None, clusters: dict[str, Any]
) -> tuple[type[ClusterConfig] | type[DescribedClassesConfig], dict[str, Any]]:
    """Return the kind of job and its settings: options of `clusters`, or descriptions of classes.

    Raises
    ------
    ConfigError
        If there are options of both.
    """
    if not description:
        if template is not None:
            raise ConfigError("template", template, "it with --description alone")
        return ClusterConfig, clusters
    for name, value in clusters.items():
        raise ConfigError(name, str(value), "either --description or options of clusters")
    classes: dict[str, Any] = {"classes": parse_descriptions(description)}
    return DescribedClassesConfig, classes if template is None else classes | {"template": template}


def _check_columns(dataset: Dataset) -> None:
    """Raise `DataError` if the table has a column of those that are added to it."""
    table = open_store().workspace.edited_table(dataset.digest)
    if taken := [name for name in (*ADDED, "distance", "probability") if name in table]:
        raise DataError(f"The table has a column {quote(taken[0])} already: rename it first.")


def _labelled(dataset: Dataset, clustering: Clustering) -> pd.DataFrame:
    """Return the table as it came, with the cluster of each row, its name, and how well the row belongs."""
    table = open_store().workspace.edited_table(dataset.digest)
    added = (*ADDED, clustering.strength)
    of_rows = clustering.frame().set_index(["part", "row"])
    of_rows = of_rows.reindex(pd.MultiIndex.from_frame(table[[PART, ROW]]))
    member = of_rows["cluster"].notna()
    numbers = of_rows["cluster"].astype("string")
    strength = of_rows[clustering.strength].round(4).astype("string")
    cells = (numbers, of_rows["name"].where(member), strength)
    values = {
        name: column.astype(object).where(column.notna(), None).to_numpy()
        for name, column in zip(added, cells, strict=True)
    }
    return table[file_columns(table)].assign(**values)


def _record(clustering: Clustering) -> dict[str, Any]:
    return {
        "settings": clustering.settings,
        "texts": len(clustering.rows),
        "unclustered": clustering.unclustered,
        "silhouette": None if pd.isna(clustering.silhouette) else clustering.silhouette,
        "stability": list(clustering.stability),
        "clusters": json.loads(
            clustering.clusters.assign(cluster=clustering.clusters["cluster"] + 1).to_json(orient="records")
        ),
        "tried": json.loads(clustering.tried.to_json(orient="records")),
        "agreements": [
            {
                "column": one.column,
                "rows": one.rows,
                "adjusted_rand": vars(one.rand) if one.rows else None,
                "normalised_mutual_information": vars(one.information) if one.rows else None,
                "contingency": json.loads(clustering.contingency(one.column).to_json(orient="index")),
            }
            for one in clustering.agreements
        ],
        "sentences": list(clustering.sentences),
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the sentences and a table of the clusters."""
    for sentence in record["sentences"]:
        print_line(sentence, screen)
    rows = [
        (one["name"], f"{one['rows']:,}", percent(one["share"]), one["words"], one["typical text"][:160])
        for one in record["clusters"]
    ]
    heads = ("cluster", "texts", "share", "words", "typical text")
    print_table(screen, heads, rows, numbers=("texts", "share"))
    if record["out"]:
        print_line(
            f"The table with its clusters is in {record['out']}; train can learn from the column "
            f"'{ADDED[1]}'.",
            screen,
        )
