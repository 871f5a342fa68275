"""List of searches, and the progress of one with buttons to stop, resume or delete it."""

from pages._ui.search import candidate_table
from pages._ui.shell import engine_warning, errors, jobs, navigation, st, state
from pages._ui.shell.formatting import ago
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.errors import NotFoundError
from translearn_core.runs import Search, Searches, State
from translearn_core.runs.search.progress import search_progress


def search_store() -> Searches:
    """Return the searches of the store."""
    return Searches(state.store())


def linked() -> Search | None:
    """Return the search in the page's address; end the page if it is not the owner's."""
    requested = st.query_params.get("search")
    if requested is None:
        return None
    try:
        return search_store().get(state.owner(), requested)
    except NotFoundError as problem:
        errors.show_error(problem)
        navigation.link("search", "All your searches")
        navigation.stop_page()


def show_searches() -> None:
    """Show the owner's searches as rows."""
    searches = search_store().all(state.owner())
    if searches:
        st.subheader("Your searches", anchor=False)
    for search in searches:
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"search-{search.id}"
        ):
            jobs.badge_of(search.state)
            st.text(search.name, width="stretch")
            st.caption(ago(search.created), width="content")
            if st.button("Open", key=f"open-{search.id}", type="tertiary", icon=":material/arrow_forward:"):
                navigation.switch_to("search", search=search.id)


def watch(search: Search) -> None:
    """Show the progress and the candidates of a search; poll every second while it runs."""
    running = search.state is State.RUNNING
    st.fragment(run_every=jobs.POLL["train"] if running else None)(_panel)(search.id, running)


def _panel(search_id: str, was_running: bool) -> None:
    with errors.show_errors():
        try:
            search = search_store().get(state.owner(), search_id)
        except NotFoundError:  # deleted in another tab: the page shows the error
            st.rerun()
        if was_running != (search.state is State.RUNNING):
            st.rerun()
        results = search_store().results(search)
        progress = search_progress(search, results)
        with st.container(horizontal=True, vertical_alignment="center"):
            jobs.badge_of(search.state)
            st.progress(min(1.0, progress.seconds / search.budget), text=progress.summary())
        if was_running:
            ensure_engine(settings())
            if not progress.running and (
                waiting := [r.trial.job for r in results if r.state is State.QUEUED]
            ):
                engine_warning.engine_warning(state.store().run(search.owner, waiting[0]))
        elif search.reason:
            st.error(search.reason, icon=":material/error:")
        _buttons(search)
        if was_running:
            candidate_table.show(progress.frame())


def _buttons(search: Search) -> None:
    if search.state is State.RUNNING:
        st.button(
            "Stop",
            key="stop_search",
            icon=":material/stop:",
            on_click=_stop,
            args=(search.id,),
            help="What is done stays; the search can go on at any time.",
        )
    elif search.state in (State.STOPPED, State.FAILED):
        st.button(
            "Go on",
            key="resume_search",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_resume,
            args=(search.id,),
        )


def menu(search: Search) -> None:
    """Draw the menu to delete the search."""
    st.caption("Its runs stay.")
    sure = st.checkbox("Yes, delete it", key=f"search_sure-{search.id}")
    if st.button("Delete", key=f"search_delete-{search.id}", icon=":material/delete:", disabled=not sure):
        search_store().delete(state.owner(), search.id)
        navigation.switch_to("search")


def _stop(search: str) -> None:
    with errors.show_errors():
        search_store().stop(state.owner(), search)


def _resume(search: str) -> None:
    with errors.show_errors():
        search_store().resume(state.owner(), search)
        ensure_engine(settings())
