"""What a study comes to: how many runs, how many are there already, and about how long the others take."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.forms import freeze_map
from pages._ui.shell import jobs, state
from pages._ui.shell.formatting import about
from pages._ui.studies import study_list
from translearn_core.config import BackboneInfoConfig, PlannedRun, job_id
from translearn_core.results import BackboneInfo, CostModel, Diagnosis
from translearn_core.runs import Study
from translearn_core.runs.report_jobs import about_its_data


def count(planned: Sequence[PlannedRun]) -> None:
    """Say how many runs a study makes."""
    ways, seeds = len({one.name for one in planned}), len({one.seed for one in planned})
    there = len(planned) - len(left(planned))
    st.markdown(
        f"**{len(planned)} runs**: {ways} {'way' if ways == 1 else 'ways'}, {seeds} "
        f"{'seed' if seeds == 1 else 'seeds'} each."
        + (f" {there} of them were trained before and cost nothing." if there else "")
    )


def left(planned: Sequence[PlannedRun]) -> list[PlannedRun]:
    """Return the runs that were not trained before."""
    there = set(study_list.book().progress(state.owner(), [job_id(one.config) for one in planned]).done)
    return [one for one in planned if job_id(one.config) not in there]


def time(seconds: float) -> None:
    """Say about how long runs take."""
    st.caption(
        f"About {about(seconds)} one after another, or less: what stays frozen is computed once for all "
        "of them. It goes on when you close this page."
    )


def seconds(study: Study, wanted: Sequence[PlannedRun]) -> float | None:
    """Return about how long runs of a study take; None while what that depends on is being found out."""
    diagnosis = jobs.submit_and_watch(about_its_data(study.config), Diagnosis, "Looking at the task")
    found = 0.0
    for backbone in study.config.backbones:
        mine = [one.config for one in wanted if one.cell["backbone"] == backbone.label]
        if not mine:
            continue
        anatomy = jobs.submit_and_watch(
            BackboneInfoConfig(backbone=backbone), BackboneInfo, "Looking into the model"
        )
        timing = freeze_map.timing(mine[0].model_copy(update={"backbone": backbone}))
        calibration = jobs.submit_and_watch(timing, CostModel, "Timing a few real steps on this machine")
        if diagnosis is None or anatomy is None or calibration is None:
            return None
        task = freeze_map.task_of(diagnosis)
        found += sum(calibration.estimate(anatomy, config, task).seconds for config in mine)
    return found
