"""A class in the browser: opened, joined by code, guesses on the board, pins, pause and deletion."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
from visits import ALICE, BOB, Open, keys, page_text

from pages._ui.server.owner import owner_of
from pages._ui.share import address
from translearn_core.config.settings import settings
from translearn_core.lessons.lesson_file import lesson
from translearn_core.runs import LessonProgress, Pins, Room, Rooms, open_store
from translearn_core.runs.rooms.overview import room_guesses, seat_statuses

TEACHER, SEAT = owner_of(ALICE), owner_of(BOB)
CEM = "C" * 43


@pytest.fixture
def room(workspace) -> Room:
    return Rooms(open_store()).open(TEACHER, "Monday", lesson="luck")


def join(visit: Open, room: Room, token: str = BOB, name: str = "Bob") -> AppTest:
    at = visit("class", token, code=room.code)
    at.text_input(key="seat_name").set_value(name)
    at.button(key="join").click().run()
    assert not at.error, at.error[0].value
    return at


def guess(visit: Open, token: str, value: float) -> None:
    at = visit("lessons", token, lesson="luck", step="spread")
    at.number_input(key="lesson.luck.spread.value").set_value(value).run()
    at.text_input(key="lesson.luck.spread.reason").set_value("few labels").run()
    at.button(key="lock_guess").click().run()
    assert not at.error


def test_a_class_is_opened_and_joined_and_a_guess_is_on_the_board(visit: Open) -> None:
    at = visit("class")
    at.text_input(key="room_name").set_value("Monday, 10 am")
    at.selectbox(key="room_lesson").select("luck")
    at.button(key="open_room").click().run()
    (room,) = Rooms(open_store()).all(TEACHER)
    assert at.metric[0].value == room.code
    joined = join(visit, room)
    assert "You are in Monday, 10 am" in page_text(joined)
    guess(visit, BOB, 7.0)
    board = visit("board", code=room.code)
    assert "1 guess so far" in page_text(board)
    assert len(board.get("plotly_chart")) == 1
    (frame,) = [one.value for one in board.dataframe]
    assert frame[["seat", "guess", "reason"]].values.tolist() == [["Bob", "7", "few labels"]]
    teacher = visit("class", code=room.code)
    assert "which" in [one.step for one in seat_statuses(open_store(), room.id)]
    assert "2 of 8: The same six seeds" not in page_text(teacher)
    assert teacher.dataframe[0].value["name"].tolist() == ["Bob"]


@pytest.fixture
def listens(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A browser on the server itself, which is in a network; what it listens on is restored."""
    before = st.get_option("server.address")
    monkeypatch.setattr(ContextProxy, "url", "http://127.0.0.1:8501/class")
    monkeypatch.setattr(address, "network_address", lambda: "192.168.1.7")
    yield monkeypatch
    config.set_option("server.address", before)
    settings.cache_clear()


@pytest.mark.parametrize(
    ("host", "names", "warned"),
    [
        ("127.0.0.1", "", "translearn --host 0.0.0.0 --port"),
        ("127.0.0.1", "lab", "that others use"),
        ("0.0.0.0", "", ""),
    ],
)
def test_the_class_offers_an_address_that_other_computers_can_open_or_says_that_there_is_none(
    visit: Open, room: Room, listens: pytest.MonkeyPatch, host: str, names: str, warned: str
) -> None:
    config.set_option("server.address", host)
    listens.setenv("TRANSLEARN_HOSTS", names)
    settings.cache_clear()
    at = visit("class", code=room.code)
    reached = "127.0.0.1" if warned else "192.168.1.7"
    assert f"http://{reached}:8501/class?code={room.code}" in [one.value for one in at.code]
    assert [warned in one.value for one in at.warning] == [True] * bool(warned)
    board = visit("board", code=room.code)
    assert f"//{reached}" in page_text(board).replace("\\", "")
    assert room.code in page_text(board)
    assert len(board.warning) == bool(warned)
    Rooms(open_store()).close(TEACHER, room.id)
    closed = visit("class", code=room.code)
    assert not closed.warning
    assert not [one for one in closed.code if room.code in one.value]


def test_a_wrong_code_and_a_taken_name_get_a_sentence(visit: Open, room: Room) -> None:
    at = visit("class", BOB, code="ZZZZZZ")
    at.text_input(key="seat_name").set_value("Bob")
    at.button(key="join").click().run()
    assert "no open class with this code" in at.error[0].value.replace("\\", "")
    join(visit, room)
    at = visit("class", CEM, code=room.code)
    at.text_input(key="seat_name").set_value("bob")
    at.button(key="join").click().run()
    assert "somebody in this class has this one" in at.error[0].value.replace("\\", "")


