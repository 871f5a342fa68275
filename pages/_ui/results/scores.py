"""Scores as people should read them: with an interval, beside a baseline, on rows that were held out."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages._ui.backbones import backbone_names
from pages._ui.forms import cli_command, summary
from pages._ui.shell import result_cache, tables
from pages._ui.shell.formatting import count, duration, epochs, percent, plain, span
from translearn_core.config import ExperimentConfig
from translearn_core.results import Baseline, Evaluation, RunSummary
from translearn_core.results.diagnostics.baselines import MAJORITY
from translearn_core.runs import Run


def headline(evaluation: Evaluation, found: RunSummary | None, rival: Baseline | None = None) -> None:
    """Show the numbers that answer: how good, how sure, against what.

    `rival` is the best of the lines that need no training of the backbone, once they are known.
    """
    test, validation = evaluation.metrics["test"], evaluation.metrics["validation"]
    accuracy, macro = test.accuracy_interval, test.macro_f1_interval
    numbers = [
        (
            "Test accuracy",
            percent(test.accuracy),
            span(accuracy.low, accuracy.high),
            f"share of right answers on {test.n:,} rows that were held out; below it the 95 % interval",
        ),
        (
            "Test macro-F1",
            percent(test.macro_f1),
            span(macro.low, macro.high),
            "mean over the classes, every class counting the same; below it the 95 % interval",
        ),
        _to_beat(evaluation, rival),
        (
            "Validation accuracy",
            percent(validation.accuracy),
            f"on {validation.n:,} rows",
            "rows the best epoch was chosen on, so this number flatters a little",
        ),
    ]
    with st.grid(4, min_column_width=170):
        for label, value, below, meaning in numbers:
            st.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, help=meaning)
    if found is not None:
        trained, total = found.parameters["trainable"], found.parameters["total"]
        reused = f" What stays frozen: {found.reuse.summary()}." if found.reuse else ""
        st.caption(
            f"Trained {count(trained)} of {count(total)} parameters for {epochs(found.epochs)} (best: "
            f"{found.best_epoch}) in {duration(found.seconds['total'])} on {plain(found.device)}, "
            f"{plain(found.precision)}.{reused}"
        )
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(evaluation.frame(), "scores", key="scores")


def _to_beat(evaluation: Evaluation, rival: Baseline | None) -> tuple[str, str, str, str]:
    """Return the baseline that the headline names: label, number, what is below it, and its meaning."""
    majority = percent(evaluation.majority)
    if rival is None or rival.name == MAJORITY:
        meaning = "test accuracy of giving every text the commonest training class"
        return "Commonest answer", majority, "the baseline to beat", meaning
    sure = span(rival.accuracy_interval.low, rival.accuracy_interval.high)
    return (
        rival.name[:1].upper() + rival.name[1:],
        percent(rival.accuracy),
        f"{sure}, the baseline to beat",
        "test accuracy of the best line that trains nothing below the head; always giving the commonest "
        f"class gets {majority}",
    )


def how(run: Run, config: ExperimentConfig, found: RunSummary | None) -> None:
    """Show a run's settings and the command line that does it again."""
    with st.expander("All settings", icon=":material/tune:"):
        lines = summary.settings_of(config)
        if found is not None:
            lines |= {f"seconds to {name}": f"{seconds:.1f}" for name, seconds in found.seconds.items()}
        tables.table(
            pd.DataFrame({"setting": list(lines), "value": list(lines.values())}), "settings", key="settings"
        )
    cli_command.show(run, config)


def comparison(runs: Sequence[Run]) -> pd.DataFrame:
    """Return one line per run: scores with intervals, cost, and what was trained."""
    lines, tell = [], backbone_names.name_lookup()
    for run in runs:
        found, config = result_cache.cached_result(run, RunSummary), run.job.config
        assert isinstance(config, ExperimentConfig)
        if found is None:
            continue
        test = found.test
        lines.append(
            {
                "name": run.name,
                "accuracy": test.accuracy,
                "low": test.accuracy_interval.low,
                "high": test.accuracy_interval.high,
                "macro_f1": test.macro_f1,
                "macro_f1_low": test.macro_f1_interval.low,
                "macro_f1_high": test.macro_f1_interval.high,
                "seconds": found.seconds["total"],
                "trainable": found.parameters["trainable"] / found.parameters["total"],
                "trains": config.plan.label,
                "backbone": tell(config.backbone.label),
                "epochs": found.epochs,
                "seed": config.training.seed,
                "majority": found.majority,
                "test rows": test.n,
            }
        )
    return pd.DataFrame(lines)


ORDER = (
    "name",
    "trains",
    "backbone",
    "accuracy",
    "low",
    "high",
    "macro_f1",
    "seconds",
    "trainable",
    "epochs",
    "seed",
    "majority",
)
"""Columns of a comparison on screen; its CSV has all."""

COLUMNS: dict[str, object] = {
    **tables.fractions("accuracy", "low", "high"),
    "macro_f1": tables.percent("macro-F1"),
    "trainable": tables.percent("parameters trained"),
    "majority": tables.percent("commonest answer"),
    "seconds": st.column_config.NumberColumn(format="%.1f"),
}
"""How the columns of a comparison are called on screen."""
