"""Cost of a study: number of runs, runs already done, estimated time."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.forms import freeze_map
from pages._ui.shell import jobs, state
from pages._ui.shell.formatting import about
from pages._ui.studies import study_list
from translearn_core.config import PlannedRun, StudyConfig, job_id
from translearn_core.results import Workload
from translearn_core.results.format import count_noun, was_or_were
from translearn_core.runs import Study
from translearn_core.runs.report_jobs import study_diagnosis


def describe_runs(config: StudyConfig, planned: Sequence[PlannedRun], done: int) -> str:
    """Return a sentence on the number of runs, configurations and seeds; `done` runs are finished."""
    arms = len({run.name for run in planned})
    folds = f" and {count_noun(config.k_folds, 'fold')}" if config.k_folds else ""
    text = (
        f"**{count_noun(len(planned), 'run')}**: {count_noun(arms, 'configuration')}, "
        f"{count_noun(len(config.seeds), 'seed')}{folds} each."
    )
    if config.combinations > arms:
        text += f" Of the {config.combinations:,} combinations some train the same: those count once."
    return f"{text} {done:,} of them {was_or_were(done)} trained before, at no cost." if done else text


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
        task = Workload.of(diagnosis)
        total += sum(calibration.estimate(backbone_info, config, task).seconds for config in configs)
    return total
