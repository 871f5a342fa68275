"""Test scores with intervals and baseline, and the comparison table of runs."""

from collections.abc import Sequence

import pandas as pd

from pages._ui.backbones import backbone_names
from pages._ui.forms import cli_command, summary
from pages._ui.shell import jobs, navigation, result_cache, st, state, tables
from pages._ui.shell.formatting import count, duration, epochs, plain
from translearn_core.config import ExperimentConfig, HeadKind
from translearn_core.errors import NotFoundError
from translearn_core.jobs import TRAIN
from translearn_core.results import Baseline, Evaluation, RunSummary
from translearn_core.results.diagnostics.baselines import CONSTANTS
from translearn_core.results.metric import metric_of
from translearn_core.runs import Run
from translearn_core.runs.joint_runs import shared_name, target_of
from translearn_core.tasks import PROBLEMS


def transfer(config: ExperimentConfig) -> None:
    """Say which domains a run learned from and was tested on, and by which way, if it chose some."""
    if (sentence := summary.transfer_sentence(config)) is not None:
        st.markdown(sentence)


def headline(
    run: Run[ExperimentConfig],
    evaluation: Evaluation,
    run_summary: RunSummary | None,
    rival: Baseline | None = None,
) -> None:
    """Show the test scores with intervals beside a baseline, and the headline on validation.

    `rival` is the best baseline that trains no backbone, once computed.
    """
    test, validation = evaluation.metrics["test"], evaluation.metrics["validation"]
    held_out = f"on {test.n:,} rows that were held out; below it the 95 % interval"
    numbers = [
        (
            f"Test {metric.label}",
            metric.format(score.value),
            metric.format_range(score, " – "),
            f"{metric.meaning or metric.label} {held_out}",
        )
        for metric, score in ((metric_of(name), score) for name, score in test.scores.items())
    ]
    numbers += [
        _to_beat(evaluation, rival),
        (
            f"Validation {test.metric.label}",
            test.metric.format(validation.headline.value),
            f"on {validation.n:,} rows",
            "rows that did not train"
            if run.job.config.head.kind is HeadKind.PROBE
            else "rows the best epoch was chosen on, so this number is slightly optimistic",
        ),
    ]
    with st.grid(len(numbers), min_column_width=170):
        for label, value, below, meaning in numbers:
            st.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, help=meaning)
    if run_summary is not None:
        trained, total = run_summary.parameters["trainable"], run_summary.parameters["total"]
        reused = f" What stays frozen: {run_summary.reuse.summary()}." if run_summary.reuse else ""
        passes = f"for {epochs(run_summary.epochs)} (kept: {run_summary.best_epoch})"
        st.caption(
            f"Trained {count(trained)} of {count(total)} parameters "
            f"{'at once' if run.job.config.fitted_at_once else passes} in "
            f"{duration(run_summary.seconds['total'])} on "
            f"{plain(run_summary.device)}, {plain(run_summary.precision)}.{reused}"
        )
        _early_stage(run, run_summary)
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(evaluation.frame(), "scores", key="scores")


def by_domain(evaluation: Evaluation) -> None:
    """Show the test scores of each domain, where there are several."""
    if not evaluation.domains:
        return
    st.markdown("**Test scores by domain**")
    rows = [{"domain": name, "n": m.n} | m.score_columns() for name, m in evaluation.domains.items()]
    frame = pd.DataFrame(rows)
    shares = {name for m in evaluation.domains.values() for name in m.scores if metric_of(name).share}
    columns = [c for c in frame if any(c.startswith(metric_of(name).column) for name in shares)]
    tables.table(frame, "domains", key="domain_scores", config=tables.fractions(*columns))


