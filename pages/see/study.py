"""Study page: an experiment grid, repeated over seeds."""

from pages._ui.results import report, slides
from pages._ui.share import share_popover
from pages._ui.shell import navigation, notes, page_header, st
from pages._ui.shell.formatting import plain
from pages._ui.studies import study_form, study_list, study_results
from translearn_core.runs.personal.share_links import SharedStudy

page_header.header(
    "study",
    "A study answers one question with many runs: which transfer strategy is best here, how deep to train, "
    "how many rows are needed. Every configuration is repeated with several seeds, so that a difference can "
    "be told from chance.",
)
study = study_list.linked()
if study is None:
    study_list.show_studies()
    study_form.new()
    navigation.stop_page()

with st.container(horizontal=True, vertical_alignment="center"):
    st.subheader(plain(study.name), anchor=False)
    popover_key = study_form.popover(study)  # its key lets the button inside close it
    with st.popover("More runs", icon=":material/add:", width="content", key=popover_key, on_change="rerun"):
        study_form.add_fields(study)
    with st.popover("Rename or delete", icon=":material/more_horiz:", type="tertiary", width="content"):
        study_list.menu(study)
    share_popover.popover(SharedStudy(study=study.id), study.name)
    if st.button("All studies", key="all_studies", type="tertiary", icon=":material/arrow_back:"):
        navigation.switch_to("study")
if study.config.ways or study.config.sources:
    navigation.link("domains", "Back to Domains")
study_list.watch(study)
notes.begin(study.id)
study_results.left_out(study)
study_results.show(study)
done = study_list.progress(study).done
slides.study_button(study, done)
report.study_panel(study, done)
