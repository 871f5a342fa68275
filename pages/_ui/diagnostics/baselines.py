"""Did transfer help here? A run beside the lines that need no training, and the same model from scratch."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from pages._ui.forms import freeze_map
from pages._ui.forms.draft import draft_of
from pages._ui.shell import errors, jobs, page_header, result_cache, tables
from pages._ui.shell.formatting import about, plain, short
from translearn_core import plots
from translearn_core.config import (
    BackboneInfoConfig,
    BaseConfig,
    BaselinesConfig,
    ExperimentConfig,
    from_scratch_control,
)
from translearn_core.results import BackboneInfo, Baseline, Baselines, CostModel, Diagnosis, Drift
from translearn_core.results.diagnostics.baselines import MAJORITY, SCRATCH, WORDS
from translearn_core.runs import Run, State

T = TypeVar("T")

TITLE = "Did transfer help, and how do you know?"
LOOK = (
    "A score means something only beside others. Look whether the bar of this run reaches past those of "
    "cheaper ways: the commonest class, counting words, a probe on the model as it came. Transfer itself "
    "is what the run has over the same model trained from nothing."
)
TRAINS = "ten passes of the whole model, which is the dearest training there is"
"""What training from scratch costs where it cannot be estimated."""

COLUMNS: dict[str, object] = {
    **tables.fractions("accuracy", "accuracy low", "accuracy high", "macro F1"),
    **tables.fractions("lead of the run", "lead low", "lead high"),
    "verdict": st.column_config.TextColumn(width="large"),
}
ORDER = (
    "baseline", "accuracy", "accuracy low", "accuracy high", "macro F1", "lead of the run", "lead low",
    "lead high", "layer", "verdict",
)  # fmt: skip
"""Columns on screen; the CSV has all."""


def lines(run: Run) -> Baselines | None:
    """Return what is known of a run's baselines without waiting, the run from scratch with it if it is."""
    control = _control(run)
    controls = [control.job.id] if control is not None and control.state is State.DONE else []
    for scratch in (*controls, None):
        asked = jobs.found(BaselinesConfig(job=run.job.id, scratch=scratch))
        if asked is not None and asked.state is State.DONE:
            return result_cache.cached_result(asked, Baselines)
    return None


def to_beat(run: Run) -> Baseline | None:
    """Return the best of a run's lines that train nothing below the head; None while none is known."""
    found = lines(run)
    cheap = [line for line in found.lines if line.name != SCRATCH] if found is not None else []
    return max(cheap, key=lambda line: line.accuracy, default=None)


def cheap(run: Run) -> dict[str, float]:
    """Return the test accuracies to draw beside a run's scores, by name; none where none is known yet."""
    found = lines(run)
    if found is None:
        return {}
    return {f"{line.name} (test)": line.accuracy for line in found.lines if line.name in (MAJORITY, WORDS)}


def of(runs: Sequence[Run]) -> dict[str, float]:
    """Return the same for runs that were tested on the same rows: what any of them knows."""
    return next(filter(None, map(cheap, runs)), {})


def panel(run: Run) -> None:
    """Answer whether transfer helped in a run; asks for the cheap lines at once."""
    st.subheader(TITLE, anchor=False)
    st.markdown(LOOK)
    control = _control(run)
    scratch = control.job.id if control is not None and control.state is State.DONE else None
    found = jobs.submit_and_watch(
        BaselinesConfig(job=run.job.id, scratch=scratch), Baselines, "Computing what it must be held against"
    )
    if found is None:
        found = lines(run)
    if found is not None:
        _show(found)
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    if not config.backbone.random_init:
        _from_scratch(run, config, control)


def _show(found: Baselines) -> None:
    st.markdown(f"**{plain(found.sentence)}**")
    for line in found.lines:
        if line.negative_transfer:
            st.error(plain(line.negative_transfer), icon=":material/trending_down:")
    picture = plots.baseline_dots(found, page_header.dark())
    st.plotly_chart(
        picture,
        key="baselines",
        config=tables.CONFIG,
        theme=None,
        alt="Test accuracy of the run and its lines",
    )
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(found.frame(), "baselines", key="baselines", config=COLUMNS, order=ORDER)
    st.caption("  \n".join(plain(caveat) for caveat in found.caveats))


def _from_scratch(run: Run, config: ExperimentConfig, control: Run | None) -> None:
    """Offer to train the same model from nothing, or show how far that is."""
    made = _scratch(run, config)
    if made is None or (control is not None and control.state is State.DONE):
        return
    if control is not None and control.state.live:
        jobs.watch(control, "Training the same model from scratch")
        return
    if control is not None and control.state is State.FAILED:
        errors.show_error(control.job.reason or "Training from scratch failed without saying why.")
    st.caption(
        f"Whether it was transfer shows only beside the same model from nothing: {_cost(config, made)}."
    )
    if st.button("Train from scratch too", key="train_scratch", icon=":material/restart_alt:"):
        jobs.submit(made, short(f"{run.name}, from scratch", 200))
        st.rerun()


def _scratch(run: Run, config: ExperimentConfig) -> ExperimentConfig | None:
    """Return the experiment from scratch; None where the backbone's blocks are not known."""
    drift = result_cache.cached_result(run, Drift)
    if drift is None or config.backbone.random_init:
        return None
    blocks = sum(str(part).startswith("block ") for part in drift.by_part()["part"])
    return from_scratch_control(config, blocks)


def _control(run: Run) -> Run | None:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    made = _scratch(run, config)
    return jobs.found(made) if made is not None else None


def _cost(config: ExperimentConfig, made: ExperimentConfig) -> str:
    """Say what training from scratch costs, from steps that were timed before."""
    anatomy = _known(BackboneInfoConfig(backbone=config.backbone), BackboneInfo)
    diagnosis = _known(draft_of(config).diagnose, Diagnosis)
    calibration = _known(freeze_map.timing(config), CostModel)
    if anatomy is None or diagnosis is None or calibration is None:
        return TRAINS
    seconds = calibration.estimate(anatomy, made, freeze_map.task_of(diagnosis)).seconds
    return f"{made.training.epochs} passes of the whole model, about {about(seconds)}"


def _known(question: BaseConfig | None, kind: type[T]) -> T | None:
    """Return the answer to a question where it was asked before."""
    asked = jobs.found(question) if question is not None else None
    return result_cache.cached_result(asked, kind) if asked is not None else None