def _early_stage(run: Run[ExperimentConfig], run_summary: RunSummary) -> None:
    """Say that an early stage was kept, and offer the end of the training as a run of its own."""
    config = run.job.config
    if not (sentence := run_summary.early_stage_sentence(config)):
        return
    st.info(plain(sentence), icon=":material/history:")
    if config.joint_run is not None:
        return
    last = jobs.with_last_epoch(config, run.job.id)
    if (known := jobs.find_run(last)) is not None:
        navigation.link("results", "Results of the end of this training", run=known.id)
    elif st.button(
        "Keep the end of this training too",
        key="keep_last_epoch",
        icon=":material/skip_next:",
        help="as a run of its own, with its scores; nothing is trained again",
    ):
        navigation.switch_to("run", run=jobs.submit(last, f"{run.name}, last epoch").id)


def _to_beat(evaluation: Evaluation, rival: Baseline | None) -> tuple[str, str, str, str]:
    """Return label, value, caption and help of the baseline metric."""
    metric, constant = evaluation.metrics["test"].metric, PROBLEMS[evaluation.problem].constant_name
    value = metric.format(evaluation.constant_baseline)
    if rival is None or rival.name in CONSTANTS.values():
        meaning = f"the baseline to beat: test {metric.label} of the best constant prediction"
        return _capitalised(constant), value, "best constant prediction", meaning
    return (
        _capitalised(rival.name),
        metric.format(rival.headline.value),
        metric.format_range(rival.headline, " – "),
        f"the baseline to beat: test {metric.label} of the best that trains no backbone; the {constant} gets "
        f"{value}",
    )


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def settings_and_command(
    run: Run[ExperimentConfig], config: ExperimentConfig, run_summary: RunSummary | None
) -> None:
    """Show a run's settings and the command line that reproduces it."""
    with st.expander("All settings", icon=":material/tune:"):
        lines = summary.settings_of(config)
        if run_summary is not None:
            lines |= {f"seconds to {name}": f"{seconds:.1f}" for name, seconds in run_summary.seconds.items()}
        tables.table(
            pd.DataFrame({"setting": list(lines), "value": list(lines.values())}), "settings", key="settings"
        )
    cli_command.show(run, _trained(run, config))


def _trained(run: Run[ExperimentConfig], config: ExperimentConfig) -> ExperimentConfig:
    """Return the experiment that was trained: of one of several targets, that of all if it still exists."""
    if config.joint_run is None:
        return config
    try:
        return state.store().run(run.owner, config.joint_run, TRAIN).job.config
    except NotFoundError:
        return config.model_copy(update={"joint_run": None})


def comparison(runs: Sequence[Run[ExperimentConfig]], *, by_target: bool = False) -> pd.DataFrame:
    """Return one row per run: scores with intervals, cost, and what was trained.

    `by_target`: the runs of targets trained together have one name, and their targets a column if there are
    any.
    """
    lines, tell = [], backbone_names.name_lookup()
    by_target = by_target and any(map(target_of, runs))
    for run in runs:
        run_summary, config = result_cache.cached_result(run, RunSummary), run.job.config
        if run_summary is None:
            continue
        test = run_summary.test
        lines.append(
            {
                "name": shared_name(run) if by_target else run.name,
                **({"target": target_of(run) or ""} if by_target else {}),
                **test.score_columns(),
                "seconds": run_summary.seconds["total"],
                "trainable": run_summary.parameters["trainable"] / run_summary.parameters["total"],
                "trains": config.method_name(run_summary.kept_weights(config)),
                "backbone": tell(config.backbone.label),
                "epochs": run_summary.epochs,
                "seed": config.training.seed,
                "constant baseline": run_summary.constant_baseline,
                "test rows": test.n,
            }
        )
    return pd.DataFrame(lines)


def columns(runs: Sequence[Run[ExperimentConfig]]) -> dict[str, object]:
    """Return the column settings of the comparison of `runs`."""
    shares = ["trainable"]
    for run in runs:
        if run_summary := result_cache.cached_result(run, RunSummary):
            test = run_summary.test
            shares += [*test.share_columns, *("constant baseline",) * test.metric.share]
    return tables.fractions(*shares) | {"seconds": st.column_config.NumberColumn(format="%.1f")}
