"""Cost of a study: number of runs, runs already done, estimated time."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.forms import freeze_map
from pages._ui.shell import jobs, state
from pages._ui.shell.formatting import about
from pages._ui.studies import study_list
from translearn_core.config import PlannedRun, job_id
from translearn_core.runs import Study
from translearn_core.runs.report_jobs import study_diagnosis


def count(planned: Sequence[PlannedRun]) -> None:
    """Show the number of runs of a study."""
    arms, seeds = len({run.name for run in planned}), len({run.seed for run in planned})
    done = len(planned) - len(unfinished_runs(planned))
    st.markdown(
        f"**{len(planned)} runs**: {arms} {'configuration' if arms == 1 else 'configurations'}, {seeds} "
        f"{'seed' if seeds == 1 else 'seeds'} each."
        + (f" {done} of them were trained before and cost nothing." if done else "")
    )


def unfinished_runs(planned: Sequence[PlannedRun]) -> list[PlannedRun]:
    """Return the runs that are not done yet."""
    done = set(study_list.study_store().progress(state.owner(), [job_id(run.config) for run in planned]).done)
    return [run for run in planned if job_id(run.config) not in done]


def time(seconds: float) -> None:
    """Show the estimated time of runs."""
    st.caption(
        f"About {about(seconds)} one after another, or less: frozen outputs are computed once for all of "
        "them. It goes on when you close this page."
    )


def seconds(study: Study, runs: Sequence[PlannedRun]) -> float | None:
    """Return the estimated seconds of runs of a study; None while the cost model is measured."""
    diagnosis = jobs.submit_and_watch(study_diagnosis(study.config))
    total = 0.0
    for backbone in study.config.backbones:
        configs = [run.config for run in runs if run.factors["backbone"] == backbone.label]
        if not configs:
            continue
        backbone_info = jobs.backbone_info(backbone)
        timing = freeze_map.profile_config(configs[0].model_copy(update={"backbone": backbone}))
        calibration = jobs.submit_and_watch(timing)
        if diagnosis is None or backbone_info is None or calibration is None:
            return None
        task = freeze_map.task_of(diagnosis)
        total += sum(calibration.estimate(backbone_info, config, task).seconds for config in configs)
    return total
