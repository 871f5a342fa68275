"""``translearn transfer``: train on each domain, test on each."""

import json
from collections.abc import Sequence
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from translearn_core.commands.data_check import diagnose_config, diagnosis
from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.study import follow
from translearn_core.commands.terminal.client import backbone_info, result, submit
from translearn_core.commands.terminal.costs import announce_cost
from translearn_core.commands.terminal.errors import naming_fields
from translearn_core.commands.terminal.options import AsJson, OtherExperimentOptions, ReadingOptions
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import ExperimentConfig
from translearn_core.errors import ConfigError, TrainingError
from translearn_core.jobs import MatrixRuns
from translearn_core.results.diagnostics.transfer_matrix import DISTANCES, TransferMatrix
from translearn_core.results.metric import Metric, metric_of
from translearn_core.runs import LOCAL, Run, Studies, open_store
from translearn_core.runs.studies.transfer_matrix import matrix_runs, transfer_matrix_config, transfer_study


def transfer(
    options: OtherExperimentOptions,
    reading: ReadingOptions,
    seeds: Annotated[
        int,
        typer.Option(
            min=0,
            max=20,
            help="Train these settings too, such as --train-blocks last:2, on every source with so many "
            "seeds, from --seed on; 0: only the frozen probe and TF-IDF.",
        ),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Transfer matrix: train on each domain, test on each, by a frozen probe, TF-IDF and these settings."""
    if options.domain is None:
        raise ConfigError("domain", None, "the column that names each row's domain, such as its language")
    experiment, dataset, data = experiment_of(options, reading)
    if (domains := experiment.data.domains) is not None and domains.selects:
        named = {"source_domain": domains.source, "target_domain": domains.target}
        field = next(name for name, places in named.items() if places)
        also = ", and --target-domain" if all(named.values()) else ""
        expected = f"it out{also}: the matrix trains and tests on every domain"
        raise ConfigError(field, ", ".join(named[field]), expected, verb="leave")
    data.show(quiet=reading.quiet)
    name = f"transfer between domains of {dataset.name}"
    with naming_fields():
        config = transfer_matrix_config(experiment)
    matrix = result(submit(config, name), TransferMatrix)
    failed: list[Run] = []
    if seeds:
        draws = range(options.seed, options.seed + seeds)
        runs, failed = train_sources(experiment, matrix, draws, name, quiet=reading.quiet)
        matrix = result(submit(transfer_matrix_config(experiment, runs), name), TransferMatrix)
    record = {
        "metric": matrix.metric,
        "loss_metric": matrix.loss_metric,
        "domains": list(matrix.domains),
        "cells": json.loads(matrix.cells.to_json(orient="records")),
        "distances": json.loads(matrix.distances.to_json(orient="records")),
        "agreements": json.loads(matrix.agreement_frame().to_json(orient="records")),
        "texts": json.loads(matrix.texts.to_json(orient="records")),
        "sentences": list(matrix.sentences),
        "failed": [{"run": run.name, "reason": run.job.reason} for run in failed],
        "findings": data.records(),
    }
    print_result(record, lambda _, screen: show(matrix, failed, screen), as_json=as_json)


def train_sources(
    experiment: ExperimentConfig, matrix: TransferMatrix, seeds: range, name: str, *, quiet: bool
) -> tuple[tuple[MatrixRuns, ...], list[Run]]:
    """Train an experiment on every source of a matrix; return the finished runs and the failed ones.

    What they will cost is printed first, unless `quiet`.
    """
    with naming_fields():
        config = transfer_study(experiment, matrix, seeds)
    studies = Studies(open_store())
    infos = {experiment.backbone.label: backbone_info(experiment.backbone)}
    announce_cost(config, infos, diagnosis(diagnose_config(experiment)), quiet=quiet)
    study = studies.add(LOCAL, name, config, {label: info.n_blocks for label, info in infos.items()})
    progress = follow(study)
    if progress.stopped:
        raise TrainingError(f"The {name} was stopped and keeps what there is: the same command goes on.")
    return matrix_runs(study, progress.done), studies.failed(study)


def show(matrix: TransferMatrix, failed: Sequence[Run], screen: Console) -> None:
    """Print a table of scores for every model, the distances, the sentences, and what failed."""
    metric = metric_of(matrix.metric)
    for model in matrix.models:
        cells = matrix.cells[matrix.cells["model"] == model]
        rows = []
        for source, group in cells.groupby("source", sort=False):
            scores = dict(zip(group["target"], group[["score", "low", "high"]].to_numpy(), strict=True))
            rows.append((str(source), *(_cell(scores[domain], metric) for domain in matrix.domains)))
        fewest, most = int(cells["seeds"].min()), int(cells["seeds"].max())
        of_seeds = f" ({most if fewest == most else f'{fewest} to {most}'} seeds)" if most > 1 else ""
        title = (
            f"{metric.title} of {model}{of_seeds} with 95 % intervals; rows learned from, columns tested on"
        )
        print_table(screen, ("learned from", *matrix.domains), rows, whole=("learned from",), title=title)
    distances = [
        (f"{pair['source']} → {pair['target']}", *(f"{pair[name]:.2f}" for name in DISTANCES))
        for pair in json.loads(matrix.distances.to_json(orient="records"))
    ]
    print_table(screen, ("domains", *DISTANCES), distances, numbers=DISTANCES, whole=("domains",))
    for sentence in matrix.sentences:
        print_line(sentence, screen)
    for run in failed:
        print_line(f"{run.name} failed: {run.job.reason}", screen)


def _cell(score: NDArray[np.float64], metric: Metric) -> str:
    """Format a value and the ends of its interval."""
    factor, digits = (100, 1) if metric.share else (1, 3)
    value, low, high = (f"{factor * end:.{digits}f}" for end in score)
    return f"{value} [{low}, {high}]"
