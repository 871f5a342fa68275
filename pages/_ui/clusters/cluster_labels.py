"""Clusters become labels: names to edit, and a new version of the data set with a column of them."""

import pandas as pd

from pages._ui.shell import errors, navigation, st, state
from translearn_core.config import ProblemType, Split
from translearn_core.data.table_edits import new_column
from translearn_core.results.diagnostics.few_labels.clustering import Clustering
from translearn_core.results.format import count_noun
from translearn_core.runs import Dataset

COLUMN, CLASS_COLUMN = "cluster", "class"
"""Proposed names of the new column: of clusters, and of described classes."""

CLUSTERS = (
    "Give each cluster the name of a class. Clusters with the same name become one class; texts of a "
    "cluster without a name, and of none, stay without a label."
)
CLASSES = (
    "Rename classes if you like. Those with the same name become one class; texts of a class without a name "
    "stay without a label."
)


def panel(dataset: Dataset, job: str, result: Clustering) -> None:
    """Edit the names of the clusters of a job, and save them as a label column."""
    st.subheader("Make them labels", anchor=False)
    st.markdown(CLASSES if result.described else CLUSTERS)
    names = _names(job, result)
    labels = pd.Series(result.cluster_names(names), dtype=object)
    labelled = labels[(labels != "") & result.rows["part"].isin(list(Split)).to_numpy()]
    classes = labelled.nunique()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        proposed, key = (CLASS_COLUMN, "class_column") if result.described else (COLUMN, "cluster_column")
        state.init_widget(key, proposed)
        column = st.text_input(
            "Name of the label column",
            proposed,
            max_chars=100,
            key=key,
            persist_state="session",
            width=260,
        ).strip()
        pressed = st.button(
            "Make them labels",
            key="cluster_labels",
            type="primary",
            icon=":material/label:",
            disabled=not column or classes < 2,
            help="saves a new version of the data set; your file stays as it came",
        )
    if classes < 2:
        st.caption("To learn from, at least two classes are needed.")
    else:
        sentence = f"{count_noun(classes, 'class', 'classes')} in {count_noun(len(labelled), 'text')}."
        if (others := int((labels != "").sum()) - len(labelled)) > 0:
            sentence += f" {count_noun(others, 'text')} of the file without labels stay without one."
        st.caption(sentence)
    if pressed:
        with errors.show_errors():
            save(dataset, result, column, names)
            navigation.switch_to("data")


def save(dataset: Dataset, result: Clustering, column: str, names: tuple[str, ...]) -> None:
    """Save a version of the data set with the clusters as a label column, and open it.

    Edits of the data set that were not saved yet are saved with it.
    """
    store, owner = state.store(), state.owner()
    edit = new_column(column, result.rows[["part", "row"]], result.cluster_names(names))
    version = store.add_version(owner, dataset.digest, (*store.draft_edits(owner, dataset.digest), edit))
    store.save_draft_edits(owner, dataset.digest, ())
    state.open_version(version.digest)
    state.change(label=column, problem=ProblemType.SINGLE_LABEL, one_hot=(), more_targets=())
    state.reset("label_column", "problem_type", "more_targets", "one_hot")


def _names(job: str, result: Clustering) -> tuple[str, ...]:
    """Draw the table of names and return them, "" for clusters that get none."""
    clusters, base, typed = result.clusters, f"cluster_base-{job}", f"cluster_typed-{job}"
    if state.is_first_render() or state.get_value(base) is None:
        state.set_value(base, state.get_value(typed) or tuple(clusters["name"]))
        state.reset(f"cluster_names-{job}")
    table = pd.DataFrame(
        {
            "name": state.get_value(base),
            "rows": clusters["rows"],
            "words": clusters["words"],
            "typical text": clusters["typical text"],
        }
    )
    edited: pd.DataFrame = st.data_editor(
        table,
        key=f"cluster_names-{job}",
        hide_index=True,
        num_rows="fixed",
        disabled=["rows", "words", "typical text"],
        column_config={
            "name": st.column_config.TextColumn("name", width="medium", max_chars=100),
            "words": st.column_config.TextColumn("words", width="medium"),
            "typical text": st.column_config.TextColumn("typical text", width="large"),
        },
    )
    names = tuple("" if pd.isna(name) else " ".join(str(name).split()) for name in edited["name"])
    state.set_value(typed, names)
    return names
