"""``translearn lr-find``: learning-rate finder."""

from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.experiment import experiment_of
from translearn_core.commands.terminal.client import result, submit
from translearn_core.commands.terminal.dataclass_options import OptionChanges
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import AS_FOR_TRAIN, AsJson, ExperimentOptions, ReadingOptions
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import LrFinderConfig
from translearn_core.results import LrFinderResult

LINES = 15
"""Number of printed points of the curve, evenly spaced."""

LrFinderOptions = Annotated[
    ExperimentOptions,
    OptionChanges(
        without=("epochs",),
        help={
            **AS_FOR_TRAIN,
            "lr": "Backbone's rate; with --head-lr it says which multiple the head has.",
            "head_lr": "Head's rate.",
        },
    ),
]


def find_rate(
    options: LrFinderOptions,
    reading: ReadingOptions,
    low: Annotated[float | None, typer.Option(help="Rate of the first step.")] = None,
    high: Annotated[float | None, typer.Option(help="Rate of the last step.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps at most; fewer if the loss runs away.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learning-rate finder: raise the rate step by step in a short trial and watch the loss."""
    experiment, dataset, data = experiment_of(options, reading)
    bounds = {"low": low, "high": high, "steps": steps}
    chosen = {name: value for name, value in bounds.items() if value is not None}
    config = valid(LrFinderConfig, experiment=experiment, **chosen)
    data.show(quiet=reading.quiet)
    search = result(submit(config, f"learning rate for {dataset.name}"), LrFinderResult)
    print_result(report(search, experiment) | {"findings": data.records()}, show, as_json=as_json)


def report(search: LrFinderResult, experiment: ExperimentConfig) -> dict[str, Any]:
    """Return the output of ``lr-find --json``."""
    training = search.apply(experiment.training)
    return {
        "setting": search.setting,
        "before": search.before,
        "suggestion": search.suggestion,
        "reason": search.reason,
        "options": train_options(search, experiment),
        "lr": training.lr,
        "head_lr": training.head_lr,
        "lr_per_block": list(training.lr_per_block),
        "curve": search.frame().rename(columns={"smoothed loss": "smoothed"}).to_dict("records"),
    }


def train_options(search: LrFinderResult, experiment: ExperimentConfig) -> str:
    """Return the options of ``train`` that set the suggested rate."""
    training = search.apply(experiment.training)
    head = f"--head-lr {training.head_lr:g}"
    if search.setting == "head_lr":
        return head
    if search.setting == "lr_per_block":
        rates = ",".join(f"{rate:g}" for rate in training.lr_per_block)
        return f"--set training.lr_per_block=[{rates}] {head}"
    return f"--lr {training.lr:g} {head}"


def show(record: dict[str, Any], screen: Console) -> None:
    """Print points of the curve, the suggested rate and the reason."""
    curve = record["curve"]
    if curve:
        chosen = sorted({round(i * (len(curve) - 1) / (LINES - 1)) for i in range(LINES)})
        near = min(chosen, key=lambda i: abs(curve[i]["rate"] - record["suggestion"]) / curve[i]["rate"])
        rows = []
        for i in chosen:
            line = curve[i]
            mark = "suggested" if i == near and record["suggestion"] != record["before"] else ""
            rows.append((f"{line['rate']:.2g}", f"{line['loss']:.3f}", f"{line['smoothed']:.3f}", mark))
        numbers = ("rate", "loss", "smoothed")
        print_table(screen, (*numbers, ""), rows, numbers=numbers, title="The loss while the rate rises")
    print_line(f"{record['reason']} To train so: {record['options']}", screen)
