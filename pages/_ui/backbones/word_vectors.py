"""Word vectors trained on the owner's texts: form and result."""

from pages._ui.backbones.start_button import start_button
from pages._ui.datasets import text_source
from pages._ui.forms import config_fields
from pages._ui.shell import page_header, st, tables
from pages._ui.shell.formatting import duration, epochs, plain, short
from translearn_core.config import WordVectorsConfig
from translearn_core.config.optional_deps import missing_vectors_message
from translearn_core.plots.word_vectors import vector_training
from translearn_core.results import WordVectorTraining
from translearn_core.runs import Run

WHAT = (
    "Each word gets a vector: a small network learns to tell the words around it from words drawn at random "
    "(negative sampling). It needs no labels, only many texts. The result is a backbone of word vectors, "
    "which you can move to a task."
)
FIELDS = ("objective", "width", "window", "negatives", "min_count", "epochs")


def begin() -> None:
    """Draw the form that starts a training of word vectors."""
    st.markdown(WHAT)
    if message := missing_vectors_message():
        st.caption(message)
        return
    chosen = text_source.choose()
    if chosen is None:
        return
    if chosen.sentence is not None:
        st.caption("The rows of this table are words: upload a file of texts for word vectors.")
        return
    watch = st.text_input(
        "Words to watch",
        key="watch_words",
        placeholder="card, refund, good",
        help="Their neighbours are noted after every epoch. Left empty: frequent words.",
        max_chars=300,
    )
    words = tuple(dict.fromkeys(word for word in watch.replace(",", " ").split()))[:20]
    config = WordVectorsConfig(
        dataset=chosen.dataset.digest,
        text=chosen.columns[0],
        text_pair=chosen.columns[1] if len(chosen.columns) > 1 else None,
        watch=words,
    )
    with st.grid(3, min_column_width=150):
        config = config_fields.edit(config, FIELDS, "vectors")
    start_button(config, proposal(config, chosen.dataset.name), "train_vectors")


def proposal(config: WordVectorsConfig, file: str) -> str:
    """Return the default name of the vectors: file, objective, width and epochs."""
    return short(
        f"word vectors of {short(file, 40)}, {config.objective}, {config.width}, {epochs(config.epochs)}", 100
    )


def show_result(run: Run, result: WordVectorTraining) -> None:
    """Show the loss, the neighbours as they settled, and the analogies."""
    st.markdown(
        f"**{result.words:,} words** have a vector of {result.width} numbers; {result.rare:,} were too rare. "
        f"Loss per word read: **{result.losses[0]:.3f} → {result.losses[-1]:.3f}**."
    )
    st.caption(f"It read {result.texts:,} texts with {result.tokens:,} words in {duration(result.seconds)}.")
    if result.missing:
        st.caption(f"Without a vector: {plain(', '.join(result.missing))}.")
    key = f"vectors-{run.id}"
    tables.figure(
        vector_training(result, page_header.dark()),
        result.frame(),
        "word vectors",
        key=key,
        alt="Loss per word and share of settled neighbours by epoch",
        note="",
    )
    if not (settling := result.settling_frame()).empty:
        st.markdown("Nearest words of the watched ones, as they settled:")
        tables.table(settling, "neighbours", key=f"{key}-neighbours", saved=result.neighbour_frame())
    if result.analogies:
        solved = sum(one.solved for one in result.analogies)
        with st.expander(f"Analogies: {solved} of {len(result.analogies)} solved", icon=":material/rule:"):
            st.caption("The word found is nearest to the second minus the first plus the third.")
            tables.table(result.analogy_frame(), "analogies", key=f"{key}-analogies")
