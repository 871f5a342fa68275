"""Setup of a label efficiency curve: label counting, subset sizes, seeds, study."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages._ui.shell import jobs, st
from pages._ui.studies import study_list
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import DiagnoseConfig, LabelEfficiencyConfig
from translearn_core.jobs.spec import NUMBERS
from translearn_core.results import Diagnosis
from translearn_core.runs import Run, Study
from translearn_core.runs.studies.label_efficiency import (
    belongs,
    label_efficiency_arms,
    label_efficiency_config,
    label_efficiency_sizes,
    suggested_sizes,
)

TOTAL, EACH = "in total", "for each class"
SEEDS = 3
"""Default number of draws of the labels: the fewest that allow an estimate of the variance."""


@dataclass(frozen=True)
class Curve:
    """Label efficiency curve of one run; `balanced`: equally many labels for each class."""

    run: Run
    experiment: ExperimentConfig
    diagnosis: Diagnosis
    balanced: bool
    offered: tuple[int, ...]
    study: Study | None

    @property
    def rows(self) -> int:
        """Number of training rows."""
        return self.diagnosis.rows["train"]

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that draw the labels."""
        return self.study.config.seeds if self.study else tuple(range(SEEDS))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of labels."""
        trained = label_efficiency_sizes(self.study, self.rows) if self.study else ()
        return tuple(sorted({*self.offered, *trained}))

    def question(self, done: Sequence[str] = (), at: int | None = None) -> LabelEfficiencyConfig:
        """Return the job config for a target of `at` labels, by default about 64, with the runs `done`."""
        arms = label_efficiency_arms(self.study, done, self.rows) if self.study else ()
        return label_efficiency_config(
            self.experiment, self.sizes, self.seeds, balanced=self.balanced, arms=arms, reference_size=at
        )


def diagnose_config(config: ExperimentConfig) -> DiagnoseConfig:
    """Return the diagnosis config of a run's table with all its training rows."""
    data = config.data.model_copy(update={"train_rows": None, "subset_seed": None, "balanced_subset": False})
    return DiagnoseConfig(data=data, backbone=config.backbone, token_limit=config.features.token_limit)


def curve_of(run: Run, config: ExperimentConfig) -> Curve | None:
    """Return a run's curve with the chosen label counting; None while the table is diagnosed."""
    diagnosis = jobs.submit_and_watch(diagnose_config(config))
    if diagnosis is None:
        return None
    balanced = config.data.problem not in NUMBERS and _counted(run) == EACH
    counts = [int(n) for n in diagnosis.counts["train"] if n]
    offered = suggested_sizes(diagnosis.rows["train"], counts if balanced else ())
    studies = (
        study
        for study in study_list.study_store().all(run.owner)
        if belongs(study, config, balanced=balanced)
    )
    return Curve(run, config, diagnosis, balanced, offered, next(studies, None))


def _counted(run: Run) -> str:
    """Choose how the labels are counted."""
    counted: str = st.segmented_control(
        "Labels counted",
        [TOTAL, EACH],
        default=TOTAL,
        required=True,
        key=f"curve_counted-{run.id}",
        help="in total: classes are as common as in the table; for each class: all classes get equally many",
    )
    return counted
