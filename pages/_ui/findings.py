"""Findings as cards, the gravest first, each with the rows it names and its one-click fix."""

from collections.abc import Sequence

import streamlit as st

from pages._ui import shown, state
from pages._ui.words import plain
from translearn_core.config import ClassWeights, Fix
from translearn_core.results import Finding, Severity

QUIET = (Severity.DETECTED, Severity.MENDED)
"""What was found or mended without a question: said, but folded away."""

ALARMS = ("unknown-tokens",)
"""Warnings that mean this backbone cannot read the texts, whatever is trained."""


def cards(findings: Sequence[Finding], key: str) -> None:
    """Show findings: those that ask for something as cards, the others folded."""
    ordered = shown.gravest_first(findings)
    for number, finding in enumerate(f for f in ordered if f.severity not in QUIET):
        with st.container(border=True, key=f"{key}-card-{number}"):
            _said(finding)
            _fix(finding, f"{key}-{number}")
    quiet = [f for f in ordered if f.severity in QUIET]
    if quiet:
        with st.expander(f"{len(quiet)} more: what was detected and mended", icon=":material/fact_check:"):
            for finding in quiet:
                _said(finding)


def taken() -> None:
    """Show the decisions taken so far, each of which can be taken back."""
    for fix in state.draft().fixes:
        key = f"taken.{fix.name}"
        state.put(key, True)
        st.toggle(f"Decision taken: {fix.value}", key=key, on_change=_toggle, args=(fix,))


def weights_toggle(key: str) -> None:
    """Draw the one-click weighting of rare classes."""
    state.put(key, state.draft().training.class_weights is ClassWeights.BALANCED)
    st.toggle("Let every class count the same in training", key=key, on_change=_toggle_weights)


def _said(finding: Finding) -> None:
    name, icon, colour = shown.LOOKS[finding.severity]
    if finding.code in ALARMS and finding.severity is Severity.WARNING:
        name, colour = "Wrong backbone", "red"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(name, icon=f":material/{icon}:", color=colour)  # type: ignore[arg-type]
        st.markdown(plain(finding.sentence))
    if finding.advice:
        st.caption(plain(finding.advice))
    if rows := shown.rows_of(finding):
        st.caption(rows)


def _fix(finding: Finding, key: str) -> None:
    if finding.fix is not None and finding.fix not in state.draft().fixes:
        label = finding.fix.value.capitalize()
        st.button(
            label, key=f"fix-{key}", icon=":material/auto_fix_high:", on_click=_toggle, args=(finding.fix,)
        )
    if finding.code == "imbalance":
        weights_toggle(f"weights-{key}")


def _toggle(fix: Fix) -> None:
    fixes = set(state.draft().fixes) ^ {fix}
    state.change(fixes=tuple(sorted(fixes)))


def _toggle_weights() -> None:
    training = state.draft().training
    balanced = training.class_weights is ClassWeights.BALANCED
    weights = ClassWeights.NONE if balanced else ClassWeights.BALANCED
    state.change(training=training.model_copy(update={"class_weights": weights}))
