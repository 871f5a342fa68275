"""Data page: read a table, show findings, choose the columns and the train/validation/test split."""

from pages._ui.datasets import column_form, data_sources, findings, no_labels, table_panel, text_check
from pages._ui.forms import require_task
from pages._ui.rooms import class_pins
from pages._ui.runs import run_actions
from pages._ui.shell import navigation, page_header, st, state

page_header.header(
    "data",
    "This is the table the model will learn from. Errors in it will look like weaknesses of the model later, "
    "so look here first.",
)
class_pins.panel()
dataset = state.dataset()
with st.expander(
    "Choose a table", icon=":material/upload_file:", expanded=dataset is None, key="choose_table"
):
    data_sources.earlier()
    data_sources.upload()
    st.markdown("Or try a sample:")
    data_sources.sample_cards()
if dataset is None:
    navigation.stop_page()

with st.container(key=data_sources.TABLE):
    reading = table_panel.panel(dataset)
    st.subheader("What to learn", anchor=False)
    draft = column_form.columns(reading)
    if draft.data is None:
        if draft.lacks_labels:
            no_labels.panel(reading.column(draft.text))
            text_check.panel(draft)
            navigation.stop_page()
        st.info(
            column_form.LACKING if len(reading.columns) > 1 else column_form.ONE_COLUMN,
            icon=":material/rule:",
        )
        navigation.stop_page()
    st.subheader("The task", anchor=False)
    findings.cleaning_decisions()
    if draft.default_features:  # the token limit of a backbone that was not known when it was chosen
        require_task.known_backbone(draft.backbone)
        draft = state.draft()
    diagnosis = run_actions.result_or_stop(draft.diagnose, "stop-diagnose")
    if diagnosis is None:
        navigation.stop_page()
    navigation.link("labels", "Correct labels and merge classes")
    column_form.shape(reading, diagnosis)
    if diagnosis.usable and st.button(
        "Choose a backbone", key="to_backbone", type="primary", icon=":material/arrow_forward:"
    ):
        navigation.switch_to("backbone")
