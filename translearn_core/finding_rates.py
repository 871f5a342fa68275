"""What the command ``lr-find`` does: ask for a search, put its answer into words."""

from typing import Any

from rich.console import Console
from rich.table import Table

from translearn_core.commands import answer, ask, valid
from translearn_core.config import ExperimentConfig, RateSearchConfig
from translearn_core.results import RateSearch
from translearn_core.runs import Dataset

LINES = 15
"""Lines of the curve that are printed, spread evenly."""


def find(
    experiment: ExperimentConfig, dataset: Dataset, given: dict[str, Any], screen: Console
) -> dict[str, Any]:
    """Search a learning rate; `given` are bounds and steps where the defaults will not do.

    Returns what ``lr-find --json`` prints.
    """
    config = valid(RateSearchConfig, experiment=experiment, **given)
    search = answer(ask(config, f"learning rate for {dataset.name}", screen), RateSearch)
    training = search.taken(experiment.training)
    return {
        "setting": search.setting,
        "before": search.before,
        "suggestion": search.suggestion,
        "reason": search.reason,
        "options": options(search, experiment),
        "lr": training.lr,
        "head_lr": training.head_lr,
        "rates": list(training.rates),
        "curve": search.frame().rename(columns={"smoothed loss": "smoothed"}).to_dict("records"),
    }


def options(search: RateSearch, experiment: ExperimentConfig) -> str:
    """Return the options of ``train`` that take the suggested rate."""
    training = search.taken(experiment.training)
    head = f"--head-lr {training.head_lr:g}"
    if search.setting == "head_lr":
        return head
    if search.setting == "rates":
        rates = ",".join(f"{rate:g}" for rate in training.rates)
        return f"--set training.rates=[{rates}] {head}"
    return f"--lr {training.lr:g} {head}"


def show(found: dict[str, Any], screen: Console) -> None:
    """Print some of the curve, the suggested rate, and the reason."""
    curve = found["curve"]
    table = Table("rate", "loss", "smoothed", "", title="The loss while the rate rises", title_justify="left")
    if curve:
        chosen = sorted({round(i * (len(curve) - 1) / (LINES - 1)) for i in range(LINES)})
        near = min(chosen, key=lambda i: abs(curve[i]["rate"] - found["suggestion"]) / curve[i]["rate"])
        for i in chosen:
            line = curve[i]
            mark = "suggested" if i == near and found["suggestion"] != found["before"] else ""
            table.add_row(f"{line['rate']:.2g}", f"{line['loss']:.3f}", f"{line['smoothed']:.3f}", mark)
        screen.print(table)
    screen.print(
        f"{found['reason']} To train so: {found['options']}", markup=False, highlight=False, soft_wrap=True
    )
