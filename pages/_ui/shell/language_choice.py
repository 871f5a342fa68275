"""Choice of the language in the menu, kept for each person."""

from pages._ui.shell import errors, language, st, state
from translearn_core.runs.personal.preferences import Preferences
from translearn_core.translation import Language


def restore() -> None:
    """Give a new session the language that its person chose before."""
    if not language.is_chosen() and (stored := Preferences(state.store()).get(state.owner(), language.KEY)):
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
    if chosen is not None and chosen != language.current():
        with errors.show_errors():
            Preferences(state.store()).set(state.owner(), language.KEY, chosen)
            # a new session: the browser tells a choice by its label, which is another one now
            st.html("<script>window.location.reload()</script>", unsafe_allow_javascript=True)
            st.stop()
