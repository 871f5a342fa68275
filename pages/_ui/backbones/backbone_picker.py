"""Backbone picker: bundled, pretrained here, from the Hub, or from a folder of the server."""

from typing import Any

from pages._ui.backbones import backbone_names, server_folders
from pages._ui.shell import jobs, navigation, st, state
from pages._ui.shell.formatting import short
from translearn_core.config import (
    ADAPTED,
    BUNDLED,
    BUNDLED_BACKBONES,
    GLOVE,
    MULTILINGUAL,
    BackboneConfig,
    WordWeights,
)
from translearn_core.config.model_names import parse_model_name
from translearn_core.config.settings import settings
from translearn_core.jobs import BACKBONE_JOBS, BackboneInfoConfig
from translearn_core.runs import Run, State

BUNDLE, MADE_HERE, HUB, FOLDER = (
    "Bundled",
    "Trained here",
    "Hugging Face Hub",
    "Folder on the server",
)

BUNDLED_LABELS = {
    BUNDLED: f"{BUNDLED}: English, small and fast",
    MULTILINGUAL: f"{MULTILINGUAL}: a hundred languages, 4-bit source",
    GLOVE: f"{GLOVE}: word vectors, English",
}
"""Names of the bundled backbones with what they are for."""

WEIGHTS = {
    WordWeights.UNIFORM: "all the same",
    WordWeights.IDF: "rare words more (IDF)",
    WordWeights.SIF: "rare words more, common direction removed (SIF)",
}
"""Names of the weights of words."""


def choose() -> BackboneConfig:
    """Draw the picker and return the choice."""
    drafted = state.draft().backbone
    since, requested = state.get_value("backbone_wanted", (drafted, drafted))
    chosen = _choose(requested if since == drafted else drafted)
    if chosen.id == drafted.id and not chosen.random_init:  # keep the changes of a recipe
        chosen = chosen.model_copy(
            update={"keep_blocks": drafted.keep_blocks, "reinit_top_layers": drafted.reinit_top_layers}
        )
    chosen = _weight_words(chosen, drafted)
    state.set_value("backbone_wanted", (drafted, chosen))
    return chosen


def _weight_words(chosen: BackboneConfig, drafted: BackboneConfig) -> BackboneConfig:
    """Let word vectors be weighted; until the backbone is known to be of words, leave it as it is."""
    info = jobs.known(BackboneInfoConfig(backbone=chosen))
    if info is None or not info.is_word_vectors:
        return chosen
    state.init_widget(
        "word_weights", drafted.word_weights if drafted.id == chosen.id else WordWeights.UNIFORM
    )
    weights = st.segmented_control(
        "Weight of a word in the mean of a text",
        list(WordWeights),
        format_func=WEIGHTS.__getitem__,
        key="word_weights",
        required=True,
    )
    return chosen.model_copy(update={"word_weights": weights})


def use_made_here(run: Run[Any]) -> None:
    """Choose the backbone that a run made; call it in a callback."""
    state.set_value("backbone_wanted", (state.draft().backbone, BackboneConfig(id=f"{ADAPTED}{run.job.id}")))
    state.reset("backbone_place", "backbone_mine", "twin")


def made_here() -> list[Run[Any]]:
    """Return the owner's runs that make a backbone, newest first."""
    runs = [run for spec in BACKBONE_JOBS for run in state.store().runs(state.owner(), spec)]
    return sorted(runs, key=lambda run: run.created, reverse=True)


def _choose(current: BackboneConfig) -> BackboneConfig:
    pretrained = {f"{ADAPTED}{run.job.id}": run for run in made_here() if run.state is State.DONE}
    places = (
        [BUNDLE]
        + [MADE_HERE] * bool(pretrained)
        + [HUB] * settings().hub
        + [FOLDER] * server_folders.offered()
    )
    if state.get_value("backbone_place", BUNDLE) not in places:
        state.reset("backbone_place")
    state.init_widget("backbone_place", _place(current, places, pretrained))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.segmented_control("Where it comes from", places, key="backbone_place", required=True)
        twin = _twin(current)
    seed = current.init_seed
    if twin:
        state.init_widget("init_seed", current.init_seed)
        seed = st.number_input("Seed of the random weights", 0, value=current.init_seed, key="init_seed")
    if source == BUNDLE:
        return BackboneConfig(id=_pick_bundled(current), random_init=twin, init_seed=seed)
    if source == MADE_HERE:
        return BackboneConfig(id=_pick_pretrained(pretrained, current), random_init=twin, init_seed=seed)
    state.init_widget(
        f"id_{source}",
        "" if current.id in BUNDLED_BACKBONES or current.id.startswith(ADAPTED) else current.id,
    )
    hint = (
        "owner/name, for instance distilbert/distilbert-base-uncased"
        if source == HUB
        else "a folder with config and safetensors"
    )
    name = st.text_input(
        "Model id" if source == HUB else "Folder", key=f"id_{source}", placeholder=hint, max_chars=300
    ).strip()
    revision = None
    if source == HUB:
        state.init_widget("revision", current.revision or "")
        with st.expander("More settings", icon=":material/tune:"):
            revision = st.text_input("Revision", key="revision", help="branch, tag or commit").strip() or None
        st.caption(
            "Only safetensors weights are used and no code of the model is ever run. It is downloaded once, "
            "after you have seen its size, and cached."
        )
    id, revision = parse_model_name(name, revision)
    if not id:
        navigation.stop_page()
    chosen = BackboneConfig(id=id, revision=revision, random_init=twin, init_seed=seed)
    server_folders.check(chosen)
    return chosen


def _pick_bundled(current: BackboneConfig) -> str:
    state.init_widget("bundled", current.id if current.id in BUNDLED_BACKBONES else BUNDLED)
    chosen: str = st.segmented_control(
        "Model",
        BUNDLED_BACKBONES,
        format_func=BUNDLED_LABELS.__getitem__,
        key="bundled",
        required=True,
    )
    return chosen


def _pick_pretrained(pretrained: dict[str, Run], current: BackboneConfig) -> str:
    if state.get_value("backbone_mine", current.id) not in pretrained:
        state.reset("backbone_mine")
    preset = current.id if current.id in pretrained else next(iter(pretrained))
    state.init_widget("backbone_mine", preset)
    tell, names = backbone_names.name_lookup(), {}
    for id, run in pretrained.items():
        names[id] = f"{short(run.name, 60)} ({short(tell(backbone_names.origin(run.job.config)), 60)})"
    chosen: str = st.selectbox(
        "Backbone",
        list(names),
        list(names).index(preset),
        format_func=names.__getitem__,
        key="backbone_mine",
    )
    return chosen


def _twin(current: BackboneConfig) -> bool:
    state.init_widget("twin", current.random_init)
    return st.toggle(
        "Random-init twin",
        current.random_init,
        key="twin",
        help="The same architecture with random weights, not pretrained: the control that shows the transfer "
        "gain.",
    )


def _place(current: BackboneConfig, places: list[str], pretrained: dict[str, Run]) -> str:
    if current.id in BUNDLED_BACKBONES or current.id.startswith(ADAPTED):
        return MADE_HERE if current.id in pretrained else BUNDLE
    folder = server_folders.is_folder(current.id) or HUB not in places
    source = FOLDER if folder else HUB
    return source if source in places else BUNDLE
