"""What every problem type defines, on a small column of each type."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from translearn_core.config import CleaningRule, DataConfig, ProblemType, TargetConfig
from translearn_core.data import PART, ROW, prepare
from translearn_core.errors import DataError
from translearn_core.results import Severity
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.splits import SPLITS, TRAIN
from translearn_core.tasks.task_rows import TaskRows


@dataclass(frozen=True)
class Column:
    """Cells of a type: usable ones, ones that are no target, a repeated text's other value, a lookalike."""

    usable: tuple[str, ...]
    unusable: tuple[str, ...]
    conflict: tuple[str, str]
    lookalike: tuple[str, ...]
    perfect: np.ndarray
    """Outputs that predict `usable` without error."""


COLUMNS = {
    ProblemType.SINGLE_LABEL: Column(
        usable=("no", "yes", "Yes ", "no", "10", "9"),
        unusable=("a", "a", "a"),
        conflict=("no", "yes"),
        lookalike=("a|b", "a", "b", "a|c", "c") * 4,
        perfect=np.eye(4)[[2, 3, 3, 2, 1, 0]],
    ),
    ProblemType.MULTI_LABEL: Column(
        usable=("b", "a;b", "B ;c", "c", "a", "a;c"),
        unusable=(";", " ; ", ";"),
        conflict=("a;b", "b"),
        lookalike=("a", "b", "c") * 4,
        perfect=np.array([[0, 1, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 0], [1, 0, 1]]),
    ),
    ProblemType.REGRESSION: Column(
        usable=("2", "2.5", "-1", "0", "10", "9"),
        unusable=("3", "3.0", "3"),
        conflict=("2", "9"),
        lookalike=("0", "1") * 10,
        perfect=np.array([[2], [2.5], [-1], [0], [10], [9]]),
    ),
    ProblemType.TOKENS: Column(
        usable=("NOUN", "VERB", "VERB ", "NOUN", "ADJ", "DET"),
        unusable=("a", "a", "a"),
        conflict=("NOUN", "VERB"),
        lookalike=("a|b", "a", "b", "a|c", "c") * 4,
        perfect=np.eye(4)[[2, 3, 3, 2, 0, 1]],
    ),
}


def rows_of(n: int, texts: int | None = None) -> pd.DataFrame:
    """Return rows of one file with `texts` different texts."""
    key = np.arange(n) % (texts or n)
    split = np.arange(n) % len(SPLITS)
    return pd.DataFrame(
        {"text": [f"text{k % 2}" for k in key], "key": key, "split": split, "row": np.arange(1, n + 1)}
    ).assign(part="train", sentence=" ".join(f"text{k % 2}" for k in key), position=np.arange(n))


def sentence_column(problem: ProblemType) -> str | None:
    return "s" if problem is ProblemType.TOKENS else None


def encode(problem: ProblemType, cells: tuple[str, ...], *fixes: CleaningRule) -> Target:
    config = TargetConfig(column="y", problem=problem)
    data = DataConfig(
        dataset="d", text="x", sentence=sentence_column(problem), targets=(config,), cleaning=fixes
    )
    series = pd.Series(cells, dtype=object)
    target, _ = PROBLEMS[problem].encode(series, rows_of(len(cells)), config, data)
    return target


@pytest.fixture(params=list(PROBLEMS))
def problem(request: pytest.FixtureRequest) -> ProblemType:
    """Every problem type in turn."""
    type_: ProblemType = request.param
    return type_


def test_every_problem_type_is_defined_and_has_a_column_here() -> None:
    assert set(PROBLEMS) == set(ProblemType) == set(COLUMNS)
    assert all(definition.type is name for name, definition in PROBLEMS.items())


def test_an_encoded_target_has_a_value_and_a_stratum_per_row(problem: ProblemType) -> None:
    cells, definition = COLUMNS[problem].usable, PROBLEMS[problem]
    target = encode(problem, cells)
    assert (target.column, target.problem, len(target.values)) == ("y", problem, len(cells))
    strata = definition.strata(target)
    assert (strata.shape, strata.dtype, strata.min() >= 0) == ((len(cells),), np.int64, True)
    assert target.n_outputs == len(target.names)
    assert strata.max() < len(definition.stratum_names(target))
    decoded = definition.decode_values(target)
    np.testing.assert_array_equal(definition.encode_values(target.names, decoded), target.values)
    chosen = target.select(np.array([4, 0]))
    np.testing.assert_array_equal(chosen.values, [target.values[4], target.values[0]])
    np.testing.assert_array_equal(definition.strata(chosen), strata[[4, 0]])


def test_a_column_that_is_no_target_is_refused(problem: ProblemType) -> None:
    with pytest.raises(DataError, match="'y'"):
        encode(problem, COLUMNS[problem].unusable)


