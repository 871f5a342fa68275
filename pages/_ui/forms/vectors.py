"""Texts and backbone of the vectors that a page computes with, and whether the backbone reads the texts."""

from pages._ui.forms.require_task import Ready
from pages._ui.shell import st
from pages._ui.shell.formatting import plain
from translearn_core.data.backbone_fit import UNREAD, UNREAD_DOMAINS
from translearn_core.results import Severity


def describe(ready: Ready) -> None:
    """Name the columns of texts and the backbone; warn if it does not know many of their tokens."""
    columns = ready.data.text_columns
    named = f"{'Columns' if len(columns) > 1 else 'Column'} {' and '.join(columns)}"
    st.caption(plain(f"{named} of {ready.dataset.name}, in the vectors of {ready.draft.backbone.label}."))
    unread = [
        one for one in ready.diagnosis.findings if one.code in UNREAD and one.severity is Severity.WARNING
    ]
    by_domain = [one for one in unread if one.code == UNREAD_DOMAINS]
    for finding in by_domain or unread:
        st.warning(plain(f"{finding.sentence} {finding.advice or ''}"), icon=":material/translate:")
