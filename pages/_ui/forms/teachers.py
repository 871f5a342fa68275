"""Teachers for distillation: finished runs on the same labels, best on validation first."""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from pages._ui.backbones import backbone_names
from pages._ui.forms import config_fields
from pages._ui.runs import run_picker
from pages._ui.shell import result_cache, st, state
from pages._ui.shell.formatting import shorten_middle
from translearn_core.config import CleaningRule, DataConfig, ExperimentConfig
from translearn_core.errors import ConfigError
from translearn_core.results import RunSummary
from translearn_core.runs import Run
from translearn_core.tasks import PROBLEMS

RARE = (CleaningRule.DROP_RARE, CleaningRule.MERGE_RARE)
"""Cleaning rules that depend on `rare_class_below`."""
BETWEEN = ", "
"""Separator between the parts of a default run name."""
LONGEST = 44
"""Characters of a name that are shown."""
ORDER = "the run whose predictions are distilled; the best first, by validation score"


def eligible_teachers(data: DataConfig) -> list[tuple[Run, RunSummary]]:
    """Return runs on the same labels with their summaries, best validation score first."""
    candidates = [
        (run, result_cache.cached_result(run, RunSummary))
        for run in run_picker.runs_with_results()
        if _same_labels(run, data)
    ]
    scored = [(run, summary) for run, summary in candidates if summary is not None]
    return sorted(scored, key=lambda pair: -pair[1].validation.headline.value)


def choose(data: DataConfig, key: str, *, begin: str | None = None, lacking: str) -> str | None:
    """Choose the teacher, at first `begin` or the best; show `lacking` if there is none."""
    eligible = eligible_teachers(data)
    if not eligible:
        st.caption(lacking)
        return None
    names = _option_labels(eligible)
    first, offered = begin if begin in names else next(iter(names)), f"{key}.offered"
    if state.get_value(key) not in names or state.get_value(key) == state.get_value(
        offered
    ):  # not chosen by hand
        state.set_value(key, first)
    state.set_value(offered, first)
    job: str = st.selectbox(
        config_fields.LABELS["teacher"],
        list(names),
        format_func=names.__getitem__,
        key=key,
        help=ORDER,
        persist_state="session",
    )
    summary = next(summary for run, summary in eligible if run.job.id == job)
    metric, score = summary.validation.metric, summary.validation.headline
    if score.low <= summary.constant_baseline:
        st.warning(
            f"Validation {metric.label} of this run is {metric.format(score.value)}, which may be no better "
            f"than the {PROBLEMS[data.problem].constant_name} ({metric.format(summary.constant_baseline)}): "
            "there is little to learn from it.",
            icon=":material/warning:",
        )
    return job


def check(experiment: ExperimentConfig) -> None:
    """Raise `ConfigError` if an experiment's teacher is gone, or knows other labels."""
    if experiment.distil is None:
        return
    if any(run.job.id == experiment.distil.teacher for run, _ in eligible_teachers(experiment.data)):
        return
    raise ConfigError(
        config_fields.LABELS["teacher"],
        teacher_name(experiment.distil.teacher),
        f"a finished run on the labels of column {experiment.data.label!r} of this table; the Recipe page "
        "offers those there are, or to learn without one",
    )


def teacher_name(job: str) -> str:
    """Return the name of the teacher; the id of its job if it was deleted."""
    return next((run.name for run in run_picker.pick_runs() if run.job.id == job), job)


def _option_labels(eligible: Sequence[tuple[Run, RunSummary]]) -> dict[str, str]:
    """Return option labels by job: score and the name without the prefix shared by all.

    Equal labels get a short id, since a select box does not distinguish them.
    """
    parts = [run.name.split(BETWEEN) for run, _ in eligible]
    alike = takewhile(lambda same: len(set(same)) == 1, zip(*parts, strict=False))
    shared = min(sum(1 for _ in alike), *(len(name_parts) - 1 for name_parts in parts))
    labels = {
        run.job.id: f"{summary.validation.metric.format(summary.validation.headline.value)}  ·  "
        + shorten_middle(BETWEEN.join(name_parts[shared:]), LONGEST)
        for name_parts, (run, summary) in zip(parts, eligible, strict=True)
    }
    counts = Counter(labels.values())
    return {
        job: text + f" ({job[: backbone_names.SHORT]})" * (counts[text] > 1) for job, text in labels.items()
    }


def _same_labels(run: Run[ExperimentConfig], data: DataConfig) -> bool:
    config = run.job.config
    names = ["dataset", "targets", "cleaning"] + ["rare_class_below"] * any(
        fix in RARE for fix in data.cleaning
    )
    return all(getattr(config.data, name) == getattr(data, name) for name in names)
