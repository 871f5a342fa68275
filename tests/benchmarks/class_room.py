"""A class on one server: its reruns, its guesses, its live runs, also when server and engine are killed.

``python -m tests.benchmarks.class_room --seats 28 --lesson luck`` opens a class in a workspace of its own.
That many protocol clients take seats, two more show the teacher's page and the board, two browsers show them,
too, and somebody trains beside the class. It prints the quantiles of the reruns, how many guesses were kept,
and when the last live run was done.
"""

import argparse
import json
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import sync_playwright

from pages._ui.server.owner import new_token, owner_of
from tests.benchmarks.sessions import Lost, Session
from tests.e2e.house import CHROMIUM, Server
from translearn_core.config import DataConfig, ExperimentConfig, FreezePlan, TrainingConfig
from translearn_core.data import sample_bytes
from translearn_core.engine import engine_status, ensure_engine, stop_engine
from translearn_core.lessons.board import guess_steps
from translearn_core.lessons.lesson import Do, Guess, GuessKind, Lesson
from translearn_core.lessons.lesson_file import lesson
from translearn_core.runs import Room, Rooms
from translearn_core.runs.rooms.overview import room_guesses, seat_statuses
from translearn_core.runs.rooms.records import SeatStatus

THINK_SECONDS = (2.0, 6.0)
"""Pause of a person between two actions."""


