"""Form with which a teacher pins data sets and configurations for all seats of a class."""

import streamlit as st

from pages._ui.shell import errors, state
from pages._ui.shell.formatting import distinct, short
from translearn_core.data import SAMPLES, sample_bytes
from translearn_core.jobs import TRAIN
from translearn_core.runs import Pins, Room
from translearn_core.runs.rooms.records import PinnedDataset, PinnedSettings

SAMPLE, OWN, DRAFT, RUN = "sample", "own", "draft", "run"
"""Kinds of what can be pinned."""


def show(room: Room) -> None:
    """Show what is pinned, and offer to pin more."""
    with st.expander("Pin a data set or settings for all", icon=":material/keep:"):
        st.markdown(
            "What you pin stands on the pages Home and Data of every seat. A click there makes it their own."
        )
        for pin in Pins(state.store()).all(room.id):
            with st.container(horizontal=True, vertical_alignment="center", key=f"pinned-{pin.id}"):
                st.text(pin.name, width="stretch")
                st.button("Take off", key=f"unpin-{pin.id}", icon=":material/keep_off:", type="tertiary",
                          on_click=_remove, args=(room, pin.id))  # fmt: skip
        choices = _choices()
        chosen = st.selectbox(
            "What to pin", list(choices), None, key="pin_choice", format_func=choices.__getitem__,
            placeholder="a sample, a data set of yours, or settings",
        )  # fmt: skip
        if st.button("Pin it", key="pin", icon=":material/keep:", disabled=chosen is None) and chosen:
            with errors.show_errors():
                _add(room, chosen)
                st.rerun()


def _choices() -> dict[str, str]:
    """Return what can be pinned: its title by kind and id."""
    found = {f"{SAMPLE}:{sample.key}": f"Sample: {sample.title}" for sample in SAMPLES}
    names = distinct({one.digest: short(one.name, 60) for one in state.datasets()})
    found |= {f"{OWN}:{digest}": f"Data set: {name}" for digest, name in names.items()}
    if state.draft().data is not None and state.dataset() is not None:
        found[f"{DRAFT}:"] = "Settings: those you have put together now, with their data"
    runs = [run for run in state.store().runs(state.owner()) if run.job.config.joint_run is None][:20]
    named = distinct({run.id: short(run.name, 60) for run in runs})
    return found | {f"{RUN}:{id}": f"Settings of the run {name}" for id, name in named.items()}


def _add(room: Room, chosen: str) -> None:
    kind, _, id = chosen.partition(":")
    store, owner, pins = state.store(), state.owner(), Pins(state.store())
    if kind == SAMPLE:
        sample = next(one for one in SAMPLES if one.key == id)
        digest = store.add_dataset(owner, sample.file, {"train": sample_bytes(id)}).digest
        pins.add(room, sample.title, PinnedDataset(dataset=digest))
    elif kind == OWN:
        pins.add(room, store.dataset(owner, id).name, PinnedDataset(dataset=id))
    elif kind == DRAFT:
        dataset = state.dataset()
        assert dataset is not None  # offered only then
        settings = PinnedSettings(experiment=state.draft().experiment)
        pins.add(room, f"Settings for {dataset.name}", settings)
    else:
        run = store.run(owner, id, TRAIN)
        pins.add(room, run.name, PinnedSettings(experiment=run.job.config.as_new_run()))


def _remove(room: Room, pin: str) -> None:
    with errors.show_errors():
        Pins(state.store()).remove(room, pin)
