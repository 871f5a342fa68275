"""Sentences of the next steps of a run."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.analysis.test_analysis_next_steps import curve, facts, steps
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.advisor.next_steps import MORE_LABELS, RunFacts, rows_for_margin
from translearn_core.results import LabelReview
from translearn_core.results.diagnostics.label_review import REASONS

Parts = tuple[RunFacts, str, tuple[float, ...], tuple[float, ...]]
COUNTS = st.integers(0, 40)
MATRICES = st.tuples(*[st.tuples(COUNTS, COUNTS, COUNTS)] * 3).filter(
    lambda matrix: sum(map(sum, matrix)) > 1
)
SCORES = st.lists(st.floats(0.05, 0.99).map(lambda score: round(score, 3)), min_size=1, max_size=12)


def _case(given: RunFacts, code: str, shown: tuple[float, ...], known: tuple[float, ...] = ()) -> Case | None:
    """Return the case of a step, or None where its rule does not apply."""
    step = steps(given).get(code)
    return None if step is None else Case(step.sentence, shown, known)


def _of(
    strategy: st.SearchStrategy[Parts],
) -> st.SearchStrategy[Case]:
    cases = strategy.map(lambda parts: _case(*parts))
    return cases.filter(lambda case: case is not None)  # type: ignore[return-value]


@sentence
def next_labels() -> st.SearchStrategy[Case]:
    def of(suspicious: int, clean: int) -> Parts:
        checked = suspicious + clean
        rows = pd.DataFrame({reason: [False] * checked for reason in REASONS})
        rows["suspicious"] = [True] * suspicious + [False] * clean
        given = facts(label_review=LabelReview(checked, rows, pd.DataFrame(), pd.DataFrame()))
        number = steps(given)["labels"].number
        return given, "labels", (suspicious, checked, 100 * number.low, 100 * number.high), ()

    return _of(st.builds(of, st.integers(1, 90), st.integers(1, 900)))


@sentence
def next_merge() -> st.SearchStrategy[Case]:
    def of(matrix: tuple[tuple[int, ...], ...]) -> Parts:
        counts = np.array(matrix)
        given = facts(matrix)
        both = int(np.triu(counts + counts.T, 1).max())
        errors = int(counts.sum() - np.trace(counts))
        step = steps(given).get("merge")
        ends = () if step is None else tuple(100 * getattr(step.number, e) for e in ("value", "low", "high"))
        return given, "merge", (both, errors, *ends), ()

    return _of(st.builds(of, MATRICES))


@sentence
def next_more_labels() -> st.SearchStrategy[Case]:
    def of(before: list[float], gain: float, size: int) -> Parts:
        after = [score + gain * (1 + 0.1 * k) for k, score in enumerate(before)]
        given = facts(label_efficiency=curve([[before, after]], sizes=(size, 2 * size)))
        number = steps(given)["more labels"].number
        ends = (number.value, number.low, number.high) if np.isfinite(number.low) else (number.value,)
        return given, "more labels", (MORE_LABELS, 2 * size, *(100 * end for end in ends)), ()

    return _of(st.builds(of, SCORES, st.floats(-0.2, 0.2), st.integers(8, 5000)))


@sentence
def next_epochs() -> st.SearchStrategy[Case]:
    def of(scores: list[float]) -> Parts:
        given, epochs = facts(train=tuple(scores), validation=tuple(scores)), len(scores)
        best = given.summary.best_epoch
        if best == epochs and epochs > 1:
            return given, "longer", (epochs, 100 * (scores[-1] - max(scores[:-1]))), ()
        return given, "fewer epochs", (best, epochs), ()

    return _of(st.builds(of, SCORES))


@sentence
def next_deeper() -> st.SearchStrategy[Case]:
    def of(train: float, gap: float) -> Parts:
        given = facts(train=(train,), validation=(train - gap,), n_blocks=4)
        return given, "deeper", (100 * train, 100 * (train - gap)), ()

    return _of(st.builds(of, st.floats(0.3, 0.95), st.floats(-0.1, 0.02)))


@sentence
def next_test_rows() -> st.SearchStrategy[Case]:
    def of(matrix: tuple[tuple[int, ...], ...]) -> Parts:
        given = facts(matrix)
        score, rows = given.summary.test.headline, given.summary.test.n
        share = min(max(score.value, 1 / (rows + 1)), 1 - 1 / (rows + 1))
        half = 100 * (score.high - score.low) / 2
        return given, "test rows", (rows, half, 2, rows_for_margin(share, 0.02)), ()

    return _of(st.builds(of, MATRICES))
