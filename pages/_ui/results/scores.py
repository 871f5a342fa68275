"""Test scores with intervals and baseline, and the comparison table of runs."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages._ui.backbones import backbone_names
from pages._ui.forms import cli_command, summary
from pages._ui.shell import result_cache, tables
from pages._ui.shell.formatting import count, duration, epochs, plain, span
from translearn_core.config import ExperimentConfig
from translearn_core.results import Baseline, Evaluation, RunSummary
from translearn_core.results.diagnostics.baselines import MAJORITY
from translearn_core.results.format import percent
from translearn_core.runs import Run


def headline(evaluation: Evaluation, run_summary: RunSummary | None, rival: Baseline | None = None) -> None:
    """Show accuracy and macro-F1 with intervals beside a baseline.

    `rival` is the best baseline that trains no backbone, once computed.
    """
    test, validation = evaluation.metrics["test"], evaluation.metrics["validation"]
    accuracy, macro = test["accuracy"], test["macro_f1"]
    numbers = [
        (
            "Test accuracy",
            percent(accuracy.value),
            span(accuracy.low, accuracy.high),
            f"share of correct predictions on {test.n:,} rows that were held out; below it the 95 % interval",
        ),
        (
            "Test macro-F1",
            percent(macro.value),
            span(macro.low, macro.high),
            "unweighted mean of the F1 of the classes; below it the 95 % interval",
        ),
        _to_beat(evaluation, rival),
        (
            "Validation accuracy",
            percent(validation.headline.value),
            f"on {validation.n:,} rows",
            "rows the best epoch was chosen on, so this number is slightly optimistic",
        ),
    ]
    with st.grid(4, min_column_width=170):
        for label, value, below, meaning in numbers:
            st.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, help=meaning)
    if run_summary is not None:
        trained, total = run_summary.parameters["trainable"], run_summary.parameters["total"]
        reused = f" What stays frozen: {run_summary.reuse.summary()}." if run_summary.reuse else ""
        st.caption(
            f"Trained {count(trained)} of {count(total)} parameters for {epochs(run_summary.epochs)} (best: "
            f"{run_summary.best_epoch}) in {duration(run_summary.seconds['total'])} on "
            f"{plain(run_summary.device)}, {plain(run_summary.precision)}.{reused}"
        )
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(evaluation.frame(), "scores", key="scores")


def _to_beat(evaluation: Evaluation, rival: Baseline | None) -> tuple[str, str, str, str]:
    """Return label, value, caption and help of the baseline metric."""
    majority = percent(evaluation.majority)
    if rival is None or rival.name == MAJORITY:
        meaning = "test accuracy of predicting the most frequent training class for every text"
        return "Majority-class baseline", majority, "the baseline to beat", meaning
    sure = span(rival.headline.low, rival.headline.high)
    return (
        rival.name[:1].upper() + rival.name[1:],
        percent(rival.headline.value),
        f"{sure}, the baseline to beat",
        "test accuracy of the best baseline that trains no backbone; the majority-class baseline gets "
        f"{majority}",
    )


def how(run: Run[ExperimentConfig], config: ExperimentConfig, run_summary: RunSummary | None) -> None:
    """Show a run's settings and the command line that reproduces it."""
    with st.expander("All settings", icon=":material/tune:"):
        lines = summary.settings_of(config)
        if run_summary is not None:
            lines |= {f"seconds to {name}": f"{seconds:.1f}" for name, seconds in run_summary.seconds.items()}
        tables.table(
            pd.DataFrame({"setting": list(lines), "value": list(lines.values())}), "settings", key="settings"
        )
    cli_command.show(run, config)


def comparison(runs: Sequence[Run[ExperimentConfig]]) -> pd.DataFrame:
    """Return one row per run: scores with intervals, cost, and what was trained."""
    lines, tell = [], backbone_names.name_lookup()
    for run in runs:
        run_summary, config = result_cache.cached_result(run, RunSummary), run.job.config
        if run_summary is None:
            continue
        test = run_summary.test
        accuracy, macro = test["accuracy"], test["macro_f1"]
        lines.append(
            {
                "name": run.name,
                **accuracy.columns("accuracy", ""),
                "macro_f1": macro.value,
                "macro_f1_low": macro.low,
                "macro_f1_high": macro.high,
                "seconds": run_summary.seconds["total"],
                "trainable": run_summary.parameters["trainable"] / run_summary.parameters["total"],
                "trains": config.freeze.label,
                "backbone": tell(config.backbone.label),
                "epochs": run_summary.epochs,
                "seed": config.training.seed,
                "majority": run_summary.majority,
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
    "majority": tables.percent("majority-class baseline"),
    "seconds": st.column_config.NumberColumn(format="%.1f"),
}
"""Column labels of a comparison."""
