"""Learned layer weights of a head that reads a mix of all layers."""

import streamlit as st

from pages._ui.shell import page_header, result_cache, tables
from translearn_core import plots
from translearn_core.results import LayerMix
from translearn_core.results.format import percent
from translearn_core.runs import Run


def layers(run: Run) -> None:
    """Show the layer weights of a run that has learned them."""
    mix = result_cache.cached_result(run, LayerMix)
    if mix is None:
        return
    st.subheader("Which layers does the head read? Layer weights", anchor=False)
    st.markdown(caption(mix))
    picture = plots.layer_weights(mix, page_header.dark())
    tables.figure(picture, mix.frame(), "layers", key="layers", alt="Weight of every layer")


def caption(mix: LayerMix) -> str:
    """Return a sentence on the layer with the largest weight."""
    largest = max(range(len(mix.weights)), key=mix.weights.__getitem__)
    where = (
        "the embeddings, before any block" if largest == 0 else f"layer {largest}, after block {largest - 1}"
    )
    return (
        f"The head learned a weight for every layer. The largest is that of **{where}**: "
        f"{percent(mix.weights[largest])}; equal weights would be {percent(1 / len(mix.weights))} each."
    )
