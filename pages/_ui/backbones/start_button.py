"""The button that starts a training on texts."""

from typing import Any

from pages._ui.shell import jobs, st
from translearn_core.config import JobConfig
from translearn_core.runs import State


def start_button(config: JobConfig[Any], name: str, key: str) -> None:
    """Offer to start a training under `name`, unless exactly this one is done or on its way."""
    earlier = jobs.find_run(config)
    submitted = earlier is not None and (earlier.state.live or earlier.state is State.DONE)
    if st.button(
        "Start", key=key, icon=":material/play_arrow:", disabled=submitted,
        help="Exactly this run is listed below." if submitted else None,
    ):  # fmt: skip
        jobs.submit(config, name)
        st.rerun()
