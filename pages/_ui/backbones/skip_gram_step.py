"""One step of skip-gram on the person's own sentence: centre, contexts, negatives, gradient."""

from pages._ui.forms import config_fields
from pages._ui.shell import errors, jobs, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import SkipGramStepConfig
from translearn_core.plots.word_vectors import skip_gram_pairs
from translearn_core.results import SkipGramStep

SENTENCE = "the cat sat on the warm mat"
WHAT = (
    "The centre word has a vector, and so has every word that may stand near it. The product of the two, "
    "through a sigmoid, is the probability that the other word stands near. Words that do are to get 1, "
    "words drawn at random 0. The error, probability minus wanted, times the other vector is the gradient; "
    "the step goes against it."
)
FIELDS = ("window", "negatives", "width", "lr", "steps", "seed")


def panel() -> None:
    """Draw the form and, as soon as it is asked for, the step."""
    with st.expander("Look at one step of skip-gram", icon=":material/footprint:", key="skip_gram"):
        st.markdown(WHAT)
        state.init_widget("skip_gram_sentence", SENTENCE)
        sentence = st.text_input("Sentence", key="skip_gram_sentence", max_chars=300)
        words = sentence.lower().split()
        if not words:
            st.caption("Type a sentence.")
            return
        centre = st.segmented_control(
            "Centre word",
            list(range(len(words))),
            format_func=words.__getitem__,
            default=min(2, len(words) - 1),
            key=f"skip_gram_centre-{sentence}",
            required=True,
        )
        with errors.show_errors():
            config = SkipGramStepConfig(sentence=sentence, centre=centre)
            with st.grid(3, min_column_width=150):
                config = config_fields.edit(config, FIELDS, "skip_gram")
            asked = st.button("Take the step", key="take_step", icon=":material/footprint:")
            known = asked or jobs.find_run(config) is not None
            if known and (result := jobs.submit_and_watch(config)) is not None:
                _show(result)


def _show(step: SkipGramStep) -> None:
    st.markdown(plain(step.sentence))
    tables.figure(
        skip_gram_pairs(step, page_header.dark()),
        step.frame(),
        "skip-gram step",
        key="skip_gram_pairs",
        alt="Probability of each word before and after the step",
        note="",
    )
    with st.expander("Vector of the centre word and its gradient", icon=":material/table_rows:"):
        tables.table(step.vector_frame(), "gradient", key="skip_gram_vector")
