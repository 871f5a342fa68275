"""Preferences are kept for each owner."""

from translearn_core.runs import RunStore
from translearn_core.runs.personal.preferences import Preferences


def test_a_preference_is_the_owners_own_and_the_last_one_counts(store: RunStore) -> None:
    preferences = Preferences(store)
    preferences.set("alice", "language", "en")
    preferences.set("alice", "language", "zh")
    assert preferences.get("alice", "language") == "zh"
    assert preferences.get("bob", "language") is None
    assert preferences.get("alice", "theme") is None
