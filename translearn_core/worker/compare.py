"""Compare finished runs: cells of seeds, held against a baseline on the rows that all were tested on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from translearn_core.analysis import ArmRuns, differences, seed_interval
from translearn_core.analysis.comparison.paired_comparison import FEWEST_SEEDS
from translearn_core.config import Cell, CompareConfig, ExperimentConfig, Split
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.results import ArmScore, Comparison, Difference, Evaluation, RunSummary
from translearn_core.results.comparison import NegativeTransfer
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context


@dataclass(frozen=True)
class _ArmResults:
    """A cell's runs as they were found: what they got right, their summaries, and one of their settings."""

    runs: ArmRuns
    summaries: tuple[RunSummary, ...]
    config: ExperimentConfig
    train_rows: int

    @property
    def control(self) -> bool:
        """Whether it began from nothing: fresh weights, all of which trained."""
        return self.config.backbone.random_init and self.summaries[0].boundary <= 0

    @property
    def task(self) -> tuple[str, int | None]:
        """What a control must share with it: the backbone and the rows to learn from."""
        return self.config.backbone.id, self.config.data.train_rows


def compare(context: Context) -> None:
    """Compare cells of runs."""
    config = context.config
    assert isinstance(config, CompareConfig)
    if config.baseline not in {cell.name for cell in config.cells}:
        raise ConfigError("baseline", config.baseline, f"one of {', '.join(c.name for c in config.cells)}")
    cells = []
    for number, cell in enumerate(config.cells):
        context.report("reading the runs", number, len(config.cells))
        cells.append(_measured(context, cell))
    context.report("comparing")
    baseline = next(cell for cell in cells if cell.runs.name == config.baseline)
    apart = differences([cell.runs for cell in cells], baseline.runs, seed=config.seed)
    harmed = _negative_transfer(cells, config.seed)
    scores = [
        _score(cell, None if cell is baseline else one, harmed.get(cell.runs.name))
        for cell, one in zip(cells, apart, strict=True)
    ]
    artifacts.save(context.folder, Comparison(config.baseline, len(baseline.runs.rows), tuple(scores)))


def _measured(context: Context, cell: Cell) -> _ArmResults:
    rows: list[pd.Series[bool]] = []
    summaries, train_rows = [], 0
    for job in cell.jobs:
        evaluation, summary = context.result(job, Evaluation), context.result(job, RunSummary)
        if evaluation is None or summary is None:
            raise NotFoundError(
                f"A run of {cell.name} has no results yet: let it finish, then compare again."
            )
        predictions = evaluation.predictions
        tested = predictions[predictions["split"] == Split.TEST]
        # rows by what they are, not by their place: two runs may have been given them in another order
        names = pd.util.hash_pandas_object(tested[["row", "text", "label"]], index=False)
        rows.append(tested["correct"].set_axis(names).sort_index())
        summaries.append(summary)
        train_rows = int((predictions["split"] == Split.TRAIN).sum())
    if any(not one.index.equals(rows[0].index) for one in rows):
        raise ConfigError("cells", cell.name, "a cell whose runs were all tested on the same rows")
    config = context.store.job(cell.jobs[0]).config
    assert isinstance(config, ExperimentConfig)
    correct = np.stack([one.to_numpy(dtype=bool) for one in rows])
    found = ArmRuns(cell.name, rows[0].index.to_numpy(dtype=np.uint64), correct)
    return _ArmResults(found, tuple(summaries), config, train_rows)


def _negative_transfer(cells: Sequence[_ArmResults], seed: int) -> dict[str, NegativeTransfer]:
    """Return the cells that score below the same architecture trained from nothing, by more than chance."""
    found: dict[str, NegativeTransfer] = {}
    for control in (cell for cell in cells if cell.control):
        others = [cell.runs for cell in cells if not cell.control and cell.task == control.task]
        for other, apart in zip(others, differences(others, control.runs, seed=seed), strict=True):
            if apart is not None and apart.beyond_chance and apart.estimate < 0:
                found[other.name] = NegativeTransfer(control.runs.name, apart)
    return found


def _score(cell: _ArmResults, apart: Difference | None, harm: NegativeTransfer | None) -> ArmScore:
    tests = [summary.test for summary in cell.summaries]
    accuracy, of_accuracy = seed_interval([m.accuracy for m in tests], [m.accuracy_interval for m in tests])
    macro_f1, of_macro_f1 = seed_interval([m.macro_f1 for m in tests], [m.macro_f1_interval for m in tests])
    return ArmScore(
        name=cell.runs.name,
        runs=len(tests),
        spread=f"over {len(tests)} seeds" if len(tests) >= FEWEST_SEEDS else f"over {tests[0].n:,} test rows",
        accuracy=accuracy,
        accuracy_interval=of_accuracy,
        macro_f1=macro_f1,
        macro_f1_interval=of_macro_f1,
        seconds=float(np.mean([summary.seconds["total"] for summary in cell.summaries])),
        trainable=cell.summaries[0].parameters["trainable"],
        trains=cell.config.plan.label,
        boundary=cell.summaries[0].boundary,
        train_rows=cell.train_rows,
        backbone=cell.config.backbone.label,
        difference=apart,
        harm=harm,
    )
