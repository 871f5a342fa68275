"""Rooms of a class: joined by code, counted apart, paused, and gone with everything when deleted."""

import pytest
from sqlalchemy import select, text

from translearn_core.config import DataConfig, ExperimentConfig, TrainingConfig
from translearn_core.config.settings import Settings
from translearn_core.errors import ConfigError, NotFoundError, QuotaError
from translearn_core.jobs import DiagnoseConfig, Slot
from translearn_core.runs import LessonProgress, Pins, Rooms, RunStore, State
from translearn_core.runs.database.room_tables import room_work
from translearn_core.runs.database.schema import metadata
from translearn_core.runs.rooms import store as room_store
from translearn_core.runs.rooms.codes import ALPHABET, LENGTH
from translearn_core.runs.rooms.overview import room_guesses, seat_statuses
from translearn_core.runs.rooms.records import PinnedDataset, PinnedSettings

TABLE = b"text,label\n" + b"".join(b"good number %d,yes\nbad number %d,no\n" % (k, k) for k in range(20))


def experiment(store: RunStore, owner: str, seed: int = 0) -> ExperimentConfig:
    digest = store.add_dataset(owner, "table.csv", {"train": TABLE}).digest
    data = DataConfig(dataset=digest, text="text", label="label")
    return ExperimentConfig(data=data, training=TrainingConfig(seed=seed))


@pytest.fixture
def rooms(store):
    return Rooms(store)


def test_a_code_has_six_characters_that_nobody_confuses(rooms):
    codes = {rooms.open("teacher", f"class {k}").code for k in range(20)}
    assert len(codes) == 20
    assert all(len(code) == LENGTH == 6 and set(code) <= set(ALPHABET) for code in codes)
    assert not set("0O1I") & set(ALPHABET)


def test_people_join_by_code_with_a_name_of_their_own_and_keep_the_seat(rooms):
    room = rooms.open("teacher", "10b", lesson="luck")
    ann = rooms.join("ann", f" {room.code[:3].lower()}-{room.code[3:]} ", "  Ann  B ")
    assert (ann.number, ann.name) == (1, "Ann B")
    with pytest.raises(ConfigError, match="somebody in this class has this one"):
        rooms.join("bob", room.code, "ann b")
    assert rooms.join("bob", room.code, "Bob").number == 2
    rooms.leave("ann")
    assert rooms.seat("ann") is None
    assert rooms.join("ann", room.code, "").id == ann.id  # the same cookie, the same seat and name
    rooms.rename("ann", "Anna")
    assert rooms.seat("ann").name == "Anna"
    with pytest.raises(ConfigError, match="somebody in this class"):
        rooms.rename("ann", "BOB")
    for bad in ("", "x" * 41):
        with pytest.raises(ConfigError, match="1 to 40 characters"):
            rooms.join("cem", room.code, bad)


def test_who_joins_another_room_leaves_the_first(rooms):
    first, second = rooms.open("teacher", "a"), rooms.open("other", "b")
    rooms.join("ann", first.code, "Ann")
    rooms.join("ann", second.code, "Ann")
    assert rooms.seat("ann").room == second.id
    assert rooms.seat_in("ann", first.id).left is not None


def test_wrong_codes_are_counted_by_visitor_and_then_refused(rooms, monkeypatch):
    room = rooms.open("teacher", "10b")
    for _ in range(room_store.WRONG_TRIES):
        with pytest.raises(NotFoundError, match="no open class"):
            rooms.find("mallory", "ZZZZZZ")
    with pytest.raises(NotFoundError, match="Too many wrong codes"):
        rooms.join("mallory", room.code, "M")  # also the right one
    assert rooms.join("ann", room.code, "Ann").number == 1  # others are not kept out
    monkeypatch.setattr(room_store, "WRONG_TRIES_OVERALL", 5)
    with pytest.raises(NotFoundError, match="Too many wrong codes"):
        rooms.find("new cookie", room.code)


def test_nobody_joins_a_closed_room_but_those_in_it_stay(rooms):
    room = rooms.open("teacher", "10b")
    rooms.join("ann", room.code, "Ann")
    rooms.close("teacher", room.code)
    with pytest.raises(NotFoundError, match="no open class"):
        rooms.join("bob", room.code, "Bob")
    assert rooms.seat("ann") is not None
    rooms.reopen("teacher", room.code)
    assert rooms.join("bob", room.code, "Bob").number == 2


