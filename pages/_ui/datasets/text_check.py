"""Findings on texts without labels beside what the backbone reads."""

from pages._ui.datasets import findings
from pages._ui.shell import jobs, navigation, state
from translearn_core.jobs.tables import TextCheckConfig
from translearn_core.results import Finding, Severity


def panel(draft: state.Draft) -> tuple[Finding, ...]:
    """Show what the draft's backbone does not read of a table without labels, and return it.

    Nothing is returned while the texts are checked, nor of a table with labels.
    """
    if not draft.lacks_labels or draft.dataset is None or draft.text is None:
        return ()
    config = TextCheckConfig(dataset=draft.dataset, text=draft.text, backbone=draft.backbone)
    check = jobs.submit_and_watch(config)
    if check is None:
        return ()
    findings.cards(check.findings, "text_check")
    if any(finding.severity is Severity.WARNING for finding in check.findings):
        navigation.link("backbone", "Choose another backbone")
    return check.findings
