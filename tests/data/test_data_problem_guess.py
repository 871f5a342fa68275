"""Problem types guessed from the cells of a column."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from translearn_core.config import ProblemType
from translearn_core.data.columns import name_words
from translearn_core.data.problem_guess import guess_problem
from translearn_core.tasks import PROBLEMS

SINGLE, MULTI, NUMBER = ProblemType.SINGLE_LABEL, ProblemType.MULTI_LABEL, ProblemType.REGRESSION


def repeated(*cells: str, times: int = 10) -> list[str]:
    return list(cells) * times


@pytest.mark.parametrize(
    ("name", "cells", "problem", "alternative"),
    [
        ("label", repeated("yes", "no"), SINGLE, None),
        ("label", repeated("0", "1"), SINGLE, None),
        ("score", repeated("0", "1"), SINGLE, None),
        ("label", repeated("1", "2", "3", "4", "5"), SINGLE, NUMBER),
        ("stars", repeated("1", "2", "4", "5"), NUMBER, SINGLE),
        ("relatedness_score", [f"{k / 10}" for k in range(10, 51)], NUMBER, SINGLE),
        ("price", [f"{k},50" for k in range(200)], NUMBER, None),
        ("easiness", [f"{k / 7:.4f}" for k in range(-300, 300)], NUMBER, None),
        ("grade", ["A", "B", "C"] * 9, SINGLE, None),
        ("category", [str(k) for k in range(77)] * 3, SINGLE, NUMBER),
        ("y", [str(k * 37) for k in range(150)], NUMBER, None),
        ("y", [f"{k / 2}" for k in range(2, 11)] * 4, SINGLE, NUMBER),
        ("tags", repeated("a;b", "a", "b;c", "c"), MULTI, SINGLE),
        ("tags", repeated('["a", "b"]', '["a"]', "[]"), MULTI, SINGLE),
        ("tags", repeated("red|green", "red", "green|blue", "blue|red"), MULTI, SINGLE),
        ("label", [], SINGLE, None),
    ],
)
def test_the_type_follows_from_cells_and_name(
    name: str, cells: list[str], problem: ProblemType, alternative: ProblemType | None
) -> None:
    guess = guess_problem(name_words(name), pd.Series(cells, dtype=object))
    assert (guess.problem, guess.alternative) == (problem, alternative)
    assert bool(guess.reason) is bool(cells)


def test_a_stray_word_among_numbers_does_not_make_them_classes() -> None:
    cells = pd.Series([f"{k / 10}" for k in range(199)] + ["unknown"], dtype=object)
    assert guess_problem(["price"], cells).problem is NUMBER


@given(
    name=st.sampled_from(["label", "score", "x", ""]),
    cells=st.lists(
        st.one_of(
            st.text(min_size=1, max_size=12),
            st.integers().map(str),
            st.floats(allow_nan=True).map(str),
            st.lists(st.sampled_from("abc"), max_size=3).map(";".join),
            st.lists(st.text(max_size=3), max_size=3).map(repr),
            st.sampled_from(["[", "[[", "[null]", "1e400", "1,5", "1;5", "-", "+", ";", "\x00", "٣"]),
        ).filter(bool),
        max_size=60,
    ),
)
def test_any_column_gets_a_type_that_exists_and_a_reason(name: str, cells: list[str]) -> None:
    guess = guess_problem(name_words(name), pd.Series(cells, dtype=object))
    assert guess.problem in PROBLEMS
    assert guess.alternative in (None, *PROBLEMS)
    assert guess.alternative is not guess.problem
    again = guess_problem(name_words(name), pd.Series(cells[::-1], dtype=object))
    assert again.problem is guess.problem
