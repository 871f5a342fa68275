"""List of claims: verdict, expectation and what came out of each."""

from collections import Counter

from pages._ui.shell import errors, jobs, navigation, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.claims.claim_file import claim, claim_ids
from translearn_core.claims.findings import ClaimFinding, finding, frame, own_studies, stored_outcome
from translearn_core.claims.source_claim import SourceClaim
from translearn_core.errors import NotFoundError
from translearn_core.prepared_experiments.experiment import BLOCKS
from translearn_core.prepared_experiments.judgement import Verdict
from translearn_core.prepared_experiments.own_studies import Holdings, OwnStudies

BADGES = {
    Verdict.REPRODUCED: ("Reproduced", "check_circle", "green"),
    Verdict.OTHER_DIRECTION: ("Other direction", "cancel", "red"),
    Verdict.COULD_BE_CHANCE: ("Could be chance", "help", "orange"),
    Verdict.NOT_RUN: ("Not run here", "hourglass_empty", "gray"),
}
"""Name, icon and colour of each verdict."""

RULE = (
    "**Reproduced**: the whole 95 % interval lies on the side of the limit that the source claims. **Other "
    "direction**: it lies on the other side. **Could be chance**: it includes the limit. **Not run here**: "
    "there is no result yet."
)


def linked() -> SourceClaim | None:
    """Return the claim in the page's address; end the page if there is no such claim."""
    requested = st.query_params.get("claim")
    if requested is None:
        return None
    try:
        return claim(requested)
    except NotFoundError as problem:
        errors.show_error(problem)
        navigation.link("claims", "All claims")
        navigation.stop_page()


def studies_of(one: SourceClaim) -> OwnStudies:
    """Return the person's own studies of a claim's experiment."""
    outcome = stored_outcome(one)
    n_blocks = BLOCKS if outcome is None else outcome.about.n_blocks
    return own_studies(one, state.store(), state.owner(), n_blocks)


def found(one: SourceClaim, among: Holdings | None = None) -> ClaimFinding:
    """Return what came out of a claim: of the person's own finished run, else beforehand."""
    studies = studies_of(one)
    study = studies.find(among=among)
    own = None if study is None else jobs.known(studies.evaluation(study))
    return finding(one, None if own is None else studies.experiment.present(own))


def show() -> None:
    """Show the number of claims by verdict, and every claim as a card."""
    held = Holdings.of(state.store(), state.owner())
    findings = [found(claim(id), held) for id in claim_ids()]
    findings.sort(key=lambda one: one.verdict is Verdict.NOT_RUN)
    counts = Counter(one.verdict for one in findings)
    names = {f"{BADGES[verdict][0]} ({counts[verdict]})": verdict for verdict in Verdict if counts[verdict]}
    chosen = st.pills(
        "Show", list(names), selection_mode="multi", key="claim_verdicts", help=RULE,
        label_visibility="collapsed",
    )  # fmt: skip
    st.caption(RULE)
    wanted = {names[name] for name in chosen} or set(Verdict)
    with st.grid(2, min_column_width=320):
        for one in findings:
            if one.verdict in wanted:
                with st.container(border=True, height="stretch", key=f"claim-{one.claim.id}"):
                    _card(one)
    tables.download(frame(findings), "claims", key="claims", label="All claims as CSV")


def badge(verdict: Verdict) -> None:
    """Draw the badge of a verdict."""
    name, icon, colour = BADGES[verdict]
    st.badge(name, icon=f":material/{icon}:", color=colour)


def _card(one: ClaimFinding) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(one.claim.title)}**", width="stretch")
        badge(one.verdict)
    st.markdown(plain(one.claim.test.paper))
    st.caption(source(one.claim))
    if one.judgement is not None:
        st.markdown(f"**Here** ({one.origin}): {plain(one.judgement.sentence)}")
    else:
        st.markdown(f"**Expected here:** {plain(one.claim.expected)}")
    st.space("stretch")
    if st.button("Open", key=f"open_claim-{one.claim.id}", icon=":material/arrow_forward:", width="stretch"):
        navigation.switch_to("claims", claim=one.claim.id)


def source(one: SourceClaim) -> str:
    """Return the authors and the address of a claim's source as Markdown."""
    return f"{plain(one.authors)} · [arXiv:{one.source}](https://arxiv.org/abs/{one.source})"