def test_a_room_is_its_owners_alone(rooms):
    room = rooms.open("teacher", "10b")
    for act in (rooms.get, rooms.close, rooms.delete):
        with pytest.raises(NotFoundError, match="no such class of yours"):
            act("somebody", room.code)
    assert rooms.by_board_key(room.board_key).id == room.id
    with pytest.raises(NotFoundError):
        rooms.by_board_key(room.code)


def test_who_is_where_is_one_query_and_follows_steps_and_trainings(store, rooms):
    room = rooms.open("teacher", "10b")
    ann, _ = rooms.join("ann", room.code, "Ann"), rooms.join("bob", room.code, "Bob")
    LessonProgress(store).move(ann.learner, "luck", "spread")
    run = store.submit("ann", experiment(store, "ann"))
    first, second = seat_statuses(store, room.id)
    assert (first.seat.name, first.lesson, first.step, first.activity) == ("Ann", "luck", "spread", "waiting")
    assert (second.seat.name, second.activity) == ("Bob", "joined")
    assert store.begin(run.job.id, "w")
    assert seat_statuses(store, room.id)[0].activity == "training"
    store.finish(run.job.id, State.DONE)
    assert seat_statuses(store, room.id)[0].activity == "in a lesson"
    LessonProgress(store).move(ann.learner, "luck", "yours", done=True)
    rooms.leave("bob")
    assert [one.activity for one in seat_statuses(store, room.id)] == ["done", "left"]


def test_guesses_are_those_locked_in_the_room_whatever_was_guessed_before(store, rooms):
    room = rooms.open("teacher", "10b", lesson="luck")
    progress = LessonProgress(store)
    progress.save("ann", "luck", "spread", {"value": 1.0, "reason": "at home"}, lock=True)
    ann, bob = rooms.join("ann", room.code, "Ann"), rooms.join("bob", room.code, "Bob")
    progress.save(ann.learner, "luck", "spread", {"value": 7.5, "reason": "few labels"}, lock=True)
    progress.save(bob.learner, "luck", "spread", {"value": 2.0, "reason": "not sure"})
    guesses = room_guesses(store, room.id, "luck")
    assert [(one.seat.name, one.value, one.reason) for one in guesses] == [("Ann", 7.5, "few labels")]
    assert room_guesses(store, room.id, "borrowed") == []


def test_the_work_of_seats_is_counted_to_the_room_and_that_of_others_to_themselves(store, rooms):
    before = experiment(store, "ann")
    room = rooms.open("teacher", "10b")
    rooms.join("ann", room.code, "Ann")
    own = store.disk("ann")
    assert own > 0
    assert store.room_disk(room.id) == 0
    store.submit("ann", before)
    other = store.add_dataset("ann", "other.csv", {"train": TABLE + b"more,yes\n"})
    assert store.disk("ann") == own
    assert store.room_disk(room.id) == store.workspace.disk_usage(datasets={other.digest}, jobs=set())
    limits = Settings(workspace=store.workspace.root, max_room_mb=10)
    with pytest.raises(QuotaError, match="of your class fill"):
        store.check_quota("ann", limits, 10_000_001)
    store.check_quota("bob", limits, 10_000_001)
    rooms.leave("ann")
    store.check_quota("ann", limits, 10_000_001)


def test_rooms_and_all_others_take_turns_whatever_their_numbers(store, rooms):
    room = rooms.open("teacher", "10b")
    for k in range(6):
        rooms.join(f"seat{k}", room.code, f"Seat {k}")
        store.submit(f"seat{k}", experiment(store, f"seat{k}", seed=k))
    outside = [store.submit("out", experiment(store, "out", seed=10 + k)).job.id for k in range(3)]
    order = store.waiting(Slot.TRAINING)
    assert [job in outside for job in order[:6]] == [False, True] * 3
    assert not any(job in outside for job in order[6:])


