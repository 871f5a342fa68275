"""`translearn class` opens classes, shows who is where, and writes what was guessed."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.commands.terminals import Terminal, refused
from translearn_core.runs import LOCAL, LessonProgress, Rooms, RunStore, Workspace


def test_a_class_is_opened_shown_paused_closed_and_deleted(own_terminal: Terminal, tmp_path: Path) -> None:
    store = RunStore(Workspace(own_terminal.workspace))
    assert "No classes yet" in own_terminal("class", "list").stdout
    made = json.loads(
        own_terminal("class", "open", "Monday", "--lesson", "luck", "--url", "http://lab/x/", "--json").stdout
    )
    code = made["class"]
    assert urlsplit(made["join"]).path == "/x/class"
    assert parse_qs(urlsplit(made["board"]).query)["key"] == [Rooms(store).get(LOCAL, code).board_key]
    ann = Rooms(store).join("ann", code, "=Ann")
    answer = {"value": 7.0, "reason": "few labels"}
    LessonProgress(store).save(ann.learner, "luck", "spread", answer, lock=True)
    LessonProgress(store).move(ann.learner, "luck", "which")
    guesses, scores = tmp_path / "guesses.csv", tmp_path / "scores.csv"
    shown = own_terminal("class", "show", code, "--csv", str(guesses), "--scores", str(scores), "--json")
    record = json.loads(shown.stdout)
    assert (record["guesses"], record["seats"][0]["step"]) == (1, "which")
    assert "'=Ann,spread,7,few labels" in guesses.read_text()  # not a formula
    assert scores.read_text().strip() == "seat,arm,seed,test_score"
    own_terminal("class", "pin", code, "--sample", "tickets")
    assert "Support tickets" in own_terminal("class", "show", code, "--json").stdout
    own_terminal("class", "pause", code)
    own_terminal("class", "close", code)
    room = Rooms(store).get(LOCAL, code)
    assert room.paused
    assert room.closed is not None
    assert "one of --sample" in refused(own_terminal("class", "pin", code))
    assert "no such class of yours" in refused(own_terminal("class", "show", "ZZZZZZ"))
    own_terminal("class", "delete", code)
    assert json.loads(own_terminal("class", "list", "--json").stdout) == {"classes": []}
    assert LessonProgress(store).answers(ann.learner, "luck") == {}
    store.close()
