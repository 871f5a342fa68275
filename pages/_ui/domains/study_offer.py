"""Cost and start button of a study between domains."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.forms import freeze_map
from pages._ui.forms.require_task import Ready
from pages._ui.shell.formatting import plain
from pages._ui.studies import study_cost
from translearn_core.config import ExperimentConfig, FreezePlan, PlannedRun, TrainingConfig
from translearn_core.results import Workload


def trained_experiment(ready: Ready) -> ExperimentConfig:
    """Return the draft's experiment; where it trains the head alone, with the last two blocks."""
    alone = {"adaptation": None, "self_training": None, "resume_from": None, "joint_run": None}
    experiment = ready.experiment.model_copy(update=alone)
    if experiment.trains_backbone:
        return experiment
    plan = FreezePlan.last_n(min(2, ready.backbone_info.n_blocks), ready.backbone_info.n_blocks)
    training = TrainingConfig.defaults_for(plan, experiment.data.problem)
    return ExperimentConfig(
        data=experiment.data,
        backbone=experiment.backbone,
        freeze=plan,
        training=training.model_copy(update={"seed": experiment.training.seed}),
    ).with_default_encoding()


def cost(ready: Ready, experiment: ExperimentConfig, planned: Sequence[PlannedRun]) -> None:
    """Show the number of runs, what they train and, once the cost model is measured, their time."""
    left = study_cost.unfinished_runs(planned)
    st.caption(
        plain(
            f"{len(planned)} runs, {len(planned) - len(left)} of them finished; each trains "
            f"{experiment.freeze.label}."
        )
    )
    calibration = freeze_map.measured_cost_model(ready.draft)
    if calibration is not None and left:
        task = Workload.of(ready.diagnosis)
        study_cost.time(
            sum(calibration.estimate(ready.backbone_info, run.config, task).seconds for run in left)
        )
