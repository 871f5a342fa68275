"""Answers in lessons: kept for each owner, unchangeable once locked, also by two sessions at a time."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from translearn_core.runs import LessonProgress, RunStore


def test_answers_are_kept_for_each_owner_across_stores(store, workspace, database_url):
    progress = LessonProgress(store)
    progress.save("ann", "luck", "spread", {"value": 3, "reason": ""})
    progress.save("ann", "luck", "spread", {"value": 4, "reason": "why"})
    progress.save("bob", "luck", "spread", {"value": 9, "reason": "so"}, lock=True)
    again = RunStore(workspace, database_url)
    ann, bob = (LessonProgress(again).answers(owner, "luck")["spread"] for owner in ("ann", "bob"))
    assert (ann.value, ann.locked) == ({"value": 4, "reason": "why"}, None)
    assert bob.value["value"] == 9
    assert bob.locked is not None
    assert LessonProgress(again).answers("ann", "borrowed") == {}
    again.close()


def test_a_locked_answer_never_changes(store):
    progress = LessonProgress(store)
    first = progress.save("ann", "luck", "spread", 1, lock=True)
    for lock in (False, True):
        assert progress.save("ann", "luck", "spread", 2, lock=lock) == first
    assert progress.answers("ann", "luck")["spread"] == first


def test_of_many_sessions_that_lock_at_once_one_wins(store):
    progress = LessonProgress(store)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda k: progress.save("ann", "luck", "spread", k, lock=True), range(16)))
    assert len({answer.value for answer in answers}) == 1
    assert progress.answers("ann", "luck")["spread"] == answers[0]


def test_the_place_is_kept_and_a_finished_lesson_stays_finished(store):
    progress = LessonProgress(store)
    assert progress.place("ann", "luck") is None
    progress.move("ann", "luck", "spread")
    progress.move("ann", "luck", "yours", done=True)
    progress.move("ann", "luck", "spread")
    assert progress.place("ann", "luck") == ("spread", True)
    assert progress.place("bob", "luck") is None
    progress.restart("ann", "luck")
    assert progress.place("ann", "luck") is None


def test_an_older_database_gets_the_tables(workspace):
    first = RunStore(workspace)
    with first.writing() as db:
        db.execute(text("DROP TABLE lesson_answers"))
        db.execute(text("DROP TABLE lesson_places"))
    first.close()
    again = RunStore(workspace)
    LessonProgress(again).save("ann", "luck", "spread", 1)
    assert LessonProgress(again).answers("ann", "luck")["spread"].value == 1
    again.close()
