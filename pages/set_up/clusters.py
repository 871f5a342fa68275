"""Clusters page: groups of texts without labels, which become labels."""

from pages._ui.clusters import cluster_form, cluster_labels, cluster_texts
from pages._ui.datasets import text_check
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.domains import domain_form, languages
from pages._ui.forms import cli_command, require_task
from pages._ui.results import report
from pages._ui.shell import navigation, page_header, st, state
from translearn_core.config import job_id
from translearn_core.jobs.diagnostics.unlabelled_texts import CLUSTERS

page_header.header(
    "clusters",
    "Texts that need no labels: the backbone's vectors are grouped, and each group is named by its words. "
    "Name the groups yourself, and they become labels to correct and to learn from.",
)
dataset, draft = state.dataset(), cluster_form.with_texts()
if dataset is None or draft.text is None:
    page_header.empty(require_task.NO_TABLE, "Choose a table", "data")
if draft.sentence is not None:
    st.caption("Each row of this table is a word: clusters are made of texts.")
    navigation.stop_page()
require_task.require_backbone()
found = text_check.panel(draft)
languages.panel(dataset, draft.text, found, domain_form.columns(), shown=True)
diagnostic.heading(CLUSTERS)
config = cluster_form.choose(dataset, draft)
result = None if config is None else diagnostic.result(CLUSTERS, config)
if result is not None:
    cluster_texts.show(result)
    if not result.clusters.empty:
        cluster_labels.panel(dataset, job_id(config), result)
    command = cli_command.clusters(dataset, config)
    report.diagnostic_panel(f"Clusters of {dataset.name}", config, command=command)
