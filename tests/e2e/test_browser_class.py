"""A class in browsers: joined by code, guessed at a seat, seen on the board, also after the server dies."""

import signal
from collections.abc import Callable

import pytest

from pages._ui.server.owner import new_token, owner_of
from tests.e2e.house import Server, Visitor, expect, keyed, settled, sound, title
from translearn_core.runs import Rooms
from translearn_core.runs.rooms.overview import room_guesses

pytestmark = pytest.mark.browser


def test_a_class_outlives_the_server_with_its_seats_and_guesses(
    server: Server, visit: Callable[..., Visitor]
) -> None:
    token = new_token()
    room = Rooms(server.store).open(owner_of(token), "Monday", lesson="luck")
    board = visit(token).open("board", code=room.code)
    expect(keyed(board, "board")).to_contain_text("Nobody has locked a guess yet")

    seat = visit()
    tab = seat.open("class", code=room.code)
    title(tab, "class")
    keyed(tab, "seat_name").get_by_role("textbox").fill("Ann")
    keyed(tab, "join").get_by_role("button").click()
    keyed(tab, "to_lesson").get_by_role("button").click()
    number = tab.get_by_label("Your guess in points")
    number.fill("7")
    number.press("Tab")
    settled(tab, bars=1)
    reason = tab.get_by_label("Why? One sentence is enough.")
    reason.fill("few labels")
    reason.press("Tab")
    settled(tab, bars=1)

    server.end(signal.SIGKILL)
    server.start()
    tab.reload()
    expect(tab.get_by_label("Your guess in points")).to_have_value("7.0")  # typed, not yet locked
    keyed(tab, "lock_guess").get_by_role("button").click()
    expect(tab.get_by_test_id("stMain")).to_contain_text("Which scores differ more")

    server.end(signal.SIGKILL)
    server.start()
    (guess,) = room_guesses(server.store, room.id, "luck")
    assert (guess.seat.name, guess.value, guess.reason) == ("Ann", 7.0, "few labels")
    board.reload()
    expect(keyed(board, "board")).to_contain_text("1 guess so far")
    tab.goto(f"{server.url}/class")
    expect(keyed(tab, "seat")).to_contain_text("Your name here is Ann, seat 1")
    sound(tab)
    sound(board)
