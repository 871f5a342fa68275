"""Download of a Hub model: size, confirmation, progress, stop button."""

from pages._ui.runs import run_actions
from pages._ui.shell import formatting, jobs, st, state
from translearn_core.config import ADAPTED, BUNDLED_BACKBONES, BackboneConfig
from translearn_core.jobs import BackboneInfoConfig, DownloadSizeConfig
from translearn_core.results import BackboneInfo
from translearn_core.runs import Run, State

STOPPED = "Stopped. What was downloaded so far is kept, and the rest can follow at any time."


def agreed(backbone: BackboneConfig) -> bool:
    """Whether a backbone is here or its download was confirmed; draws the confirmation otherwise."""
    config = BackboneInfoConfig(backbone=backbone)
    return not _remote(backbone) or jobs.find_run(config) is not None or _agreed(config)


def require_backbone_info(backbone: BackboneConfig) -> BackboneInfo | None:
    """Return the architecture of an `agreed` backbone; None, with its progress, while it is not known."""
    config = BackboneInfoConfig(backbone=backbone)
    run = jobs.find_run(config)
    if _remote(backbone):
        if run is not None and run.state.live:
            st.fragment(run_every=jobs.POLL["ask"])(run_actions.progress)(run.id, _amount, "stop_fetching")
            st.caption("It goes on without this page.")
            return None
        if run is not None and run.state is State.STOPPED:
            st.info(STOPPED, icon=":material/stop_circle:")
            if st.button("Try again", key=f"again-{run.job.id}", icon=":material/refresh:"):
                jobs.submit(config)
                st.rerun()
            return None
    return jobs.submit_and_watch(config)


def _remote(backbone: BackboneConfig) -> bool:
    return backbone.id not in BUNDLED_BACKBONES and not backbone.id.startswith(ADAPTED)


def _agreed(config: BackboneInfoConfig) -> bool:
    # the random-init twin has the same files; the size is kept until the download begins
    source = config.backbone.model_copy(update={"random_init": False, "init_seed": 0})
    size_config = DownloadSizeConfig(backbone=source)
    download = jobs.submit_and_watch(size_config)
    if download is None or not download.bytes:
        return download is not None
    with st.container(border=True, key="fetch_box"):
        name, size = formatting.plain(source.id), formatting.plain(formatting.size(download.bytes))
        st.markdown(f"**{name}** is {size}; it is kept in the model cache.")
        if st.button("Download it", key="fetch", type="primary", icon=":material/download:"):
            if (answered := jobs.find_run(size_config)) is not None:
                state.store().delete_run(state.owner(), answered.id)
            jobs.submit(config)
            st.rerun()
    return False


def _amount(run: Run) -> str:
    progress, text = (
        run.job.progress,
        f"{formatting.plain(run.job.config.backbone.id)} … {jobs.progress_text(run)}",
    )
    if run.state is not State.RUNNING or progress is None or not progress.total:
        return text
    size = f"({formatting.size(progress.done)} of {formatting.size(progress.total)})"
    return f"{text} {formatting.plain(size)}"
