"""Captions of numbers: predictions with their intervals, and texts selected in a figure."""

import pandas as pd
from hypothesis import strategies as st

from pages._ui.results import predict_form, text_table
from tests.sentences.reading import Case, sentence

NUMBERS = st.floats(-99, 99).map(lambda number: round(number, 2))


@sentence
def predicted_number() -> st.SearchStrategy[Case]:
    """A predicted number, with its interval if the run has one."""

    def of(number: float, half: float | None) -> Case:
        ends = {} if half is None else {"low": number - half, "high": number + half}
        text = predict_form._answer(pd.Series({"predicted": number} | ends, dtype=object))
        return Case(text, (number, *ends.values()), (90,), claims={"interval": half is not None})

    return st.builds(of, NUMBERS, st.none() | st.floats(0, 9).map(lambda half: round(half, 2)))


@sentence
def selected_numbers() -> st.SearchStrategy[Case]:
    """Selected texts with numbers, their mean, and the mean error of the predictions."""

    def of(pairs: list[tuple[float, float]], hidden: int) -> Case:
        rows = pd.DataFrame(pairs, columns=["label", "predicted"])
        text = text_table.caption(rows, hidden)
        error = (rows["label"] - rows["predicted"]).abs().mean()
        shown = (
            len(rows),
            rows["label"].mean(),
            rows["predicted"].mean(),
            error,
            *([hidden] if hidden else []),
        )
        return Case(text, shown, claims={"not drawn": hidden > 0})

    return st.builds(of, st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20), st.integers(0, 20))
