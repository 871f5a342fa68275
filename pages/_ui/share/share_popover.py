"""Popover that makes, shows and revokes the link to what a page shows."""

import hashlib
import time
from datetime import date, datetime, timedelta

from pages._ui.share.address import LINK, SETTINGS, address
from pages._ui.shell import errors, st, state
from translearn_core.config import ExperimentConfig
from translearn_core.config.settings_file import SettingsFile
from translearn_core.runs import ShareLink, ShareLinks
from translearn_core.runs.personal.share_links import SharedSettings, Subject

WHAT: dict[str, str] = {
    "run": "Whoever has the link sees this run as it then is: scores, figures, settings, and the texts that "
    "they show.",
    "study": "Whoever has the link sees this study as it then is: configurations, scores and findings.",
    "comparison": "Whoever has the link sees these runs side by side: scores, costs and learning curves.",
    "projection": "Whoever has the link sees these pictures with the selected texts and the numbers below.",
    "settings": "Whoever has the link sees these settings as they are now, without your data.",
}
"""What a link shows, by kind."""
OPENED = "open_settings"
SETTINGS_FILE = "settings.translearn.json"
ONLY = "It opens in every browser that reaches this server, shows nothing else of yours, and changes nothing."


def popover(subject: Subject, name: str) -> None:
    """Draw the popover; `name` is shown on the shared page and in the list of links."""
    key = f"share-{hashlib.sha256(subject.model_dump_json().encode()).hexdigest()[:12]}"
    with (
        st.popover("Share", icon=":material/share:", type="tertiary", width="content"),
        errors.show_errors(),
    ):
        link = ShareLinks(state.store()).find(state.owner(), subject)
        if link is None:
            _offer(subject, name, key)
        else:
            show(link, key)


def settings_popover(experiment: ExperimentConfig, name: str) -> None:
    """Draw the popover of a configuration: also as a link and a file that any TransLearn opens."""
    popover(SharedSettings(experiment=experiment), name)
    with (
        st.popover("Settings file", icon=":material/file_save:", type="tertiary", width="content"),
        errors.show_errors(),
    ):
        file = SettingsFile.of(name, experiment)
        st.markdown("All settings without your data, for any TransLearn, also on another machine.")
        st.download_button(
            "Download the settings", file.written, SETTINGS_FILE, "application/json",
            key="settings_file", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.markdown("The same as a link. It needs no server to remember it, so it cannot be revoked.")
        st.code(address(**{SETTINGS: file.encoded()}), language=None, wrap_lines=True)
        key = state.uploader_key(OPENED)
        brought = st.file_uploader(
            "Open a settings file: it replaces your settings, and your data stay",
            ["json"],
            key=key,
            max_upload_size=1,
        )
        if brought is not None:
            state.reset_uploader(OPENED)
            state.use_settings(SettingsFile.read(brought.getvalue().decode("utf-8", "replace")).experiment)
            st.rerun()


def _offer(subject: Subject, name: str, key: str) -> None:
    st.markdown(f"{WHAT[subject.kind]} {ONLY}")
    st.date_input(
        "Last day, if it is to end", None, min_value=date.today(), key=f"{key}-end", format="YYYY-MM-DD"
    )
    st.button(
        "Make a link",
        key=f"{key}-make",
        icon=":material/add_link:",
        on_click=_make,
        args=(subject, name, key),
    )


def show(link: ShareLink, key: str) -> None:
    """Show the address of a link, when it ends, and the button that revokes it."""
    st.code(address(**{LINK: link.token}), language=None, wrap_lines=True)
    st.caption(until(link))
    st.button(
        "Revoke", key=f"{key}-revoke", icon=":material/link_off:", on_click=revoke, args=(link.id,),
        help="From then on the link opens nothing.",
    )  # fmt: skip


def until(link: ShareLink) -> str:
    """Say when a link ends."""
    if link.ends is None:
        return "It opens until you revoke it."
    last = time.strftime("%Y-%m-%d", time.localtime(link.ends - 1))
    return f"It has ended: {last} was its last day." if link.ended else f"Its last day is {last}."


def end_of(day: date | None) -> float | None:
    """Return the end of a day on this server in seconds since 1970; None without one."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), datetime.min.time()).timestamp()


def _make(subject: Subject, name: str, key: str) -> None:
    with errors.show_errors():
        day: date | None = state.get_value(f"{key}-end")
        ShareLinks(state.store()).make(state.owner(), subject, name, end_of(day))


def revoke(link: str) -> None:
    """Revoke one of the owner's links."""
    with errors.show_errors():
        ShareLinks(state.store()).revoke(state.owner(), link)
