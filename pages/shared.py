"""Shared page: what a link opens, to read only."""

from pages._ui.share import address, shared_view
from pages._ui.shell import errors, navigation, st, state
from translearn_core.config.settings_file import SettingsFile
from translearn_core.errors import NotFoundError
from translearn_core.runs import ShareLinks

if (code := st.query_params.get(address.SETTINGS)) is not None:
    file = SettingsFile.decoded(code)
    shared_view.settings(file.name or "Settings", file.experiment)
    navigation.stop_page()
try:
    shared_view.show(ShareLinks(state.store()).open(st.query_params.get(address.LINK, "")))
except NotFoundError:  # also where the shared thing was deleted
    errors.show_error(shared_view.NO_LINK)
    navigation.link("home")
