"""Preconditions of pages that configure an experiment."""

from dataclasses import dataclass

from pages._ui.shell import jobs, navigation, page_header, state
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.results import BackboneInfo, Diagnosis
from translearn_core.runs import Dataset

NO_TABLE = "There is no table yet, or its columns are not chosen."
UNUSABLE = "Something in the table stops training: see the red card on the Data page."


@dataclass(frozen=True)
class Ready:
    """A diagnosed table with a known backbone; the draft fits the backbone."""

    dataset: Dataset
    draft: state.Draft
    data: DataConfig
    experiment: ExperimentConfig
    backbone_info: BackboneInfo
    diagnosis: Diagnosis


def require_task(lacking: str = NO_TABLE, *, learnable: bool = True) -> Ready:
    """Return the task, or end the page with the next step.

    `lacking` is shown if there is no table; `learnable` requires that no finding blocks training.
    """
    dataset, draft = state.dataset(), state.draft()
    if dataset is None or draft.data is None:
        page_header.empty(lacking, "Choose a table", "data")
    backbone_info = jobs.backbone_info(draft.backbone)
    diagnosis = jobs.submit_and_watch(draft.diagnose)
    if backbone_info is None or diagnosis is None:
        navigation.stop_page()
    if learnable and not diagnosis.usable:
        page_header.empty(UNUSABLE, "Go to the data", "data")
    draft = state.fit_to(backbone_info)
    return Ready(dataset, draft, draft.data, draft.experiment, backbone_info, diagnosis)
