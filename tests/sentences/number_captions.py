"""Captions of numbers: predictions with their intervals, and texts selected in a figure."""

import pandas as pd
from hypothesis import strategies as st

from pages._ui.results import predict_form, text_table
from tests.sentences.reading import Case, sentence
from translearn_core.config import ProblemType

NUMBERS = st.floats(-99, 99).map(lambda number: round(number, 2))


@sentence
def predicted_number() -> st.SearchStrategy[Case]:
    """A predicted number, with its interval if the run has one."""

    def of(number: float, half: float | None) -> Case:
        ends = {} if half is None else {"low": number - half, "high": number + half}
        text = predict_form._answer(
            pd.Series({"predicted": number} | ends, dtype=object), ProblemType.REGRESSION
        )
        return Case(text, (number, *ends.values()), (90,), claims={"interval": half is not None})

    return st.builds(of, NUMBERS, st.none() | st.floats(0, 9).map(lambda half: round(half, 2)))


@sentence
def selected_numbers() -> st.SearchStrategy[Case]:
    """Selected texts with numbers, their mean, and the mean error of the predictions."""

    def of(pairs: list[tuple[float, float | None]], hidden: int) -> Case:
        rows = pd.DataFrame(pairs, columns=["label", "predicted"], dtype=float)
        text = text_table.caption(rows, hidden)
        known = [(label, number) for label, number in pairs if number is not None]
        missing = len(pairs) - len(known)
        shown = [len(rows), rows["label"].mean(), *(n for n in (hidden, missing) if n)]
        if known:
            shown += [sum(number for _, number in known) / len(known)]
            shown += [sum(abs(label - number) for label, number in known) / len(known)]
        claims = {"not drawn": hidden > 0, "not predicted": missing > 0, "error": bool(known)}
        return Case(text, tuple(shown), claims=claims)

    pair = st.tuples(NUMBERS, st.none() | NUMBERS)
    return st.builds(of, st.lists(pair, min_size=1, max_size=20), st.integers(0, 20))