def test_a_paused_room_starts_no_training_but_what_runs_goes_on(store, rooms):
    room = rooms.open("teacher", "10b")
    rooms.join("ann", room.code, "Ann")
    running = store.submit("ann", experiment(store, "ann"))
    assert store.begin(running.job.id, "w")
    rooms.change("teacher", room.code, paused=True)
    waits = store.submit("ann", experiment(store, "ann", seed=1))
    shared = experiment(store, "ann", seed=2)
    store.submit("ann", shared)
    experiment(store, "bob")
    both = store.submit("bob", shared)  # who is not in the room has it too
    assert store.waiting(Slot.TRAINING) == [both.job.id]
    assert store.paused_room(waits).id == room.id
    assert store.paused_room(both) is None
    assert store.paused_room(store.run("ann", running.id)) is None
    question = store.submit("ann", DiagnoseConfig(data=shared.data))
    assert question.job.id in store.waiting(question.job.spec.slot)
    assert store.finish(running.job.id, State.DONE, worker="w")
    rooms.change("teacher", room.code, paused=False)
    assert waits.job.id in store.waiting(Slot.TRAINING)


def test_who_waits_is_told_when_by_the_last_runs(store):
    runs = [store.submit("ann", experiment(store, "ann", seed=k)) for k in range(4)]
    assert store.expected_wait(runs[3]) is None  # none has ended yet
    assert store.begin(runs[0].job.id, "w")
    store.finish(runs[0].job.id, State.DONE)
    with store.writing() as db:
        db.execute(text("UPDATE jobs SET finished = started + 20 WHERE state = 'done'"))
    assert [store.expected_wait(run) for run in runs[1:]] == pytest.approx([20.0, 40.0, 60.0])
    assert store.expected_wait(store.run("ann", runs[0].id)) is None


def test_a_deleted_room_takes_everything_made_in_it_and_nothing_else(store, rooms, workspace):
    kept = store.submit("ann", experiment(store, "ann"))
    teachers = experiment(store, "teacher")
    room = rooms.open("teacher", "10b", lesson="luck")
    ann, bob = rooms.join("ann", room.code, "Ann"), rooms.join("bob", room.code, "Bob")
    progress = LessonProgress(store)
    for owner in ("ann", ann.learner, bob.learner):
        progress.save(owner, "luck", "spread", {"value": 1.0, "reason": "why"}, lock=True)
    pin = Pins(store).add(room, "for all", PinnedSettings(experiment=teachers))
    taken, dataset = Pins(store).take("bob", room.id, pin.id)
    assert taken.subject.experiment == teachers
    made = store.submit("bob", teachers)
    own = store.add_dataset("ann", "own.csv", {"train": TABLE + b"more,yes\n"})
    rooms.delete("teacher", room.code)
    assert rooms.all("teacher") == []
    assert rooms.seat("ann") is None
    assert [run.id for run in store.runs("ann")] == [kept.id]
    assert store.runs("bob") == []
    assert store.datasets("bob") == []
    assert [one.name for one in store.datasets("ann")] == ["table.csv"]
    assert not workspace.dataset(own.digest).exists()
    assert workspace.dataset(dataset.digest).exists()  # the teacher has it
    assert progress.answers("ann", "luck")
    assert not progress.answers(ann.learner, "luck")
    assert made.id not in {run.id for run in store.runs("bob")}
    with store.reading() as db:
        assert db.execute(select(room_work)).all() == []


def test_a_pin_stays_when_the_teacher_deletes_the_data_set(store, rooms):
    room = rooms.open("teacher", "10b")
    dataset = store.add_dataset("teacher", "ours.csv", {"train": TABLE})
    pin = Pins(store).add(room, "ours", PinnedDataset(dataset=dataset.digest))
    assert Pins(store).add(room, "renamed", PinnedDataset(dataset=dataset.digest)).name == "renamed"
    assert [one.name for one in Pins(store).all(room.id)] == ["renamed"]
    store.delete_dataset("teacher", dataset.id)
    rooms.join("ann", room.code, "Ann")
    pin = Pins(store).all(room.id)[0]
    assert Pins(store).take("ann", room.id, pin.id)[1].name == "ours.csv"
    Pins(store).remove(room, pin.id)
    with pytest.raises(NotFoundError, match="no longer pinned"):
        Pins(store).take("bob", room.id, pin.id)


def test_an_older_database_gets_the_tables(workspace):
    first = RunStore(workspace)
    with first.writing() as db:
        for name in ("room_work", "room_pins", "room_texts", "seats", "rooms", "code_tries"):
            assert name in metadata.tables
            db.execute(text(f"DROP TABLE {name}"))
    first.close()
    again = RunStore(workspace)
    assert Rooms(again).open("teacher", "10b").name == "10b"
    again.close()
