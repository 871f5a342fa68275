"""Error messages are short, whatever the value, and survive pickling."""

import pickle

import pytest

from translearn_core.config.settings import Settings
from translearn_core.errors import LONGEST, UNSET, ConfigError, DataError, shorten_repr

DEEP: list[object] = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("none", "'none'"),
        (UNSET, "missing"),
        ("x" * 78, repr("x" * 78)),
        ("x" * 79, f"'{'x' * 78}…"),
    ],
)
def test_a_value_is_as_python_writes_it_but_no_longer_than_a_sentence_has_room(value, text):
    assert shorten_repr(value) == text
    assert len(text) <= LONGEST


def test_what_python_cannot_write_is_no_traceback():
    assert str(ConfigError("seeds", 10**5000, "less")).startswith("seeds is too long to show")
    assert shorten_repr(DEEP) == "too long to show"


def test_an_error_crosses_processes_whole():
    error = ConfigError("a.b", UNSET, "the column that holds the texts", verb="name")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert "a.b is missing: name the column" in str(error)
    assert again.value is UNSET


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "x", "TRANSLEARN_PORT is 'x'.*whole number"),
        ("SCHEDULER", "tcp://a:1", "TRANSLEARN_SCHEDULER.*TRANSLEARN_DATABASE_URL"),
    ],
)
def test_the_installation_is_told_what_to_set(monkeypatch, name, value, message):
    monkeypatch.setenv(f"TRANSLEARN_{name}", value)
    with pytest.raises((ConfigError, DataError), match=message):
        Settings.from_environment()
