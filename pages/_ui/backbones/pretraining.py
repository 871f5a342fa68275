"""Continued pretraining (masked language modelling) on the owner's texts: form and result."""

from pages._ui.backbones import backbone_names
from pages._ui.backbones.start_button import start_button
from pages._ui.datasets import text_source
from pages._ui.forms import config_fields
from pages._ui.shell import st
from pages._ui.shell.formatting import duration, epochs, plain, short
from translearn_core.config import BackboneConfig
from translearn_core.jobs import PretrainConfig
from translearn_core.results import BackboneInfo, Pretraining
from translearn_core.results.training.pretraining import LEAST_TEXTS
from translearn_core.runs import Run

WHAT = (
    "Masked language modelling: the backbone learns to predict masked words of your texts. It needs no "
    "labels. The result is a new backbone adapted to how your texts are written; it often helps where they "
    "differ much from books and encyclopedias."
)
FAIR = (
    "It trains on all texts of the file but those of a separate validation or test file. The texts of test "
    "rows drawn from a table are among them; their labels are not."
)
ONE_WAY = (
    "Backbone: this is a causal model, which reads from left to right only, so it cannot predict masked "
    "words. Choose one such as BERT."
)
ONE_WORD = (
    "Backbone: word vectors see one word at a time, so they cannot predict masked words. Train word vectors "
    "on your texts instead."
)
FIELDS = ("epochs", "lr", "batch_size", "mlm_probability")


def begin(backbone: BackboneConfig, backbone_info: BackboneInfo) -> None:
    """Draw the form that starts a pretraining of a backbone."""
    st.markdown(WHAT)
    if backbone_info.causal or backbone_info.is_word_vectors:
        st.caption(ONE_WORD if backbone_info.is_word_vectors else ONE_WAY)
        return
    chosen = text_source.choose()
    if chosen is None:
        return
    first, *pair = map(plain, chosen.columns)
    if sum(chosen.different) < LEAST_TEXTS:
        names = " and ".join((first, *pair))
        st.caption(
            f"There are {sum(chosen.different)} different texts in {names}; it takes "
            f"{LEAST_TEXTS}, better thousands."
        )
        return
    further = "".join(f", {chosen.different[1]:,} in the column {name}" for name in pair)
    noun = "texts" if chosen.sentence is None else "sentences"
    st.markdown(
        f"**{chosen.different[0]:,} different {noun}** are in the column {first}{further} of "
        f"{plain(chosen.dataset.name)}."
    )
    config = PretrainConfig(
        dataset=chosen.dataset.digest,
        text=chosen.columns[0],
        text_pair=chosen.columns[1] if pair else None,
        sentence=chosen.sentence,
        backbone=backbone,
        token_limit=backbone_info.features.token_limit,
    )
    with st.grid(4, min_column_width=150):
        config = config_fields.edit(config, FIELDS, "pretrain")
    st.caption(FAIR)
    start_button(config, proposal(config, chosen.dataset.name), "pretrain")


def proposal(config: PretrainConfig, file: str) -> str:
    """Return the default name of the new backbone: source, file and epochs."""
    was = backbone_names.backbone(config.backbone).rsplit("/", 1)[-1]
    return short(f"{short(was, 40)} pretrained on: {short(file, 40)}, {epochs(config.epochs)}", 100)


def show_result(_run: Run, result: Pretraining) -> None:
    """Show the losses before and after."""
    st.markdown(
        f"Loss on {result.held_out:,} texts held out: **{result.loss_before:.3f} → "
        f"{result.loss_after:.3f}**. Perplexity of a masked word, as if it were one of so many equally "
        f"likely ones: {result.perplexity_before:,.0f} before, {result.perplexity_after:,.0f} now."
    )
    fresh = (
        " The model had no masked-language-model head; a new one was trained alone for "
        f"{epochs(result.head_epochs)} before the first measurement."
        if result.fresh_head
        else ""
    )
    st.caption(
        f"It learned from {result.texts:,} texts with {result.tokens:,} tokens in "
        f"{duration(result.seconds)}, {plain(result.precision)} on {plain(result.device)}.{fresh}"
    )
