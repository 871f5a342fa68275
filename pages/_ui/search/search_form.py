"""Form of a new search."""

from pages._ui.backbones import server_folders
from pages._ui.forms import require_task
from pages._ui.search import search_list
from pages._ui.shell import errors, navigation, st, state
from pages._ui.shell.formatting import plain, short
from translearn_core.config.search import SearchConfig, base_experiment, candidates
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.jobs import SELECTION
from translearn_core.results import Workload
from translearn_core.results.format import count_noun

MINUTES = (2, 5, 10, 20, 30, 60, 120)
"""Offered times."""
USUAL = 10


def new() -> None:
    """Draw the form; end the page if there is no task."""
    ready = require_task.require_task("A search needs a table with its columns chosen, and there is none.")
    if reason := SELECTION.unsupported(ready.experiment):
        st.caption(reason)
        return
    st.subheader("A new search", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        minutes = st.segmented_control(
            "Minutes of training",
            MINUTES,
            default=USUAL,
            required=True,
            key="search.minutes",
            persist_state="session",
        )
        start = st.button("Find a good model", key="start_search", type="primary", icon=":material/search:")
    config = SearchConfig(experiment=base_experiment(ready.experiment), minutes=minutes or USUAL)
    task = Workload.of(ready.diagnosis)
    n_blocks = ready.backbone_info.n_blocks
    names = [candidate.name for candidate in candidates(config, n_blocks, task.train, task.words_per_text)]
    st.caption(
        f"On {plain(ready.dataset.name)}, {count_noun(task.train, 'training row')}, with "
        f"{plain(ready.draft.backbone.label)}: {'; '.join(names)}. What there is no time for is left out."
    )
    if start:
        with errors.show_errors():
            server_folders.check(config.experiment)
            name = short(f"{ready.dataset.name}, {minutes} minutes", 100)
            search = search_list.search_store().add(state.owner(), name, config, n_blocks, task)
            ensure_engine(settings())
            navigation.switch_to("search", search=search.id)
