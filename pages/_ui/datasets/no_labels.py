"""What a table of texts without labels can be used for."""

from pages._ui.shell import navigation, st
from pages._ui.shell.formatting import plain
from translearn_core.results import Column
from translearn_core.results.format import count_noun


def panel(text: Column) -> None:
    """Say what can be done with a column of texts alone, with links."""
    st.info(
        f"No labels yet: {count_noun(text.filled, 'text')} in column {plain(text.name)} and no column to "
        "predict. A model cannot be trained on them, but they are of use.",
        icon=":material/label_off:",
    )
    with st.container(border=True, key="without_labels"):
        st.markdown(
            "**Find groups.** The texts are clustered; name the clusters, and they become labels to correct "
            "and to learn from."
        )
        navigation.link("clusters", "Find clusters")
        st.markdown("**Describe classes.** Say in words what each is about; every text gets the nearest one.")
        navigation.link("zero_shot", "Classify without labels")
        st.markdown("**Label a few by hand.** Choose the texts whose label would teach most.")
        navigation.link("labels", "Which row next?")
        st.caption(
            "If a column does hold labels, choose it above. A trained model classifies such texts on the "
            "Predict page, and a backbone can go on learning from them on the Backbone page."
        )
