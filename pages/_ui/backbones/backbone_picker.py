"""Which pretrained model: the bundled one, one made here, one from the Hub, or a folder on this machine."""

import streamlit as st

from pages._ui.backbones import backbone_names, server_folders
from pages._ui.shell import state, stop
from pages._ui.shell.formatting import short
from translearn_core.config import ADAPTED, BUNDLED, BackboneConfig, JobKind, PretrainConfig
from translearn_core.config.model_names import parse_model_name
from translearn_core.runs import Run, State
from translearn_core.settings import settings

BUNDLE, MINE, HUB, FOLDER = "Bundled", "Pre-trained here", "Hugging Face Hub", "Folder on the server"


def choose() -> BackboneConfig:
    """Draw the choice and return it; it is no part of the draft before its anatomy is known."""
    drafted = state.draft().backbone
    since, wanted = state.get_value("backbone_wanted", (drafted, drafted))
    chosen = _choose(wanted if since == drafted else drafted)
    if chosen.id == drafted.id and not chosen.random_init:  # what a recipe made of it stays
        chosen = chosen.model_copy(update={"blocks": drafted.blocks, "fresh_top": drafted.fresh_top})
    state.set_value("backbone_wanted", (drafted, chosen))
    return chosen


def use(run: Run) -> None:
    """Choose the backbone that a pre-training made; call it in a callback."""
    state.set_value("backbone_wanted", (state.draft().backbone, BackboneConfig(id=f"{ADAPTED}{run.job.id}")))
    state.reset("backbone_place", "backbone_mine", "twin")


def pretrainings() -> list[Run]:
    """Return the owner's pre-trainings, newest first."""
    return state.store().runs(state.owner(), JobKind.PRETRAIN)


def _choose(now: BackboneConfig) -> BackboneConfig:
    mine = {f"{ADAPTED}{run.job.id}": run for run in pretrainings() if run.state is State.DONE}
    places = [BUNDLE] + [MINE] * bool(mine) + [HUB] * settings().hub + [FOLDER] * server_folders.offered()
    if state.get_value("backbone_place", BUNDLE) not in places:
        state.reset("backbone_place")
    state.init_widget("backbone_place", _place(now, places, mine))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.segmented_control("Where it comes from", places, key="backbone_place", required=True)
        twin = _twin(now)
    seed = now.init_seed
    if twin:
        state.init_widget("init_seed", now.init_seed)
        seed = st.number_input("Seed of the fresh weights", 0, key="init_seed")
    if place == BUNDLE:
        return BackboneConfig(random_init=twin, init_seed=seed)
    if place == MINE:
        return BackboneConfig(id=_mine(mine, now), random_init=twin, init_seed=seed)
    state.init_widget(f"id_{place}", "" if now.id == BUNDLED or now.id.startswith(ADAPTED) else now.id)
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
        state.init_widget("revision", now.revision or "")
        with st.expander("More settings", icon=":material/tune:"):
            revision = st.text_input("Revision", key="revision", help="branch, tag or commit").strip() or None
        st.caption(
            "Only safetensors weights are used and no code of the model is ever run. It is fetched once, "
            "after you have seen its size, then kept."
        )
    id, revision = parse_model_name(name, revision)
    if not id:
        stop.stop_page()
    chosen = BackboneConfig(id=id, revision=revision, random_init=twin, init_seed=seed)
    server_folders.check(chosen)
    return chosen


def _mine(mine: dict[str, Run], now: BackboneConfig) -> str:
    if state.get_value("backbone_mine", now.id) not in mine:
        state.reset("backbone_mine")
    state.init_widget("backbone_mine", now.id if now.id in mine else next(iter(mine)))
    tell, names = backbone_names.name_lookup(), {}
    for id, run in mine.items():
        config = run.job.config
        assert isinstance(config, PretrainConfig)
        names[id] = f"{short(run.name, 60)} (from {short(tell(config.backbone.label), 60)})"
    chosen: str = st.selectbox("Backbone", list(names), format_func=names.__getitem__, key="backbone_mine")
    return chosen


def _twin(now: BackboneConfig) -> bool:
    state.init_widget("twin", now.random_init)
    return st.toggle(
        "Random-init twin",
        key="twin",
        help="The same architecture with fresh weights: it has read nothing. The control that shows what "
        "transfer is worth.",
    )


def _place(now: BackboneConfig, places: list[str], mine: dict[str, Run]) -> str:
    if now.id == BUNDLED or now.id.startswith(ADAPTED):
        return MINE if now.id in mine else BUNDLE
    folder = server_folders.is_folder(now.id) or HUB not in places
    place = FOLDER if folder else HUB
    return place if place in places else BUNDLE
