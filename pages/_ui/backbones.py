"""Which pretrained model: the bundled one, one from the Hub, or a folder on this machine."""

import os

import streamlit as st

from pages._ui import shown, state
from translearn_core.config import BUNDLED, BackboneConfig
from translearn_core.settings import settings

BUNDLE, HUB, FOLDER = "Bundled", "Hugging Face Hub", "Folder on the server"


def choose() -> BackboneConfig:
    """Draw the choice and return it; it is no part of the draft before its anatomy is known."""
    drafted = state.draft().backbone
    since, wanted = state.value("backbone_wanted", (drafted, drafted))
    chosen = _choose(wanted if since == drafted else drafted)
    state.put("backbone_wanted", (drafted, chosen))
    return chosen


def _choose(now: BackboneConfig) -> BackboneConfig:
    places = [BUNDLE] + [HUB] * settings().hub + [FOLDER] * settings().folders
    state.seed("backbone_place", _place(now, places))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.segmented_control("Where it comes from", places, key="backbone_place", required=True)
        twin = _twin(now)
    seed = now.init_seed
    if twin:
        state.seed("init_seed", now.init_seed)
        seed = st.number_input("Seed of the fresh weights", 0, key="init_seed")
    if place == BUNDLE:
        return BackboneConfig(random_init=twin, init_seed=seed)
    state.seed(f"id_{place}", "" if now.id == BUNDLED else now.id)
    hint = (
        "owner/name, for instance distilbert/distilbert-base-uncased"
        if place == HUB
        else "a folder with config and safetensors"
    )
    name = st.text_input(
        "Model id" if place == HUB else "Folder", key=f"id_{place}", placeholder=hint, max_chars=300
    ).strip()
    revision = None
    if place == HUB:
        state.seed("revision", now.revision or "")
        with st.expander("More settings", icon=":material/tune:"):
            revision = st.text_input("Revision", key="revision", help="branch, tag or commit").strip() or None
        st.caption(
            "Only safetensors weights are used and no code of the model is ever run. It is fetched once, "
            "after you have seen its size, then kept."
        )
    if not name:
        st.stop()
    if FOLDER not in places and (name.startswith(("/", ".", "~")) or os.path.exists(name)):
        shown.error("Models from folders are not offered here: give a Hub id such as owner/name.")
        st.stop()
    return BackboneConfig(id=name, revision=revision, random_init=twin, init_seed=seed)


def _twin(now: BackboneConfig) -> bool:
    state.seed("twin", now.random_init)
    return st.toggle(
        "Random-init twin",
        key="twin",
        help="The same architecture with fresh weights: it has read nothing. "
        "The control that shows what transfer is worth.",
    )


def _place(now: BackboneConfig, places: list[str]) -> str:
    folder = now.id.startswith(("/", ".", "~")) or HUB not in places
    place = BUNDLE if now.id == BUNDLED else FOLDER if folder else HUB
    return place if place in places else BUNDLE
