"""Cost and start button of a study between domains."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pages._ui.forms import freeze_map
from pages._ui.forms.require_task import Ready
from pages._ui.shell import st, state
from pages._ui.shell.formatting import plain
from pages._ui.studies import study_cost
from translearn_core.config import ExperimentConfig, FreezePlan, PlannedRun, TrainingConfig
from translearn_core.results import CostModel
from translearn_core.results.costs.study_cost import Timing, estimate_study


@dataclass
class OneEstimate:
    """Cost model of the draft's backbone for a page that needs it in several places.

    Its progress, or why there is none, is shown in the first of them.
    """

    draft: state.Draft
    shown: bool = False

    def cost_model(self) -> CostModel | None:
        """Return the cost model, None while it is not known."""
        if self.shown:
            return freeze_map.cached_cost_model(self.draft)
        self.shown = True
        return freeze_map.measured_cost_model(self.draft)


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


def runs_by_arm(planned: Sequence[PlannedRun]) -> str:
    """Return the number of runs of each way or source, such as "source only 3, CORAL 6"."""
    names = (run.factors.get("way") or run.factors["source"] for run in planned)
    return ", ".join(f"{name} {number}" for name, number in Counter(names).items())


def cost(
    ready: Ready, experiment: ExperimentConfig, planned: Sequence[PlannedRun], estimate: OneEstimate
) -> None:
    """Show the number of runs, what they train and, once the cost model is measured, their time."""
    left = study_cost.unfinished_runs(planned)
    st.caption(
        plain(
            f"{len(planned)} runs ({runs_by_arm(planned)}), {len(planned) - len(left)} of them finished; "
            f"each trains {experiment.freeze.label}."
        )
    )
    calibration = estimate.cost_model()
    if calibration is not None and left:
        timings = {experiment.backbone.label: Timing(ready.backbone_info, calibration)}
        study_cost.by_arm(estimate_study(left, timings, ready.diagnosis), key="domain_costs")
