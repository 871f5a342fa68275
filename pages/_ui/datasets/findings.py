"""Finding cards, most severe first, with rows and one-click fixes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pages._ui.forms import config_fields
from pages._ui.shell import errors, jobs, navigation, st, state
from pages._ui.shell.formatting import plain, short
from translearn_core.config import ClassWeights, CleaningRule, FeatureConfig
from translearn_core.results import Finding, Severity, Suggestion

QUIET = (Severity.DETECTED, Severity.FIXED)
"""Severities that need no decision; shown in a collapsed list."""

ALARMS = ("unknown-tokens",)
"""Warnings that the backbone cannot read the texts."""


@dataclass(frozen=True)
class TaskShape:
    """Input of the actions: suggested columns, and the token limit that leaves 99 % of the texts whole."""

    suggestion: Suggestion
    sufficient_limit: int


def cards(findings: Sequence[Finding], key: str, task: TaskShape | None = None) -> None:
    """Show findings: those that need attention as cards with actions, the others collapsed."""
    ordered = errors.most_severe_first(findings)
    for number, finding in enumerate(f for f in ordered if f.severity not in QUIET):
        with st.container(border=True, key=f"{key}-card-{number}"):
            _sentence(finding)
            _fix(finding, f"{key}-{number}")
            if task is not None and finding.code in ACTIONS:
                # the code in the key: after a click another finding may have this number
                ACTIONS[finding.code](task, f"act-{finding.code}-{number}")
            if finding.column is not None:
                _button(
                    f"Keep rows of one {plain(short(finding.column))} together",
                    f"{key}-group",
                    _keep_together,
                    finding.column,
                )
    quiet = [f for f in ordered if f.severity in QUIET]
    if quiet:
        with st.expander(f"{len(quiet)} more: detected and fixed", icon=":material/fact_check:"):
            for finding in quiet:
                _sentence(finding)


def cleaning_decisions() -> None:
    """Show the cleaning decisions, which can be undone."""
    for fix in state.draft().cleaning:
        key = f"taken.{fix.name}"
        state.set_value(key, True)
        st.toggle(f"Decision taken: {fix.value}", key=key, on_change=_toggle, args=(fix,))


def _sentence(finding: Finding) -> None:
    name, icon, colour = errors.LOOKS[finding.severity]
    if finding.code in ALARMS and finding.severity is Severity.WARNING:
        name, colour = "Wrong backbone", "red"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(name, icon=f":material/{icon}:", color=colour)  # type: ignore[arg-type]
        st.markdown(plain(finding.sentence))
    if finding.advice:
        st.caption(plain(finding.advice))
    if rows := errors.rows_of(finding):
        st.caption(rows)


def _fix(finding: Finding, key: str) -> None:
    if finding.cleaning_rule is not None and finding.cleaning_rule not in state.draft().cleaning:
        label = finding.cleaning_rule.value.capitalize()
        st.button(
            label,
            key=f"fix-{key}",
            icon=":material/auto_fix_high:",
            on_click=_toggle,
            args=(finding.cleaning_rule,),
        )


def _weigh_classes(task: TaskShape, key: str) -> None:  # noqa: ARG001
    state.set_value(key, state.draft().training.class_weights is ClassWeights.BALANCED)
    st.toggle("Let every class count the same in training", key=key, on_change=_toggle_weights)


def _read_more(task: TaskShape, key: str) -> None:
    draft = state.draft()
    backbone_info = jobs.backbone_info(draft.backbone)
    if backbone_info is None:
        return
    _, upper_bound = config_fields.bounds(FeatureConfig.model_fields["token_limit"])
    limit = min(backbone_info.token_limit, int(upper_bound or backbone_info.token_limit))
    needed = min(limit, task.sufficient_limit)
    if needed > draft.features.token_limit:
        why = "the most this backbone reads" if needed == limit else "enough for 99 % of the texts"
        _button(
            f"Read up to {needed:,} tokens", key, _set_limit, needed, hint=f"{why}; training takes longer"
        )


def _take_text(task: TaskShape, key: str) -> None:
    if (better := task.suggestion.text) not in (None, state.draft().text):
        _button(f"Learn from column {plain(short(better))}", key, _set_columns, task.suggestion, "text")


def _take_label(task: TaskShape, key: str) -> None:
    if (better := task.suggestion.label) not in (None, state.draft().label):
        _button(f"Predict column {plain(short(better))}", key, _set_columns, task.suggestion, "label")


def _other_backbone(task: TaskShape, key: str) -> None:  # noqa: ARG001
    if st.button("Choose another backbone", key=key, icon=":material/layers:"):
        navigation.switch_to("backbone")


def _name_languages(task: TaskShape, key: str) -> None:  # noqa: ARG001
    if st.button("Add a column with the language of each text", key=key, icon=":material/translate:"):
        navigation.switch_to("domains")


ACTIONS: dict[str, Callable[[TaskShape, str], None]] = {
    "imbalance": _weigh_classes,
    "cut-texts": _read_more,
    "text-looks-like-ids": _take_text,
    "labels-nearly-unique": _take_label,
    "unusable": _take_label,
    "unknown-tokens": _other_backbone,
    "pieces-per-word": _other_backbone,
    "several-languages": _name_languages,
}
"""One-click actions by finding code; cleaning rules are in `Finding.cleaning_rule`."""


def _button(label: str, key: str, then: Callable[..., None], *args: object, hint: str | None = None) -> None:
    st.button(label, key=key, icon=":material/auto_fix_high:", on_click=then, args=args, help=hint)


def _set_limit(tokens: int) -> None:
    state.change(features=state.draft().features.model_copy(update={"token_limit": tokens}))


def _set_columns(suggestion: Suggestion, role: str) -> None:
    draft = state.draft()
    chosen = {"text": draft.text, "label": draft.label, role: getattr(suggestion, role)}
    if chosen["text"] == chosen["label"]:  # they were swapped
        chosen = {"text": suggestion.text, "label": suggestion.label}
    state.change(**chosen)
    for name, column in chosen.items():
        state.set_value(f"{name}_column", column)


def _keep_together(column: str) -> None:
    state.change(split=state.draft().split.model_copy(update={"group": column}))
    state.set_value("group_column", column)


def _toggle(fix: CleaningRule) -> None:
    fixes = set(state.draft().cleaning) ^ {fix}
    state.change(cleaning=tuple(sorted(fixes)))


def _toggle_weights() -> None:
    training = state.draft().training
    balanced = training.class_weights is ClassWeights.BALANCED
    weights = ClassWeights.NONE if balanced else ClassWeights.BALANCED
    state.change(training=training.model_copy(update={"class_weights": weights}))
