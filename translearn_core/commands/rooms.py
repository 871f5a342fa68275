"""``translearn class``: open, list, show, pause, close and delete classes, and pin things for their seats."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import pandas as pd
import typer
from rich.console import Console

from translearn_core.commands.terminal.client import find_one_target
from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import check_output, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config.settings import settings
from translearn_core.data import SAMPLES, sample_bytes
from translearn_core.data.files.write_table import write_table
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.lessons import board
from translearn_core.lessons.lesson_file import lesson as load_lesson
from translearn_core.runs import LOCAL, Pins, Room, Rooms, open_store
from translearn_core.runs.rooms.overview import room_guesses, seat_statuses
from translearn_core.runs.rooms.records import PinnedDataset, PinnedSettings

NO_CLASSES = "No classes yet: open one with 'translearn class open NAME'."


class Action(StrEnum):
    """What to do with a class."""

    OPEN = "open"
    LIST = "list"
    SHOW = "show"
    PIN = "pin"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    DELETE = "delete"


def manage_class(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    name: Annotated[
        str | None, typer.Argument(metavar="NAME|CODE", help="Name of a new class, or code of one.")
    ] = None,
    lesson: Annotated[str | None, typer.Option(help="Lesson that a new class takes.")] = None,
    hide_names: Annotated[bool, typer.Option("--hide-names", help="The board shows no names.")] = False,
    share_board: Annotated[
        bool, typer.Option("--share-board", help="Seats may open the board, each guess after their own.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option(help="File for the guesses of the class, as the board shows them.")
    ] = None,
    scores: Annotated[Path | None, typer.Option(help="File for the scores of the seats' runs.")] = None,
    sample: Annotated[str | None, typer.Option(help="Sample data set to pin.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Data set to pin, by id or name.")] = None,
    run: Annotated[str | None, typer.Option(help="Run whose settings to pin, by id or name.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Address of the app as others reach it; default: that on this machine.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Open a class that people join with a code, show who is where, pin things for all, pause, delete it."""
    rooms = Rooms(open_store())
    if action is Action.LIST:
        print_result({"classes": [_line(room, url) for room in rooms.all(LOCAL)]}, _show_all, as_json=as_json)
        return
    if name is None:
        raise ConfigError("class", name, "a name to open one, or the code of one")
    if action is Action.OPEN:
        taken = None if lesson is None else load_lesson(lesson).id
        room = rooms.open(LOCAL, name, lesson=taken, names_hidden=hide_names, board_shared=share_board)
        print_result(_line(room, url), _show_addresses, as_json=as_json)
        return
    room = rooms.get(LOCAL, name)
    if action is Action.SHOW:
        _save(room, csv, scores)
        print_result(_record(room, url), _show_one, as_json=as_json)
        return
    if action is Action.PIN:
        _pin(room, sample, dataset, run)
    elif action is Action.DELETE:
        rooms.delete(LOCAL, room.id)
    else:
        _changes(rooms)[action](room.id)
    print_line(f"{room.name}: {DONE[action]}", Console())


DONE = {
    Action.PIN: "pinned for all seats",
    Action.PAUSE: "new trainings wait, running ones go on",
    Action.RESUME: "trainings go on",
    Action.CLOSE: "nobody can join any more",
    Action.REOPEN: "people can join again",
    Action.DELETE: "deleted with everything that was made in it",
}
"""What was done, in words."""


def _changes(rooms: Rooms) -> dict[Action, Callable[[str], Room]]:
    return {
        Action.PAUSE: lambda id: rooms.change(LOCAL, id, paused=True),
        Action.RESUME: lambda id: rooms.change(LOCAL, id, paused=False),
        Action.CLOSE: lambda id: rooms.close(LOCAL, id),
        Action.REOPEN: lambda id: rooms.reopen(LOCAL, id),
    }


