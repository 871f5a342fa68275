"""Outcome of a search: the winner, the cheapest candidate that is as good, and what to do with them."""

from pages._ui.runs import run_actions
from pages._ui.search import candidate_table, search_list
from pages._ui.shell import documentation_links, navigation, st, state
from pages._ui.shell.formatting import plain
from translearn_core.errors import NotFoundError
from translearn_core.results import Selection
from translearn_core.results.selection import CandidateScore
from translearn_core.runs import Search
from translearn_core.runs.search.progress import search_progress


def show(search: Search) -> None:
    """Show the choice in sentences and cards, and the table of candidates."""
    progress = search_progress(search, search_list.search_store().results(search))
    selection = _selection(search)
    if selection is None:
        candidate_table.show(progress.frame())
        return
    for sentence in selection.sentences():
        st.markdown(plain(sentence))
    documentation_links.more_about("diagnostics", "selection")
    with st.container(horizontal=True):
        _card("The best", selection.winner, selection)
        if selection.cheapest != selection.winner.name:
            _card("The cheapest that is as good", selection.alternative, selection)
    st.subheader("Candidates", anchor=False)
    candidate_table.show(progress.frame(selection))


def _selection(search: Search) -> Selection | None:
    """Return the choice, computed again if its files are gone; None if it or its runs were deleted."""
    if search.selection is None:
        return None
    try:
        run = state.store().run(search.owner, search.selection)
    except NotFoundError:
        st.caption("The choice was deleted with one of its runs: the candidates below are what is left.")
        return None
    chosen: Selection | None = run_actions.result_or_stop(run.job.config, "stop-selection")
    return chosen


def _card(title: str, candidate: CandidateScore, selection: Selection) -> None:
    metric, test = selection.name, selection.tests[candidate.name]
    with st.container(border=True, key=f"chosen-{candidate.job}"):
        st.caption(title)
        st.metric(
            f"{plain(candidate.name)}: {metric.label} on {test.n:,} test rows",
            metric.format(test.headline.value),
            help=f"95 %: {metric.format_range(test.headline)}",
        )
        with st.container(horizontal=True):
            for page, label in (("results", "Results"), ("predict", "Predict")):
                if st.button(label, key=f"{page}-{candidate.job}", icon=":material/arrow_forward:"):
                    navigation.switch_to(page, run=_run_id(candidate.job))


def _run_id(job: str) -> str:
    return state.store().run(state.owner(), job).id
