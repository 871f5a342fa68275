"""Choice of the language in the menu, kept for each person."""

from contextlib import suppress

from pages._ui.server.owner import COOKIE, owner_of, well_formed
from pages._ui.shell import errors, language, st, state
from translearn_core.errors import TranslearnError
from translearn_core.runs.personal.preferences import Preferences
from translearn_core.translation import Language


def restore() -> None:
    """Give a new session the language that its person chose before."""
    owner = _owner()
    if owner is None or language.is_chosen():
        return
    with suppress(TranslearnError):  # the page says what is wrong
        if stored := Preferences(state.store()).get(owner, language.KEY):
            language.choose(Language(stored))


def show() -> None:
    """Draw the choice below the menu."""
    with st.sidebar:
        chosen = st.segmented_control(
            "Language / 语言",
            Language.offered(),
            default=None if language.current() is Language.PSEUDO else language.current(),
            required=language.current() is not Language.PSEUDO,
            format_func=lambda one: one.native,
            key="choose_language",
            label_visibility="collapsed",
        )
    if chosen is None or chosen == language.current():
        return
    owner = _owner()
    if owner is None:  # somebody who only looks at what is shared
        language.choose(Language(chosen))
        st.rerun()
    with errors.show_errors():
        Preferences(state.store()).set(owner, language.KEY, chosen)
        # a new session: the browser tells a choice by its label, which is another one now
        st.html("<script>window.location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()


def _owner() -> str | None:
    """Return the owner of this browser; None if it keeps no cookie."""
    token = st.context.cookies.get(COOKIE)
    return owner_of(token) if well_formed(token) else None