def test_cells_of_another_type_give_a_warning(problem: ProblemType) -> None:
    column, definition = COLUMNS[problem], PROBLEMS[problem]
    cells = pd.Series([*column.lookalike, None], dtype=object)
    assert [f.severity for f in definition.cell_findings(cells, "y")] == [Severity.WARNING]
    assert definition.cell_findings(pd.Series(column.usable, dtype=object), "y") == []


def test_conflicting_texts_are_offered_then_dropped(problem: ProblemType) -> None:
    cells = COLUMNS[problem].usable + COLUMNS[problem].conflict
    rows = rows_of(len(cells)).assign(split=TRAIN)
    rows.loc[rows.index[-2:], "key"] = len(cells)
    state = TaskRows(rows, encode(problem, cells))
    data = DataConfig(dataset="d", text="x", label="y")
    offered = PROBLEMS[problem].clean_conflicts(state, data)
    assert [(f.cleaning_rule, f.count) for f in offered.findings] == [(CleaningRule.DROP_CONFLICTS, 2)]
    assert len(offered.rows) == len(offered.target.values) == len(cells)
    data = data.model_copy(update={"cleaning": (CleaningRule.DROP_CONFLICTS,)})
    dropped = PROBLEMS[problem].clean_conflicts(state, data)
    assert len(dropped.rows) == len(dropped.target.values) == len(cells) - 2


def test_rows_of_one_value_cannot_be_learned(problem: ProblemType) -> None:
    target, definition = encode(problem, COLUMNS[problem].usable), PROBLEMS[problem]
    assert definition.untrainable(target, np.arange(0))
    assert definition.untrainable(target, np.zeros(3, dtype=np.int64))
    assert definition.untrainable(target, np.arange(len(target.values))) is None
    with pytest.raises(DataError):
        definition.check(target.select(np.zeros(3, dtype=np.int64)), 1_000)
    definition.check(target, 1_000)


def test_a_finished_target_keeps_the_values_of_its_rows(problem: ProblemType) -> None:
    target, definition = encode(problem, COLUMNS[problem].usable), PROBLEMS[problem]
    selected = target.select(np.arange(4))
    finished = definition.finish(selected)
    assert finished.n_outputs <= target.n_outputs
    assert list(definition.decode_values(finished)) == list(definition.decode_values(selected))
    counts = definition.count_rows(finished, np.array([0, 1, 2, 0]))
    assert list(counts) == ["label", *map(str, SPLITS)]
    of_row = finished.values.sum(axis=1) if finished.values.ndim > 1 else np.ones(4)
    assert counts[[str(split) for split in SPLITS]].sum().tolist() == [
        of_row[[0, 3]].sum(), of_row[1], of_row[2]
    ]  # fmt: skip


def test_perfect_outputs_score_best_and_the_constant_ones_worse(problem: ProblemType) -> None:
    target, definition = encode(problem, COLUMNS[problem].usable), PROBLEMS[problem]
    rows, perfect = np.arange(len(target.values)), COLUMNS[problem].perfect
    constant = definition.constant_baseline(target, rows, rows)
    assert constant.shape == perfect.shape == (len(rows), target.n_outputs)
    assert (
        definition.row_scores(target, rows, perfect) >= definition.row_scores(target, rows, constant)
    ).all()
    points = definition.point_metrics(target, rows, perfect)
    estimates = definition.metrics(target, rows, perfect)
    assert list(points) == list(estimates)
    assert definition.selection in points
    for name, estimate in estimates.items():
        assert estimate.value == pytest.approx(points[name])
        assert estimate.low <= estimate.value <= estimate.high
    headline = next(iter(points))
    assert points[headline] > definition.point_metrics(target, rows, constant)[headline]
    predicted = definition.decode(target.names, perfect)["predicted"]
    assert list(predicted) == list(definition.decode_values(target))


def test_a_prepared_table_has_the_target_of_its_configuration(problem: ProblemType) -> None:
    cells = COLUMNS[problem].usable * 10
    frame = pd.DataFrame({"x": [f"text {k}" for k in range(len(cells))], "y": cells}, dtype=object)
    frame["s"] = [f"sentence {k // len(COLUMNS[problem].usable)}" for k in range(len(cells))]
    table = frame.assign(**{ROW: np.arange(1, len(cells) + 1), PART: "train"})
    target = TargetConfig(column="y", problem=problem)
    prepared = prepare(
        table, DataConfig(dataset="d", text="x", sentence=sentence_column(problem), targets=(target,))
    )
    assert prepared.targets == (prepared.target,)
    assert prepared.problem is PROBLEMS[problem]
    expected = encode(problem, tuple(cells[row - 1] for row in prepared.rows))
    np.testing.assert_array_equal(prepared.target.values, expected.values)
    np.testing.assert_array_equal(prepared.strata, PROBLEMS[problem].strata(expected))
    strata = prepared.problem.split_strata(prepared.target)
    present = strata if strata.ndim > 1 else np.eye(strata.max() + 1, dtype=bool)[strata]
    for split in SPLITS:
        np.testing.assert_array_equal(present[prepared.split_indices(split)].any(axis=0), present.any(axis=0))
