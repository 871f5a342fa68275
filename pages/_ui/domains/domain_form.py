"""Choice of the column of domains, and of those to learn from and to test on."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import ValidationError

from pages._ui.forms import config_fields
from pages._ui.shell import errors, jobs, language, navigation, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config import DomainConfig, Way
from translearn_core.jobs import ReadConfig
from translearn_core.results import Finding, TableProfile

LEFT_OUT = "missing-domains"
"""Code of the finding on rows without a domain."""
ONE_RUN = [way for way in Way if way is not Way.PRETRAIN_TARGET]
"""Ways of one training; pre-training is a job of its own."""
WITHIN_SOURCE = (
    "What it is tested on is learned from already, so there is nothing to adapt to. Choose a domain to test "
    "on that it does not learn from."
)


def within_source(domains: DomainConfig) -> bool:
    """Whether a source and a target are chosen, and every domain of the target is one of the source."""
    return bool(domains.source and domains.target) and set(domains.target) <= set(domains.source)


def choose_column(draft: state.Draft) -> DomainConfig | None:
    """Choose the column of the domains, preset to the suggestion, and put it into the draft."""
    data = draft.data
    profile = None if data is None else _profile()
    if profile is None:
        return None
    taken = () if data is None else (*data.text_columns, *data.target_columns)
    names = [column.name for column in profile.columns if column.name not in taken]
    current = profile.suggestion.domain if draft.domains is None else draft.domains.column
    hint = "its values are the domains, such as languages; training, validation and test have rows of each"
    column = config_fields.column("Domain", names, current, "domain_column", hint)
    earlier = draft.domains
    if column != (None if earlier is None else earlier.column):
        earlier = None if column is None else DomainConfig(column=column)
        state.change(domains=earlier)
        state.reset("source_domains", "target_domains")
    return earlier


def left_out(findings: Iterable[Finding]) -> None:
    """Say how many rows have no domain, which are neither learned from nor tested on."""
    for one in findings:
        if one.code == LEFT_OUT:
            st.caption(plain(one.sentence))


def columns() -> tuple[str, ...]:
    """Return the columns of the table."""
    profile = _profile()
    return () if profile is None else tuple(column.name for column in profile.columns)


def choose_domains(domains: DomainConfig) -> DomainConfig:
    """Choose the domains to learn from and to test on, and a way; the button puts them into the draft."""
    names = _names(domains.column)
    with st.container(horizontal=True):
        source = _pick("Learn from", names, domains.source, "source_domains")
        target = _pick("Test on", names, domains.target, "target_domains")
    chosen = domains.model_copy(update={"source": source, "target": target})
    if within_source(chosen):
        st.caption(WITHIN_SOURCE)
    if chosen.source and chosen.target:
        _one_training(chosen)
    elif chosen.selects:
        _set_up(chosen.model_copy(update={"target_labels": 0, "use_source": True}), Way.BOTH)
    elif domains.selects:
        _set_up(DomainConfig(column=domains.column), Way.BOTH, "Learn from all, test on all")
    return chosen


def _one_training(chosen: DomainConfig) -> None:
    """Choose a way and the labels of the target for one training."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way: Way = st.selectbox("One training", ONE_RUN, key="one_way", width=260)
        labels = st.number_input(
            "with labels of the target", 0, 1_000_000, 0, key="one_way_labels", width=200
        )
    placed = way.domains(chosen, int(labels))
    if placed is None:
        what = "set it to 0" if labels else "raise the number beside it"
        st.caption(f"The method '{way}' {way.lacking(int(labels))}: {what}.")
    elif way.adaptation is not None and not state.draft().experiment.trains_backbone:
        st.caption(
            f"The method '{way}' needs a block that trains, and here all stay frozen: choose a recipe."
        )
    elif (conflict := _conflict(placed, way)) is not None:
        st.caption(conflict)
    else:
        _set_up(placed, way)


def _conflict(placed: DomainConfig, way: Way) -> str | None:
    """Return why the draft's other settings do not go with a way, or None."""
    draft = state.draft()
    chosen = replace(draft, domains=placed, adaptation=way.adaptation, self_training=way.self_training)
    settled = chosen.settled(draft)
    kept = (settled.adaptation, settled.self_training) == (way.adaptation, way.self_training)
    try:
        assert (settled if kept else chosen).experiment is not None  # the table and its columns are chosen
    except ValidationError as problem:
        return errors.sentence_of(problem)
    return None if kept else f"The method '{way}' does not go with the stages of the draft: choose a recipe."


def _set_up(domains: DomainConfig, way: Way, label: str = "Set up one training") -> None:
    if st.button(label, key="train_domains", type="tertiary", icon=":material/arrow_forward:"):
        state.change(domains=domains, adaptation=way.adaptation, self_training=way.self_training)
        navigation.switch_to("train")


def _pick(label: str, names: list[str], chosen: tuple[str, ...], key: str) -> tuple[str, ...]:
    state.init_widget(key, [name for name in chosen if name in names])
    return tuple(
        st.multiselect(label, names, format_func=language.AsWritten, key=key, placeholder="All domains")
    )


def _profile() -> TableProfile | None:
    dataset = state.dataset()
    return None if dataset is None else jobs.submit_and_watch(ReadConfig(dataset=dataset.digest))


def _names(column: str) -> list[str]:
    """Return the domains that the table's profile shows."""
    profile = _profile()
    return [] if profile is None else list(profile.column(column).values)
