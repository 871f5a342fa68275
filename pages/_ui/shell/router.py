"""Router script: menu, logo, error handling around the chosen page."""

from contextlib import suppress

from streamlit.runtime.scriptrunner import StopException

from pages._ui.shell import (
    disk_notice,
    documentation_links,
    errors,
    language_choice,
    navigation,
    notes,
    st,
    state,
)
from translearn_core.config.settings import app_root

ASSETS = app_root() / "assets"

# the text colour of a selected pill: in the dark theme no accent has enough contrast with both white and the
# page; labels of numbers go on in a second line, where Streamlit cuts them; captions, of 60 % opacity in
# Streamlit, with a contrast of 4.5 and more, and their links in full; a strip above each chart for its
# toolbar, which would cover legends and titles; links to pages go on in a second line; and the menu scrolls
# by itself where there is room, so that what stands below it, the language, is always in view
STYLE = """<style>
[data-testid="stMetricLabel"] * { white-space: normal !important; height: auto }
button[data-variant][data-selected]:not([data-disabled]) { color: inherit !important }
[data-testid=stCaptionContainer] {
  opacity: 1 !important; color: color-mix(in srgb, currentColor 78%, transparent) !important
}
.stElementContainer:has(> * > .stPlotlyChart) { margin-top: 12px; overflow: visible }
.stPlotlyChart .js-plotly-plot { overflow: visible !important }
.stPlotlyChart .modebar-container { top: -28px !important }
[data-testid=stPageLink] :is(span, div, p):not([data-testid=stIconMaterial]) { white-space: normal }
@media (min-height: 480px) {
  [data-testid=stSidebarContent] { display: flex; flex-direction: column }
  [data-testid=stSidebarContent] > :not(nav) { flex: none }
  [data-testid=stSidebarNav] { flex: 1 1 auto; min-height: 0; overflow-y: auto }
  [data-testid=stSidebarNavSeparator] { display: none }
  [data-testid=stSidebarUserContent] { padding: 0.75rem 0 }
}
</style>"""

# a file: an icon by name would be fetched from the network
st.set_page_config(page_title="TransLearn", page_icon=ASSETS / "icon.png", layout="wide")
st.logo(ASSETS / "logo.svg", size="large", icon_image=ASSETS / "icon.svg")
st.html(STYLE)
with errors.show_errors():
    language_choice.restore()
chosen = st.navigation(navigation.menu(), expanded=True)
documentation_links.menu_link()
language_choice.show()
state.begin_page(chosen.url_path)
with errors.show_errors():
    disk_notice.warn()
with errors.show_errors(), suppress(StopException):  # see `stop_page`
    notes.end()
    chosen.run()
state.end_page()
