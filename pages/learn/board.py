"""Board page: the guesses and runs of a class in large type, for the projector."""

from pages._ui.rooms import board_access, board_view
from pages._ui.shell import errors, navigation, st
from translearn_core.errors import TranslearnError

try:
    viewer = board_access.viewer(st.query_params.get("key"), st.query_params.get("code"))
except TranslearnError as problem:
    errors.show_error(problem)
    navigation.link("class", "Join a class, or open one")
    navigation.stop_page()
board_view.show(viewer)
