"""What a run's label curve is made of: labels as they are counted, sizes, draws, and its study."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages._ui.forms import freeze_map
from pages._ui.shell import jobs
from pages._ui.studies import study_list
from translearn_core.config import DiagnoseConfig, ExperimentConfig, LabelEfficiencyConfig
from translearn_core.results import Diagnosis
from translearn_core.runs import Run, Study
from translearn_core.runs.label_efficiency_studies import (
    belongs,
    label_efficiency_arms,
    label_efficiency_config,
    label_efficiency_sizes,
    suggested_sizes,
)

TOTAL, EACH = "in total", "for each class"
SEEDS = 3
"""Draws of the labels at first: the fewest that tell chance from difference."""


@dataclass(frozen=True)
class Curve:
    """One run's curve; `balanced`: all classes get equally many labels."""

    run: Run
    experiment: ExperimentConfig
    diagnosis: Diagnosis
    balanced: bool
    offered: tuple[int, ...]
    study: Study | None

    @property
    def rows(self) -> int:
        """All training rows."""
        return freeze_map.task_of(self.diagnosis).train

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
        """Return what to ask about `at` labels, about 64 where nobody says, with the runs that are done."""
        cells = label_efficiency_arms(self.study, done, self.rows) if self.study else ()
        return label_efficiency_config(
            self.experiment, self.sizes, self.seeds, balanced=self.balanced, cells=cells, at=at
        )


def look_of(config: ExperimentConfig) -> DiagnoseConfig:
    """Return the question what the table of a run is as a task, with all its training rows."""
    data = config.data.model_copy(update={"train_rows": None, "rows_seed": None, "balanced": False})
    return DiagnoseConfig(data=data, backbone=config.backbone, token_limit=config.features.token_limit)


def curve_of(run: Run, config: ExperimentConfig) -> Curve | None:
    """Return a run's curve as it is chosen to be counted; None while the labels are being counted."""
    diagnosis = jobs.submit_and_watch(look_of(config), Diagnosis, "Counting the labels")
    if diagnosis is None:
        return None
    counted = st.segmented_control(
        "Labels counted",
        [TOTAL, EACH],
        default=TOTAL,
        required=True,
        key=f"curve_counted-{run.id}",
        help="in total: classes are as common as in the table; for each class: all classes get equally many",
    )
    balanced = counted == EACH
    counts = [int(n) for n in diagnosis.counts["train"] if n]
    offered = suggested_sizes(sum(counts), counts if balanced else ())
    mine = (study for study in study_list.book().all(run.owner) if belongs(study, config, balanced=balanced))
    return Curve(run, config, diagnosis, balanced, offered, next(mine, None))
