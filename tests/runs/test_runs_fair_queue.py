from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from translearn_core.runs.fair_queue import QueuedJob, fair_order

OWNERS = "abcd"


@st.composite
def queues(draw):
    owners = draw(st.lists(st.sampled_from(OWNERS), min_size=1, max_size=16))
    times = draw(st.lists(st.integers(0, 50), min_size=len(owners), max_size=len(owners)))
    return [
        QueuedJob(f"job{n}", (owner,), float(since))
        for n, (owner, since) in enumerate(zip(owners, times, strict=True))
    ]


turns = st.dictionaries(st.sampled_from(OWNERS), st.floats(0, 1000), max_size=4)


@settings(deadline=None)
@given(queues(), turns)
def test_everything_that_waits_is_listed_once(waiting, last):
    assert Counter(fair_order(waiting, last)) == Counter(w.job for w in waiting)


@settings(deadline=None)
@given(queues(), turns)
def test_nobody_gets_two_turns_while_another_owner_who_waits_gets_none(waiting, last):
    owner_of = {w.job: w.owners[0] for w in waiting}
    order = [owner_of[job] for job in fair_order(waiting, last)]
    for start in range(len(order)):
        seen: set[str] = set()
        for position in range(start, len(order)):
            if order[position] in seen:
                assert set(order[position + 1 :]) <= seen, "an owner was passed over"
                break
            seen.add(order[position])


@settings(deadline=None)
@given(queues(), turns)
def test_an_owners_jobs_keep_their_order(waiting, last):
    since = {w.job: (w.since, w.job) for w in waiting}
    for owner in OWNERS:
        ordered = [
            since[job]
            for job in fair_order(waiting, last)
            if (owner,) in {w.owners for w in waiting if w.job == job}
        ]
        assert ordered == sorted(ordered)


@settings(deadline=None)
@given(queues(), turns)
def test_the_first_turn_is_the_one_whose_owner_waited_longest(waiting, last):
    owner_of = {w.job: w.owners[0] for w in waiting}
    first = owner_of[fair_order(waiting, last)[0]]
    assert last.get(first, -1.0) == min(last.get(owner, -1.0) for owner in owner_of.values())


def test_a_job_wanted_by_two_counts_as_a_turn_of_both():
    waiting = [
        QueuedJob("shared", ("a", "b"), 0.0),
        QueuedJob("a1", ("a",), 1.0),
        QueuedJob("c1", ("c",), 2.0),
    ]
    assert fair_order(waiting, {}) == ["shared", "c1", "a1"]


def test_thirty_browsers_with_long_queues_are_put_in_order_at_once():
    waiting = [
        QueuedJob(f"{owner}-{n}", (f"owner{owner}",), float(n)) for owner in range(30) for n in range(40)
    ]
    order = fair_order(waiting, {})
    assert [
        Counter(job.split("-")[0] for job in order[k : k + 30]).most_common(1)[0][1]
        for k in range(0, 1200, 30)
    ] == [1] * 40


def test_what_nobody_asked_for_comes_after_everything_else():
    waiting = [
        QueuedJob("estimate", ("a",), 0.0, background=True),
        QueuedJob("b1", ("b",), 5.0),
        QueuedJob("a1", ("a",), 4.0),
        QueuedJob("b2", ("b",), 6.0),
    ]
    assert fair_order(waiting, {"b": 3.0}) == ["a1", "b1", "b2", "estimate"]
