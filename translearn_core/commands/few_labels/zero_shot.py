"""``translearn zero-shot``: classify without labels, by descriptions of the classes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.terminal.client import result, submit
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import AsJson, OtherExperimentOptions, Raw, ReadingOptions
from translearn_core.commands.terminal.output import check_output, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import FeatureConfig
from translearn_core.config.few_labels.zero_shot import DEFAULT_TEMPLATE, DescriptionConfig, ZeroShotMethod
from translearn_core.data.files.write_table import write_table
from translearn_core.errors import ConfigError
from translearn_core.jobs import ZeroShotConfig
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot
from translearn_core.results.metric import metric_of

SHARES = ("precision", "recall", "F1")


def zero_shot(
    options: OtherExperimentOptions,
    reading: ReadingOptions,
    template: Annotated[
        str, typer.Option(help="Sentence about a class; {} stands for its description.")
    ] = DEFAULT_TEMPLATE,
    description: Annotated[
        list[str] | None,
        typer.Option(help="CLASS=TEXT, words in place of the name of a class; may be repeated."),
    ] = None,
    method: Annotated[
        ZeroShotMethod | None,
        typer.Option(help="Default: entailment where the backbone is an NLI model, else similarity."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File for the prediction of every test text: .csv, .tsv, .xlsx and more."),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Classify test texts without labels, by the nearest description of a class, and score that."""
    check_output(out)
    classes = valid(DescriptionConfig, template=template, descriptions=parse_descriptions(description or []))
    experiment, dataset, data = experiment_of(options, reading)
    features = experiment.features
    config = valid(
        ZeroShotConfig,
        data=experiment.data,
        backbone=experiment.backbone,
        classes=classes,
        method=method,
        features=FeatureConfig(pooling=features.pooling, token_limit=features.token_limit),
        precision=experiment.training.precision,
        device=experiment.training.device,
        seed=options.seed,
    )
    data.show(quiet=reading.quiet)
    outcome = result(submit(config, f"zero-shot on {dataset.name}"), ZeroShot)
    if out is not None:
        write_table(outcome.predictions, out, raw=raw)
    record = _record(outcome) | {"out": None if out is None else str(out), "findings": data.records()}
    print_result(record, lambda _, screen: show(outcome, screen, out), as_json=as_json)


def _record(outcome: ZeroShot) -> dict[str, Any]:
    return {
        "method": str(outcome.method),
        "template": outcome.template,
        "layer": outcome.layer,
        "centred": outcome.centred,
        "test_rows": outcome.n_test,
        "unlabelled_texts": outcome.n_unlabelled,
        "metrics": {name: vars(score) for name, score in outcome.metrics.items()},
        "constant_baseline": outcome.constant_baseline,
        "alarm": outcome.alarm,
        "sentences": list(outcome.sentences),
        "classes": json.loads(outcome.classes.to_json(orient="records")),
        "choices": json.loads(outcome.choices.to_json(orient="records")),
        "predictions": json.loads(outcome.predictions.to_json(orient="records")),
    }


def parse_descriptions(words: Sequence[str]) -> list[dict[str, str]]:
    """Parse ``CLASS=TEXT`` words; raise `ConfigError` for others."""
    parsed = []
    for word in words:
        name, equals, text = word.partition("=")
        if not (equals and name.strip() and text.strip()):
            raise ConfigError("description", word, "a class and its words, such as sport=football and tennis")
        parsed.append({"name": name.strip(), "text": text.strip()})
    return parsed


def show(outcome: ZeroShot, screen: Console, out: Path | None = None) -> None:
    """Print the scores, the classes, the sentences, and the file of the predictions."""
    if outcome.alarm:
        print_line(outcome.alarm, screen)
    for name, score in outcome.metrics.items():
        metric = metric_of(name)
        print_line(f"{metric.title}: {metric.format(score.value)} ({metric.format_range(score)})", screen)
    heads = ("class", "description", "test texts", "predicted", *SHARES)
    rows = [
        (str(line[0]), str(line[1]), f"{line[2]:,}", f"{line[3]:,}", *(_share(value) for value in line[4:]))
        for line in outcome.classes[list(heads)].itertuples(index=False)
    ]
    print_table(screen, heads, rows, numbers=heads[2:], whole=("class",))
    for sentence in outcome.sentences:
        print_line(sentence, screen)
    if out is not None:
        print_line(f"The prediction of every test text is in {out}.", screen)


def _share(value: float) -> str:
    return "" if value != value else f"{value:.3f}"  # NaN
