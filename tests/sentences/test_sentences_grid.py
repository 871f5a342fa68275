"""Every sentence of the grid agrees with its values: numbers, signs, intervals, counts, direction words."""

import pytest
from hypothesis import given, settings

from tests.sentences.grid import GRID
from tests.sentences.reading import Case
from translearn_core.translation import Language, catalog


@pytest.mark.parametrize("name", GRID)
def test_a_sentence_says_what_its_values_say(name: str) -> None:
    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(GRID[name]())
    def holds(case: Case) -> None:
        case.check()

    holds()


@pytest.mark.parametrize("name", GRID)
@pytest.mark.parametrize("language", Language.offered()[1:])
def test_a_sentence_is_translated_whole(name: str, language: Language) -> None:
    messages = catalog(language)
    assert messages is not None

    @settings(max_examples=10, deadline=None, derandomize=True, database=None)
    @given(GRID[name]())
    def holds(case: Case) -> None:
        assert not messages.missing(case.sentence), messages.translate(case.sentence)

    holds()
