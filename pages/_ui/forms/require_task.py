"""Preconditions of pages that configure an experiment."""

from dataclasses import dataclass

from pages._ui.runs import run_actions
from pages._ui.shell import jobs, navigation, page_header, st, state
from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig
from translearn_core.jobs import BackboneInfoConfig, ReadConfig
from translearn_core.results import BackboneInfo, Diagnosis
from translearn_core.runs import Dataset

NO_TABLE = "There is no table yet, or its columns are not chosen."
NO_LABELS = (
    "This needs labels, and the table has a column of texts alone. Texts without labels can be clustered: "
    "name the clusters, and they become the labels."
)
NO_BACKBONE = (
    "These settings are TF-IDF with logistic regression: words are counted, and there are no layers to "
    "freeze or to train."
)
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


def require_backbone() -> None:
    """End the page with the next step if the draft counts words instead of using a pretrained backbone."""
    if state.draft().backbone.is_tfidf:
        st.info(NO_BACKBONE, icon=":material/format_list_numbered:")
        st.button(
            "Choose a pretrained backbone",
            key="replace_tfidf",
            type="primary",
            icon=":material/layers:",
            on_click=state.replace_tfidf,
        )
        navigation.stop_page()


def require_columns(lacking: str = NO_TABLE) -> None:
    """End the page with the next step if there is no table, or no column of texts and labels chosen."""
    dataset, draft = state.dataset(), state.draft()
    if dataset is not None and draft.text is None:
        draft = _suggested_columns(dataset)
    if dataset is not None and draft.lacks_labels:
        page_header.empty(NO_LABELS, "Find clusters", "clusters")
    if dataset is None or draft.data is None:
        page_header.empty(lacking, "Choose a table", "data")


def known_backbone(backbone: BackboneConfig) -> BackboneInfo:
    """Return the architecture of the draft's backbone, to which the draft is fitted.

    Ends the page with the progress while it is not known, and with the next step if it cannot be.
    """
    backbone_info = jobs.backbone_info(backbone)
    if backbone_info is None:
        if jobs.failed(BackboneInfoConfig(backbone=backbone)):
            navigation.link("backbone", "Choose another backbone")
        navigation.stop_page()
    state.fit_to(backbone_info)
    return backbone_info


def _suggested_columns(dataset: Dataset) -> state.Draft:
    """Return the draft with the suggested columns; ends the page with the progress while they are found."""
    config = ReadConfig(dataset=dataset.digest)
    profile = jobs.submit_and_watch(config)
    if profile is None:
        if jobs.failed(config):
            navigation.link("data", "Go to the data")
        navigation.stop_page()
    draft = state.accept(profile)
    if draft.text is not None:
        st.rerun()  # what stands above was drawn without the columns
    return draft


def require_task(lacking: str = NO_TABLE, *, learnable: bool = True, pretrained: bool = True) -> Ready:
    """Return the task, or end the page with the next step.

    `lacking` is shown if there is no table; `learnable` requires that no finding blocks training,
    `pretrained` that there is a backbone.
    """
    require_columns(lacking)
    dataset, draft = state.dataset(), state.draft()
    assert dataset is not None
    assert draft.data is not None
    if pretrained:
        require_backbone()
    backbone_info = known_backbone(draft.backbone)
    draft = state.draft()
    diagnosis = run_actions.result_or_stop(draft.diagnose, "stop-diagnose")
    if diagnosis is None:
        navigation.stop_page()
    if learnable and not diagnosis.usable:
        page_header.empty(UNUSABLE, "Go to the data", "data")
    assert draft.data is not None
    return Ready(dataset, draft, draft.data, draft.experiment, backbone_info, diagnosis)
