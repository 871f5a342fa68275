"""One claim: source, expectation, what came out, and its experiment as a study of the person's own."""

from pages._ui.claims import claim_list
from pages._ui.shell import navigation, page_header, st, tables
from pages._ui.shell.formatting import plain
from pages._ui.studies import prepared_study
from translearn_core.claims.findings import ClaimFinding
from translearn_core.claims.source_claim import SourceClaim
from translearn_core.prepared_experiments import figures
from translearn_core.results.format import join_list


def show(one: SourceClaim) -> None:
    """Show a claim and offer its experiment."""
    found = claim_list.found(one)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(plain(one.title), anchor=False, width="content")
        claim_list.badge(found.verdict)
        if st.button("All claims", key="all_claims", type="tertiary", icon=":material/arrow_back:"):
            navigation.switch_to("claims")
    with st.container(width=900, key="claim"):
        _claim(one)
        _came_out(found)
        _run(one, found)


def _claim(one: SourceClaim) -> None:
    st.markdown(f"**What the source says.** {plain(one.test.paper)}")
    st.caption(claim_list.source(one))
    st.markdown(f"**What is expected here.** {plain(one.expected)}")
    st.markdown(f"**What is different here.** {plain(one.here)}")
    if one.recipes:
        titles = join_list([f"“{recipe.title}”" for recipe in one.recipes])
        st.caption(f":material/menu_book: Recipes from this source: {plain(titles)}")
    if one.lesson is not None:
        navigation.link("lessons", "The lesson on it: guess first", lesson=one.lesson)


def _came_out(found: ClaimFinding) -> None:
    st.subheader("What came out", anchor=False)
    if found.judgement is None:
        st.markdown("Nothing yet: this experiment was not run here. Run it below.")
        return
    if found.own:
        st.badge("Your own run", icon=":material/person:", color="blue")
    else:
        st.badge("Computed beforehand", icon=":material/inventory_2:", color="gray")
    _, icon, colour = claim_list.BADGES[found.verdict]
    st.markdown(f":{colour}[:material/{icon}:] {plain(found.judgement.sentence)}")
    name = figures.figure_name(found.result, found.claim.figure)
    tables.figure(
        figures.draw(found.result, name, page_header.dark()), figures.table(found.result), "claim",
        key=f"claim-figure-{found.claim.id}", alt=figures.ALT[name],
    )  # fmt: skip
    if not found.own and found.outcome is not None:
        prepared_study.made(found.outcome)


def _run(one: SourceClaim, found: ClaimFinding) -> None:
    studies = claim_list.studies_of(one)
    st.subheader("Run it here", anchor=False)
    st.caption(
        "The same experiment with your own runs, as a study that you can then extend. Its settings are "
        "pinned, so that it tests what is said above."
    )
    prepared_study.run_or_watch(
        studies, f"Claim: {one.title}", "Run it here", key="run_claim", outcome=found.outcome
    )
    with st.expander("Its settings", icon=":material/tune:"):
        st.code(one.experiment.with_choices({}).written(), language="yaml")
    if found.own and found.outcome is not None:
        st.caption("Your own run stands in place of the outcome that was computed beforehand.")
