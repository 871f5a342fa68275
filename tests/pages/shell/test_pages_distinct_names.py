"""Runs of one name can be told apart where runs are chosen."""

from filled import Filled
from visits import Open

from pages._ui.shell.formatting import distinct
from translearn_core.config import FreezePlan


def test_equal_names_are_numbered() -> None:
    assert distinct({"a": "run", "b": "other", "c": "run"}) == {"a": "run", "b": "other", "c": "run (2)"}


def test_two_runs_of_one_name_are_both_compared(visit: Open, filled: Filled) -> None:
    again = filled.train("blocks 4 and 5", FreezePlan.last_n(1, 6))
    at = visit("compare")
    assert not at.exception
    assert {filled.run.id, again.id} <= set(at.multiselect(key="compared").value)
    assert len(set(at.multiselect(key="compared").options)) == len(at.multiselect(key="compared").options)
