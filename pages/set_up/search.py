"""Search page: the best model in the time there is."""

from pages._ui.search import search_form, search_list, search_outcome
from pages._ui.shell import navigation, page_header, st
from pages._ui.shell.formatting import plain
from translearn_core.runs import State

page_header.header(
    "search",
    "Say how long it may take. TF-IDF and linear probes come first, then fine-tuning: all candidates train "
    "briefly, the better half goes on, and the best two are repeated with other seeds. The choice is made on "
    "validation; the winner is scored on test once.",
)
search = search_list.linked()
if search is None:
    search_form.new()
    search_list.show_searches()
    navigation.stop_page()

with st.container(horizontal=True, vertical_alignment="center"):
    st.subheader(plain(search.name), anchor=False)
    with st.popover("Delete", icon=":material/more_horiz:", type="tertiary", width="content"):
        search_list.menu(search)
    if st.button("All searches", key="all_searches", type="tertiary", icon=":material/arrow_back:"):
        navigation.switch_to("search")
search_list.watch(search)
if search.state is not State.RUNNING:
    search_outcome.show(search)
