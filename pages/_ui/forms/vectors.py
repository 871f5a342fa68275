"""Texts and backbone of the vectors that a page computes with, and whether the backbone reads the texts."""

from pages._ui.forms.require_task import Ready
from pages._ui.shell import st
from pages._ui.shell.formatting import plain
from translearn_core.data.diagnosis import UNREAD
from translearn_core.results import Severity


def describe(ready: Ready) -> None:
    """Name the columns of texts and the backbone; warn if it does not know many of their tokens."""
    columns = ready.data.text_columns
    named = f"{'Columns' if len(columns) > 1 else 'Column'} {' and '.join(columns)}"
    st.caption(plain(f"{named} of {ready.dataset.name}, in the vectors of {ready.draft.backbone.label}."))
    for finding in ready.diagnosis.findings:
        if finding.code in UNREAD and finding.severity is Severity.WARNING:
            st.warning(plain(f"{finding.sentence} {finding.advice or ''}"), icon=":material/translate:")
