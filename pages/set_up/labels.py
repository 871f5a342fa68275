"""Labels page: rows and classes whose labels may be wrong, edited into a new version of the data set."""

from pages._ui.clusters import cluster_form
from pages._ui.datasets import label_editor, label_versions, next_rows
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.runs import run_actions
from pages._ui.shell import documentation_links, navigation, page_header, state
from translearn_core.jobs import LABEL_REVIEW, LabelReviewConfig

page_header.header(
    "labels",
    "A model learns what the labels say, errors included. These are the rows and classes worth a look; "
    "correct what is wrong. Your file stays as it came: each save makes a new version of the data set.",
)
dataset, draft = state.dataset(), cluster_form.with_texts()
if dataset is not None and draft.lacks_labels:
    label_versions.picker(dataset)
    next_rows.panel(dataset, draft)
    navigation.link("clusters", "Find clusters to name instead")
    navigation.stop_page()
if dataset is None or draft.data is None:
    page_header.empty("There is no table yet, or its columns are not chosen.", "Choose a table", "data")
label_versions.picker(dataset)
if draft.experiment is not None and not diagnostic.supported(LABEL_REVIEW, draft.experiment):
    navigation.stop_page()
run = label_versions.latest_run(draft.data)
review = run_actions.result_or_stop(
    LabelReviewConfig(data=draft.data, backbone=draft.backbone, job=run.job.id if run else None),
    "stop-label_review",
)
if review is None:
    navigation.stop_page()
documentation_links.more_about("diagnostics", LABEL_REVIEW.kind)
label_editor.panel(dataset, draft.data, review)
next_rows.panel(dataset, draft)
label_versions.panel(dataset)
