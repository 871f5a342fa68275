"""``translearn transfer``: train on each domain, test on each."""

import json

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.terminal.client import result, submit
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import AsJson, OtherExperimentOptions, ReadingOptions
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.errors import ConfigError
from translearn_core.jobs import TransferMatrixConfig
from translearn_core.results.diagnostics.transfer_matrix import DISTANCES, TransferMatrix
from translearn_core.results.metric import Metric, metric_of


def transfer(options: OtherExperimentOptions, reading: ReadingOptions, as_json: AsJson = False) -> None:
    """Transfer matrix: train on each domain, test on each, by a frozen probe and by TF-IDF."""
    if options.domain is None:
        raise ConfigError("domain", None, "the column that names each row's domain, such as its language")
    experiment, dataset, data = experiment_of(options, reading)
    config = valid(
        TransferMatrixConfig,
        data=experiment.data,
        backbone=experiment.backbone,
        features=type(experiment.features)(
            pooling=experiment.features.pooling, token_limit=experiment.features.token_limit
        ),
        precision=experiment.training.precision,
        device=experiment.training.device,
        seed=options.seed,
    )
    data.show(quiet=reading.quiet)
    matrix = result(submit(config, f"transfer between domains of {dataset.name}"), TransferMatrix)
    record = {
        "metric": matrix.metric,
        "domains": list(matrix.domains),
        "cells": json.loads(matrix.cells.to_json(orient="records")),
        "distances": json.loads(matrix.distances.to_json(orient="records")),
        "texts": json.loads(matrix.texts.to_json(orient="records")),
        "sentences": list(matrix.sentences),
        "findings": data.records(),
    }
    print_result(record, lambda _, screen: show(matrix, screen), as_json=as_json)


def show(matrix: TransferMatrix, screen: Console) -> None:
    """Print a table of scores for every model, the distances, and the sentences."""
    metric = metric_of(matrix.metric)
    for model in matrix.models:
        cells = matrix.cells[matrix.cells["model"] == model]
        rows = []
        for source, group in cells.groupby("source", sort=False):
            scores = dict(zip(group["target"], group[["score", "low", "high"]].to_numpy(), strict=True))
            rows.append((str(source), *(_cell(scores[domain], metric) for domain in matrix.domains)))
        title = f"{metric.title} of {model} with 95 % intervals; rows learned from, columns tested on"
        print_table(screen, ("learned from", *matrix.domains), rows, whole=("learned from",), title=title)
    distances = [
        (f"{pair['source']} → {pair['target']}", *(f"{pair[name]:.2f}" for name in DISTANCES))
        for pair in json.loads(matrix.distances.to_json(orient="records"))
    ]
    print_table(screen, ("domains", *DISTANCES), distances, numbers=DISTANCES, whole=("domains",))
    for sentence in matrix.sentences:
        print_line(sentence, screen)


def _cell(score: NDArray[np.float64], metric: Metric) -> str:
    """Format a value and the ends of its interval."""
    factor, digits = (100, 1) if metric.share else (1, 3)
    value, low, high = (f"{factor * end:.{digits}f}" for end in score)
    return f"{value} [{low}, {high}]"
