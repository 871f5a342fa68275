"""``translearn train``: fine-tune a backbone on a file."""

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console

from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.terminal.client import result, submit, target_runs
from translearn_core.commands.terminal.options import AsJson, ExperimentOptions, ReadingOptions
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import ExperimentConfig
from translearn_core.results import CacheUsage, Evaluation, Metrics, RunSummary, SelfTraining
from translearn_core.results.metric import MEAN_SCORE, metric_of
from translearn_core.results.training.self_training import ADDED_OF_CLASS
from translearn_core.runs import Run, artifacts, open_store
from translearn_core.tasks import constant_name


def train(options: ExperimentOptions, reading: ReadingOptions, as_json: AsJson = False) -> None:
    """Fine-tune a backbone on a file and report on its test rows."""
    config, dataset, data = experiment_of(options, reading)
    data.show(quiet=reading.quiet)
    run = submit(config, f"{dataset.name}, {config.method_name()}")
    print_result(report(run, config) | {"findings": data.records()}, show, as_json=as_json)


def report(run: Run[ExperimentConfig], config: ExperimentConfig) -> dict[str, Any]:
    """Return the output of ``train --json``; of several targets, also that of each by its column.

    If the weights of their losses are learned, each has those of every epoch as `loss_weights`.
    """
    record = _report_of_run(run, config)
    if not config.data.several_targets:
        return record
    targets = {column: _report_of_run(own, own.job.config) for column, own in target_runs(run).items()}
    epochs = open_store().history(run.job.id).epochs
    for column, target in targets.items():
        target["loss_weights"] = [epoch.loss_weights[column] for epoch in epochs if epoch.loss_weights]
    return record | {"targets": targets}


def _report_of_run(run: Run, config: ExperimentConfig) -> dict[str, Any]:
    summary = result(run, RunSummary)
    history = open_store().history(run.job.id)
    return {
        "run": run.id,
        "device": summary.device,
        "precision": summary.precision,
        "seconds": summary.seconds,
        "parameters": summary.parameters,
        "validation": brief(summary.validation),
        "test": brief(summary.test),
        **({} if config.data.domains is None else {"domains": _domains(run)}),
        "constant_baseline": summary.constant_baseline,
        "constant_name": constant_name(config.data),
        "reuse": asdict(summary.reuse) if summary.reuse else None,
        "fitted_at_once": config.fitted_at_once,
        "epochs": summary.epochs,
        "best_epoch": summary.best_epoch,
        "best_stage": summary.best_stage,
        "trained": config.method_name(summary.kept_weights(config)),
        "early_stage": summary.early_stage_sentence(config),
        **({} if config.self_training is None else {"self_training": _rounds(run)}),
        "history": [epoch.row() | {"moved": epoch.moved} for epoch in history.epochs],
        "folder": str(open_store().workspace.run(run.job.id)),
    }


def _rounds(run: Run) -> dict[str, Any] | None:
    """Return the rounds of self-training; None if no row without a label could be learned from."""
    rounds = artifacts.load(open_store().workspace.run(run.job.id), SelfTraining)
    if rounds is None:
        return None
    return {
        "method": rounds.method,
        "threshold": rounds.threshold,
        "labelled": rounds.labelled,
        "unlabelled": rounds.unlabelled,
        "rounds": json.loads(rounds.frame().to_json(orient="records")),
        "classes": json.loads(rounds.class_frame().to_json(orient="records")),
        "summary": rounds.summary(),
    }


def _domains(run: Run) -> dict[str, Any]:
    """Return the test scores of each domain; empty where the test rows are of one."""
    return {name: brief(metrics) for name, metrics in result(run, Evaluation).domains.items()}


def brief(metrics: Metrics) -> dict[str, Any]:
    """Return a split's scores with their intervals."""
    return {
        "n": metrics.n,
        **{name: score.value for name, score in metrics.scores.items()},
        **{f"{name}_interval": [score.low, score.high] for name, score in metrics.scores.items()},
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print a run's scores as a table, or those of each target, and what it cost."""
    targets = record.get("targets", {})
    for column, target in targets.items():
        _print_scores(target, screen, f"{column}, run {target['run']}")
        screen.print(_baseline(target), markup=False, highlight=False)
    if targets:
        mean = metric_of(MEAN_SCORE)
        record = record | {part: _only(record[part], mean.name) for part in ("validation", "test")}
    _print_scores(record, screen, f"run {record['run']}")
    trained, total = record["parameters"]["trainable"], record["parameters"]["total"]
    screen.print(
        f"{_baseline(record)} "
        f"{trained:,} of {total:,} parameters trained on {record['device']} in "
        f"{record['seconds']['total']:.1f} s"
        + (
            ""
            if record["fitted_at_once"]
            else f"; epoch {record['best_epoch']} of {record['epochs']} was kept"
        )
        + "."
        + (f" Activation cache: {CacheUsage(**record['reuse']).summary()}." if record["reuse"] else ""),
        markup=False,
        highlight=False,
    )
    if (rounds := record.get("self_training")) is not None:
        _print_rounds(rounds, screen)
    if record["early_stage"]:
        print_line(record["early_stage"], screen)


def _print_rounds(record: dict[str, Any], screen: Console) -> None:
    """Print what each round of self-training added in all, and its summary."""
    names = [name for name in record["rounds"][0] if not name.startswith(ADDED_OF_CLASS)]
    rows = [[_number(one[name]) for name in names] for one in record["rounds"]]
    title = f"{record['method'].replace('_', '-')}, threshold {record['threshold']:g}"
    print_table(screen, names, rows, numbers=names, title=title)
    print_line(record["summary"], screen)


def _number(value: float | None) -> str:
    """Format a count, or a share with three digits; a dash if there is none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _only(scores: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the number of rows and one score with its interval."""
    return {key: scores[key] for key in ("n", name, f"{name}_interval")}


def _baseline(record: dict[str, Any]) -> str:
    return f"{record['constant_name'].capitalize()}: {record['constant_baseline']:.3f}."


def _print_scores(record: dict[str, Any], screen: Console, title: str) -> None:
    """Print the scores of a run's splits as a table."""
    rows, names = [], [name for name in record["test"] if f"{name}_interval" in record["test"]]
    for split in ("validation", "test"):
        scores = record[split]
        spans = [
            f"{scores[k]:.3f}  [{scores[k + '_interval'][0]:.3f}, {scores[k + '_interval'][1]:.3f}]"
            for k in names
        ]
        rows.append((split, str(scores["n"]), *spans))
    numbers = ("rows", *(metric_of(name).label for name in names))
    print_table(screen, ("split", *numbers), rows, numbers=numbers, title=title)
