"""Errors and findings as escaped sentences, never as tracebacks."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydantic import ValidationError

from pages._ui.shell import st
from pages._ui.shell.formatting import plain
from translearn_core.config.settings import settings
from translearn_core.errors import TranslearnError, WorkspaceError
from translearn_core.errors.os_errors import explain_os_error
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.results import Finding, Severity
from translearn_core.runs.workspace import absolute

log = logging.getLogger("translearn.pages")

CALM = (
    "Something went wrong on our side; nothing of yours was lost. Reload the page, and if it happens again "
    "tell whoever runs this server: the details are in its log."
)

LOOKS: dict[Severity, tuple[str, str, str]] = {
    Severity.BLOCKING: ("Stops training", "block", "red"),
    Severity.DECISION: ("Your decision", "rule", "orange"),
    Severity.WARNING: ("Worth knowing", "warning", "orange"),
    Severity.FIXED: ("Fixed for you", "build", "green"),
    Severity.DETECTED: ("Detected", "search", "blue"),
}
"""Name, icon and colour of each severity, most severe first."""


def show_error(problem: TranslearnError | ValidationError | str) -> None:
    """Show an error a person can act on."""
    st.error(sentence_of(problem), icon=":material/error:")


def show_warning(sentence: str) -> None:
    """Show a warning."""
    st.warning(sentence, icon=":material/warning:")


def show_unexpected_error(raised: Exception) -> None:
    """Show an error that ended a page: its sentence, or a general one with the details in the log."""
    known = isinstance(raised, TranslearnError | ValidationError)
    problem = raised if known else explain_os_error(raised, absolute(settings().workspace))
    if isinstance(problem, WorkspaceError) and problem.temporary:
        log.warning("a page could not use the workspace: %s", problem)
    elif problem is not raised:
        log.error("a page failed", exc_info=raised)
    if problem is None:
        st.error(CALM, icon=":material/error:")
    else:
        show_error(problem)


def sentence_of(problem: TranslearnError | ValidationError | str) -> str:
    """Return a problem as one escaped sentence."""
    if isinstance(problem, ValidationError):
        problem = explain_validation_error(problem)
    return plain(problem)


@contextmanager
def show_errors() -> Iterator[None]:
    """Show exceptions of the block as errors on the page."""
    try:
        yield
    except Exception as raised:
        show_unexpected_error(raised)


def script_error(problem: Exception) -> bool:
    """Show an uncaught exception; return True, so that Streamlit adds nothing."""
    show_unexpected_error(problem)
    return True


def rows_of(finding: Finding) -> str:
    """Return the first rows of a finding as text; empty if it names none."""
    if not finding.rows:
        return ""
    listed = ", ".join(str(row) for row in finding.rows[:12])
    more = " …" if finding.count > 12 or len(finding.rows) > 12 else ""
    return f"{'row' if finding.count == 1 else 'rows'} {listed}{more}"


def most_severe_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings in the order people should read them."""
    order = list(LOOKS)
    return sorted(findings, key=lambda finding: order.index(finding.severity))
