"""Which layers a head that reads a mix of all of them has learned to read."""

import streamlit as st

from pages._ui.shell import page_header, result_cache, tables
from pages._ui.shell.formatting import percent
from translearn_core import plots
from translearn_core.results import LayerMix
from translearn_core.runs import Run


def layers(run: Run) -> None:
    """Show what each layer counts, where a run has learned it."""
    mix = result_cache.cached_result(run, LayerMix)
    if mix is None:
        return
    st.subheader("Which layers the head reads", anchor=False)
    st.markdown(caption(mix))
    picture = plots.layer_weights(mix, page_header.dark())
    tables.figure(picture, mix.frame(), "layers", key="layers", alt="Weight of every layer")


def caption(mix: LayerMix) -> str:
    """Return which layer counts most."""
    most = max(range(len(mix.weights)), key=mix.weights.__getitem__)
    where = "the embeddings, before any block" if most == 0 else f"layer {most}, after block {most - 1}"
    return (
        f"The head learned how much to read of every layer. Most weight went to **{where}**: "
        f"{percent(mix.weights[most])}, where all the same would be {percent(1 / len(mix.weights))} each."
    )
