"""Every sentence of the grid agrees with its values: numbers, signs, intervals, counts, direction words."""

import pytest
from hypothesis import given, settings

from tests.sentences.grid import GRID
from tests.sentences.reading import Case


@pytest.mark.parametrize("name", GRID)
def test_a_sentence_says_what_its_values_say(name: str) -> None:
    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(GRID[name]())
    def holds(case: Case) -> None:
        case.check()

    holds()
