"""``translearn advise``: recommend a recipe for a file, and the command that trains with it."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.terminal.client import result, submit
from translearn_core.commands.terminal.dataclass_options import GIVEN, OptionChanges
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import (
    AS_FOR_TRAIN,
    AsJson,
    ExperimentOptions,
    ReadingOptions,
    read_options,
)
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import ExperimentConfig, ReadOptions
from translearn_core.config.read_options import option_words
from translearn_core.jobs import AdviseConfig
from translearn_core.results import Advice

UNUSED_OPTIONS = (
    "random_init", "recipe", "train_blocks", "teacher", "epochs", "lr", "head_lr", "batch_size",
)  # fmt: skip
"""Options of ``train`` that ``advise`` does not have."""

AdviseOptions = Annotated[
    ExperimentOptions,
    OptionChanges(
        without=UNUSED_OPTIONS,
        help={
            **{name: text for name, text in AS_FOR_TRAIN.items() if name not in UNUSED_OPTIONS},
            "settings": "As for train; only settings of data and features count here.",
            "seed": "Seed of the split.",
        },
    ),
]


def advise(
    options: AdviseOptions,
    reading: ReadingOptions,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Time for one training, in minutes; default: no limit.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Advise on a recipe for a file: what was measured, the rules that apply, and what speaks against it."""
    experiment, dataset, data = experiment_of(options, reading)
    config = advise_config(experiment, minutes)
    data.show(quiet=reading.quiet)
    advice = result(submit(config, f"advice on {dataset.name}"), Advice)
    extra = {"command": command(options, advice, read_options(reading)), "findings": data.records()}
    print_result(asdict(advice) | extra, show, as_json=as_json)


def advise_config(experiment: ExperimentConfig, minutes: float | None) -> AdviseConfig:
    """Return the advice job for an experiment's task and backbone."""
    features, training = experiment.features, experiment.training
    return valid(
        AdviseConfig,
        data=experiment.data,
        backbone=experiment.backbone,
        features=type(features)(pooling=features.pooling, token_limit=features.token_limit),
        seconds=None if minutes is None else 60 * minutes,
        precision=training.precision,
        device=training.device,
    )


def command(options: ExperimentOptions, advice: Advice, reading: ReadOptions) -> str:
    """Return the command that trains as advised, with the options given to ``advise``."""
    words = ["translearn", "train", str(options.file)]
    for option in fields(options):
        value = getattr(options, option.name)
        if option.name not in ("file", "settings", GIVEN) and value != option.default:
            for one in value if isinstance(value, list) else [value]:
                words += [f"--{option.name.replace('_', '-')}", str(one)]
    words += [*option_words(reading), "--recipe", advice.recipe]
    advised = [
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in advice.settings.items()
    ]
    for setting in (*(options.settings or ()), *advised):
        words += ["--set", setting]
    return shlex.join(words)


def show(record: Mapping[str, Any], screen: Console) -> None:
    """Print facts, reasons, doubts, recipes with their times, and the command."""
    facts = [(fact["name"], fact["value"], fact["how"]) for fact in record["facts"]]
    measured = ("measured", "value", "how")
    print_table(screen, measured, facts, whole=("measured",), title="What was measured")
    for title, rules in (("Why", record["reasons"]), ("What speaks against it", record["doubts"])):
        print_line(f"\n{title}", screen)
        for rule in rules:
            print_line(f"  {rule['conclusion']}\n    {rule['observation']}. Source: {rule['source']}", screen)
    rows = []
    for option in record["options"]:
        seconds = "" if option["seconds"] is None else f"{option['seconds']:.0f}"
        rows.append((option["recipe"], seconds, "yes" if option["fits"] else "no", option["note"]))
    screen.print()
    heads = ("recipe", "seconds", "fits", "what to expect")
    print_table(screen, heads, rows, numbers=("seconds",), whole=("recipe", "fits"))
    print_line(f"\n{record['sentence']} To train so:\n{record['command']}", screen)