def _pin(room: Room, sample: str | None, dataset: str | None, run: str | None) -> None:
    """Pin the one of the three that is given."""
    if [sample, dataset, run].count(None) != 2:
        raise ConfigError("pin", None, "one of --sample, --dataset and --run")
    store, pins = open_store(), Pins(open_store())
    if run is not None:
        found = find_one_target(run)
        pins.add(room, found.name, PinnedSettings(experiment=found.job.config.as_new_run()))
    elif sample is not None:
        one = next((one for one in SAMPLES if one.key == sample), None)
        if one is None:
            raise ConfigError("--sample", sample, f"one of {', '.join(one.key for one in SAMPLES)}")
        digest = store.add_dataset(LOCAL, one.file, {"train": sample_bytes(sample)}).digest
        pins.add(room, one.title, PinnedDataset(dataset=digest))
    else:
        owned = store.datasets(LOCAL)
        chosen = next((one for one in owned if dataset in (one.id, one.digest, one.name)), None)
        if chosen is None:
            raise NotFoundError(f"There is no data set {dataset!r} here: 'translearn runs' lists them.")
        pins.add(room, chosen.name, PinnedDataset(dataset=chosen.digest))


def _save(room: Room, csv: Path | None, scores: Path | None) -> None:
    """Write guesses and scores to files."""
    frames = {csv: _guesses, scores: _scores}
    for path, make in frames.items():
        if path is not None:
            check_output(path)
            write_table(make(room), path)


def _guesses(room: Room) -> pd.DataFrame:
    if room.lesson is None:
        raise ConfigError("--csv", room.code, "a class that takes a lesson")
    found = room_guesses(open_store(), room.id, room.lesson)
    return board.guess_frame(load_lesson(room.lesson), found, hidden=room.names_hidden)


def _scores(room: Room) -> pd.DataFrame:
    if room.lesson is None:
        raise ConfigError("--scores", room.code, "a class that takes a lesson")
    found = board.seat_scores(open_store(), room.id, load_lesson(room.lesson))
    return board.score_frame(found, hidden=room.names_hidden)


def _line(room: Room, url: str | None) -> dict[str, Any]:
    start = (url or f"http://{settings().host}:{settings().port}").rstrip("/")
    return {
        "class": room.code,
        "name": room.name,
        "lesson": room.lesson,
        "closed": room.closed is not None,
        "paused": room.paused,
        "join": f"{start}/class?{urlencode({'code': room.code})}",
        "board": f"{start}/board?{urlencode({'key': room.board_key})}",
    }


def _record(room: Room, url: str | None) -> dict[str, Any]:
    seats = [
        {
            "seat": one.seat.number,
            "name": one.seat.name,
            "activity": one.activity,
            "lesson": one.lesson,
            "step": one.step,
            "trainings_done": one.done,
        }
        for one in seat_statuses(open_store(), room.id)
    ]
    pins = [pin.name for pin in Pins(open_store()).all(room.id)]
    guesses = len(room_guesses(open_store(), room.id, room.lesson)) if room.lesson else 0
    return {**_line(room, url), "seats": seats, "guesses": guesses, "pins": pins}


def _show_all(record: dict[str, Any], screen: Console) -> None:
    """Print the classes as a table."""
    if not record["classes"]:
        screen.print(NO_CLASSES)
        return
    rows = [
        (one["class"], one["name"], one["lesson"] or "", "closed" if one["closed"] else "open")
        for one in record["classes"]
    ]
    print_table(screen, ("code", "name", "lesson", "state"), rows, whole=("code",))


def _show_addresses(record: dict[str, Any], screen: Console) -> None:
    """Print the code and the addresses of a class."""
    print_line(f"{record['name']}: code {record['class']}", screen)
    print_line(f"People join at {record['join']}", screen)
    print_line(f"The board, for whoever has this address: {record['board']}", screen)


def _show_one(record: dict[str, Any], screen: Console) -> None:
    """Print a class with its seats."""
    _show_addresses(record, screen)
    rows = [
        (str(one["seat"]), one["name"], one["activity"], one["step"] or "", str(one["trainings_done"]))
        for one in record["seats"]
    ]
    heads = ("seat", "name", "activity", "step", "trainings done")
    print_table(screen, heads, rows, numbers=("seat", "trainings done"))