@dataclass
class Log:
    """What the sessions have seen; shared by their threads."""

    reruns: list[float] = field(default_factory=list)
    confirmed: set[tuple[str, str]] = field(default_factory=set)
    first_figure: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Person(threading.Thread):
    """A seat that takes the lesson up to its live run; it opens the page again when the server has gone."""

    def __init__(self, url: str, room: Room, number: int, log: Log, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.session, self.room, self.number, self.log, self.over = Session(url), room, number, log, over
        self.random = np.random.default_rng(number)
        self.taken: Lesson = lesson(room.lesson or "")
        self.name_ = f"Seat {number:02d}"

    def run(self) -> None:
        """Take the lesson; every step is tried again until it is done."""
        try:
            self._insist(self.session.enter)
            self._insist(self._join)
            for step in guess_steps(self.taken):
                self._insist(partial(self._guess, step))
                self.log.confirmed.add((self.name_, step.id))
            do = next(step for step in self.taken.steps if isinstance(step, Do))
            self._insist(partial(self._live, do.id))
        except Exception as error:
            self.log.failures.append(f"{self.name_}: {error!r}")
        finally:
            self.log.reruns.extend(self.session.seconds)
            self.session.close()

    def _insist(self, act: Callable[[], None]) -> None:
        while not self.over.is_set():
            try:
                act()
                return
            except (Lost, OSError, TimeoutError, KeyError):
                time.sleep(1.0)

    def _think(self) -> None:
        time.sleep(float(self.random.uniform(*THINK_SECONDS)))

    def _join(self) -> None:
        self.session.open("class", f"code={self.room.code}")
        if self.session.has("leave_class"):
            return
        self._think()
        self.session.set("class_code", "string_value", self.room.code, rerun=False)
        self.session.set("seat_name", "string_value", self.name_, rerun=False)
        self.session.press("join")
        if not self.session.has("leave_class"):
            raise Lost(str(self.session.errors))

    def _guess(self, step: Guess) -> None:
        """Lock a guess; it is confirmed when the page has gone on to the next step."""
        key = f"lesson.{self.taken.id}.{step.id}"
        self.session.open("lessons", f"lesson={self.taken.id}&step={step.id}")
        if not self.session.has("lock_guess"):
            return  # locked before the server went
        self._think()
        self._answer(step, f"{key}.value")
        self._think()
        self.session.set(f"{key}.reason", "string_value", f"because {self.name_} thinks so")
        self._think()
        self.session.press("lock_guess")
        if f"step={step.id}" in self.session.query:
            raise Lost(str(self.session.errors))

    def _answer(self, step: Guess, key: str) -> None:
        """Fill in a guess at random, each widget of it with a rerun."""
        match step.of:
            case GuessKind.NUMBER:
                self.session.set(key, "double_value", self._number(step))
            case GuessKind.CHOICE:
                self.session.set(key, "string_value", str(self.random.choice(step.options)))
            case GuessKind.ORDER:
                order = list(map(str, self.random.permutation(step.options)))
                self.session.set(key, "string_array_value", order)
            case GuessKind.CURVE:
                for k in range(len(step.points)):
                    self.session.set(f"{key}.{k}", "double_array_value", [self._number(step)])

    def _number(self, step: Guess) -> float:
        steps = int(self.random.integers(round((step.high - step.low) / step.step) + 1))
        return step.low + steps * step.step

    def _live(self, step: str) -> None:
        """Run the experiment live, and watch until it is done."""
        self.log.first_figure.append(self.session.open("lessons", f"lesson={self.taken.id}&step={step}"))
        self._think()
        if self.session.has("run_live"):
            self.session.press("run_live")
        while not self.over.is_set() and self.session.interval < float("inf"):
            time.sleep(self.session.interval)
            self.session.tick()


def other_training(server: Server) -> None:
    """Start a training of somebody outside the class."""
    owner = owner_of(new_token())
    files = {"train": sample_bytes("tickets")}
    dataset = server.store.add_dataset(owner, "tickets.csv", files, server.settings)
    config = ExperimentConfig(
        data=DataConfig(dataset=dataset.digest, text="text", label="intent"),
        freeze=FreezePlan.last_n(2, 6),
        training=TrainingConfig(epochs=4, patience=None),
    )
    server.store.submit(owner, config, "beside the class")


def kill_all(server: Server) -> None:
    """Kill server and engine, and start the server again; a page that needs the engine starts it."""
    engine = engine_status(server.settings).pid
    server.end(signal.SIGKILL)
    if engine and psutil.pid_exists(engine):
        process = psutil.Process(engine)
        for one in [process, *process.children(recursive=True)]:
            one.kill()
    server.start()


def has_run(status: SeatStatus) -> bool:
    """Whether the live run of a seat is done."""
    return status.done > 0 and status.activity not in ("training", "waiting")


def quantile_ms(seconds: list[float], share: float) -> int:
    """Return a quantile in milliseconds."""
    return round(1000 * float(np.quantile(seconds, share)))


def measure(server: Server, seats: int, chosen: str, minutes: float, *, kill: bool) -> dict[str, object]:
    """Run the class; return what was measured."""
    token = new_token()
    room = Rooms(server.store).open(owner_of(token), "a class", lesson=chosen)
    ensure_engine(server.settings, wait=180)
    other_training(server)
    log, over = Log(), threading.Event()
    people = [Person(server.url, room, k + 1, log, over) for k in range(seats)]
    began = time.monotonic()
    for person in people:
        person.start()
        time.sleep(0.3)
    watchers = [Watcher(server.url, page, token, server, log, over) for page in ("class", "board")]
    windows = Windows(server, token, room.code, over)
    windows.start()
    for watcher in watchers:
        watcher.query = f"code={room.code}"
        watcher.start()
    if kill:
        while len(log.confirmed) < seats // 2:
            time.sleep(0.2)
        kill_all(server)
    done_after = None
    while time.monotonic() - began < 60 * minutes:
        statuses = seat_statuses(server.store, room.id)
        if len(statuses) == seats and all(map(has_run, statuses)):
            done_after = time.monotonic() - began
            break
        time.sleep(1.0)
    over.set()
    for thread in [*people, *watchers, windows]:
        thread.join(30)
    kept = {(one.seat.name, one.step) for one in room_guesses(server.store, room.id, chosen)}
    return {
        "seats": len(seat_statuses(server.store, room.id)),
        "reruns": len(log.reruns),
        "rerun_p50_ms": quantile_ms(log.reruns, 0.5),
        "rerun_p95_ms": quantile_ms(log.reruns, 0.95),
        "rerun_max_ms": round(1000 * max(log.reruns)),
        "guesses_confirmed": len(log.confirmed),
        "guesses_lost": len(log.confirmed - kept),
        "first_figure_p95_ms": quantile_ms(log.first_figure, 0.95) if log.first_figure else None,
        "all_live_runs_done_after_s": None if done_after is None else round(done_after),
        "seats_done": sum(bool(one.done) for one in seat_statuses(server.store, room.id)),
        "failures": log.failures[:5],
    }


class Watcher(threading.Thread):
    """The teacher's tab with a page that redraws itself."""

    def __init__(
        self, url: str, page: str, token: str, server: Server, log: Log, over: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        cookie = server.cookie(token)
        self.session = Session(url, cookie=f"{cookie['name']}={cookie['value']}")
        self.page, self.query, self.log, self.over = page, "", log, over

    def run(self) -> None:
        """Look until the class is over."""
        while not self.over.is_set():
            try:
                self.session.open(self.page, self.query)
                while not self.over.is_set():
                    time.sleep(min(self.session.interval, 2.0))
                    self.session.tick()
            except (Lost, OSError, TimeoutError):
                time.sleep(1.0)
        self.log.reruns.extend(self.session.seconds)


class Windows(threading.Thread):
    """Two browsers of the teacher: the page of the class, and the board."""

    def __init__(self, server: Server, token: str, code: str, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.server, self.token, self.code, self.over = server, token, code, over

    def run(self) -> None:
        """Show both until the class is over."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for page in ("class", "board"):
                context = browser.new_context(viewport={"width": 1280, "height": 720})
                context.add_cookies([self.server.cookie(self.token)])
                tab = context.new_page()
                tab.goto(f"{self.server.url}/{page}?code={self.code}", timeout=120_000)
            while not self.over.is_set():
                tab.wait_for_timeout(500)
            browser.close()


def main() -> None:
    """Measure once and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seats", type=int, default=28)
    parser.add_argument("--lesson", default="luck")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--kill", action="store_true", help="kill server and engine in the middle")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "workspace")
        server.start()
        try:
            found = measure(server, args.seats, args.lesson, args.minutes, kill=args.kill)
            print(json.dumps(found, indent=1))
        finally:
            server.end()
            stop_engine(server.settings)
            server.store.close()


if __name__ == "__main__":
    main()
