"""``translearn advise``: which recipe to begin with on a file, and the command that trains so."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.client import result, submit
from translearn_core.commands.dataclass_options import Offered
from translearn_core.commands.errors import valid
from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.options import (
    AS_FOR_TRAIN,
    AsJson,
    ExperimentOptions,
    ReadingOptions,
    read_options,
)
from translearn_core.commands.output import print_line, print_result
from translearn_core.commands.tables import print_table
from translearn_core.config import AdviseConfig, ExperimentConfig, ReadOptions
from translearn_core.config.read_options import option_words
from translearn_core.results import Advice

NOT_ASKED = (
    "random_init", "recipe", "train_blocks", "teacher", "epochs", "lr", "head_lr", "batch_size",
)  # fmt: skip
"""Options of ``train`` that the advice is about, or that it does not depend on."""

AdviceReport = Annotated[
    ExperimentOptions,
    Offered(
        without=NOT_ASKED,
        told={
            **{name: told for name, told in AS_FOR_TRAIN.items() if name not in NOT_ASKED},
            "settings": "As for train; only settings of data and features count here.",
            "seed": "Seed of the split.",
        },
    ),
]


def advise(
    asked: AdviceReport,
    reading: ReadingOptions,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Time for one training, in minutes; default: no limit.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Advise on a recipe for a file: what was measured, the rules that apply, and what speaks against it."""
    experiment, dataset, data = experiment_of(asked, reading)
    config = question(experiment, minutes)
    data.show(quiet=reading.quiet)
    advice = result(submit(config, f"advice on {dataset.name}"), Advice)
    more = {"command": command(asked, advice, read_options(reading)), "findings": data.records()}
    print_result(asdict(advice) | more, show, as_json=as_json)


def question(experiment: ExperimentConfig, minutes: float | None) -> AdviseConfig:
    """Return the question about an experiment's task and backbone."""
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


def command(asked: ExperimentOptions, advice: Advice, options: ReadOptions) -> str:
    """Return the command that trains as advised, with the options the advice was asked with."""
    words = ["translearn", "train", str(asked.file)]
    for option in fields(asked):
        value = getattr(asked, option.name)
        if option.name not in ("file", "settings") and value != option.default:
            words += [f"--{option.name.replace('_', '-')}", str(value)]
    words += [*option_words(options), "--recipe", advice.recipe]
    told = [f"{name}={_word(value)}" for name, value in advice.settings.items()]
    for setting in (*(asked.settings or ()), *told):
        words += ["--set", setting]
    return shlex.join(words)


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def show(found: Mapping[str, Any], screen: Console) -> None:
    """Print the facts, the reasons, the doubts, every recipe with its time, and the command."""
    facts = [(fact["name"], fact["value"], fact["how"]) for fact in found["facts"]]
    measured = ("measured", "value", "how")
    print_table(screen, measured, facts, whole=("measured",), title="What was measured")
    for title, rules in (("Why", found["reasons"]), ("What speaks against it", found["doubts"])):
        print_line(f"\n{title}", screen)
        for rule in rules:
            print_line(f"  {rule['says']}\n    {rule['saw']}. Source: {rule['source']}", screen)
    options = []
    for option in found["options"]:
        seconds = "" if option["seconds"] is None else f"{option['seconds']:.0f}"
        options.append((option["recipe"], seconds, "yes" if option["fits"] else "no", option["note"]))
    screen.print()
    heads = ("recipe", "seconds", "fits", "what to expect")
    print_table(screen, heads, options, numbers=("seconds",), whole=("recipe", "fits"))
    print_line(f"\n{found['sentence']} To train so:\n{found['command']}", screen)
