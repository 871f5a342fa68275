"""Classroom page: join a class, one's seat in it, and the classes that one teaches."""

from pages._ui.rooms import class_forms, current, room_panel, seat_panel
from pages._ui.shell import navigation, page_header, st, state

page_header.header(
    "class",
    "A class takes a lesson together. Everybody guesses at their own screen, and the board joins all guesses "
    "and runs into one picture.",
)
owned = current.rooms().all(state.owner())
code = st.query_params.get("code", "")
taught = class_forms.matching(owned, code)
if taught is not None:
    room_panel.show(taught)
    navigation.stop_page()
seat = current.seat()
left, right = st.columns(2, gap="large")
with left:
    if seat is not None:
        seat_panel.show(seat)
    if seat is None or class_forms.leads_elsewhere(seat, code):
        class_forms.join(code)
with right:
    class_forms.open_room()
    class_forms.rooms(owned)