def test_the_code_of_a_class_shows_a_stranger_neither_its_seats_nor_its_board(
    visit: Open, room: Room
) -> None:
    join(visit, room)
    guess(visit, BOB, 7.0)
    stranger = visit("class", CEM, code=room.code)
    assert not stranger.dataframe
    assert "Monday" not in page_text(stranger)
    board = visit("board", CEM, code=room.code)
    assert board.error
    assert not board.get("plotly_chart")
    assert "not opened the board" in visit("board", BOB, code=room.code).error[0].value
    assert visit("board", CEM, key=room.board_key).get("plotly_chart")  # the secret address
    assert visit("board", CEM, key="x" * 43).error


def test_a_seat_sees_the_board_of_a_guess_when_its_own_is_locked(visit: Open, room: Room) -> None:
    Rooms(open_store()).change(TEACHER, room.id, board_shared=True)
    join(visit, room)
    join(visit, room, CEM, "Cem")
    guess(visit, CEM, 3.0)
    at = visit("board", BOB, code=room.code)
    assert "Guess first" in page_text(at)
    assert not at.get("plotly_chart")
    guess(visit, BOB, 7.0)
    at = visit("board", BOB, code=room.code)
    assert "2 guesses so far" in page_text(at)
    assert at.toggle(key="board_reveal").disabled
    assert not visit("board", code=room.code).toggle(key="board_reveal").disabled  # the teacher's


def test_the_board_without_names_shows_numbers(visit: Open, room: Room) -> None:
    Rooms(open_store()).change(TEACHER, room.id, names_hidden=True)
    join(visit, room, name="Robert")
    guess(visit, BOB, 7.0)
    at = visit("board", code=room.code)
    assert at.dataframe[0].value["seat"].tolist() == ["Seat 1"]
    assert "Robert" not in page_text(at)


def test_what_was_guessed_before_the_class_stays_outside_of_it(visit: Open, room: Room) -> None:
    guess(visit, BOB, 1.0)
    at = join(visit, room)
    at.button(key="to_lesson").click().run()
    assert at.number_input(key="lesson.luck.spread.value").value is None
    guess(visit, BOB, 9.0)
    assert [one.value for one in room_guesses(open_store(), room.id, "luck")] == [9.0]
    at = visit("class", BOB)
    at.button(key="leave_class").click().run()
    assert not at.error
    at = visit("lessons", BOB, lesson="luck", step="spread")
    assert "Your guess: **1.0 points**" in page_text(at)


def test_each_seat_runs_a_seed_of_its_own(visit: Open, room: Room) -> None:
    seats = {BOB: "Bob", CEM: "Cem"}
    for token, name in seats.items():
        join(visit, room, token, name)
        for step in lesson("luck").steps:
            if step.kind == "guess":
                value = step.low if step.of == "number" else step.options[0]
                answer = {"value": value, "reason": "so it is"}
                learner = Rooms(open_store()).seat(owner_of(token)).learner
                LessonProgress(open_store()).save(learner, "luck", step.id, answer, lock=True)
        at = visit("lessons", token, lesson="luck", step="runs")
        at.button(key="run_live").click().run()
        assert "each seat runs one seed" in page_text(at)
    seeds = [{run.job.config.training.seed for run in open_store().runs(owner_of(token))} for token in seats]
    assert seeds == [{1}, {2}]
    assert [one.activity for one in seat_statuses(open_store(), room.id)] == ["waiting", "waiting"]


def test_a_pause_is_told_where_one_waits(visit: Open, room: Room) -> None:
    join(visit, room)
    at = visit("class", code=room.code)
    at.button(key="pause_room").click().run()
    assert "Trainings are paused" in "".join(str(one.value) for one in at.markdown)
    assert "paused new trainings of Monday" in page_text(visit("class", BOB))
    visit("class", code=room.code).button(key="pause_room").click().run()
    assert not Rooms(open_store()).get(TEACHER, room.id).paused


def test_a_pinned_sample_is_opened_by_a_seat_with_its_columns(visit: Open, room: Room) -> None:
    at = visit("class", code=room.code)
    at.selectbox(key="pin_choice").select("sample:tickets").run()
    at.button(key="pin").click().run()
    (pin,) = Pins(open_store()).all(room.id)
    assert not [key for key in keys(visit("home", BOB)) if str(key).startswith("take-")]
    join(visit, room)
    for page in ("home", "data"):
        at = visit(page, BOB)
        assert "From your class" in page_text(at)
    at.button(key=f"take-{pin.id}").click().run()
    (dataset,) = open_store().datasets(SEAT)
    draft = at.session_state["draft"]
    assert (draft.dataset, draft.text, draft.label) == (dataset.digest, "text", "intent")


def test_a_deleted_class_is_gone_from_all_pages(visit: Open, room: Room) -> None:
    join(visit, room)
    guess(visit, BOB, 7.0)
    at = visit("class", code=room.code)
    at.checkbox(key="room_sure").check().run()
    at.button(key="delete_room").click().run()
    assert Rooms(open_store()).all(TEACHER) == []
    assert not visit("class", BOB).error
    assert Rooms(open_store()).seat(SEAT) is None
