"""Rows of a label review with their reasons."""

import pandas as pd

from translearn_core.results import LabelReview
from translearn_core.results.diagnostics.label_review import REASONS


def review(*marks: dict[str, bool]) -> LabelReview:
    rows = [
        {"row": number, "doubt": float(number), **dict.fromkeys(REASONS, False), **reasons}
        for number, reasons in enumerate(marks, 1)
    ]
    return LabelReview(len(rows), pd.DataFrame(rows), pd.DataFrame(), pd.DataFrame())


def test_rows_with_a_reason_are_listed_the_most_doubtful_first() -> None:
    frame = review({"rare": True}, {}, {"suspicious": True, "rare": True}).frame()
    assert frame["row"].tolist() == [3, 1]
    assert frame["reason"].tolist() == ["suspicious, rare", "rare"]
    assert review({"rare": True}, {"rare": True}).counts()["rare"] == 2


def test_a_review_without_doubts_is_an_empty_table() -> None:
    frame = review({}, {}).frame()
    assert frame.empty
    assert "reason" in frame
