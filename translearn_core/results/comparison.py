"""How the cells of a study compare: scores with intervals, cost, and what each is worth beside one."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.results.evaluation import Interval


@dataclass(frozen=True)
class Difference:
    """A paired difference in test accuracy with its interval; `seeds` is the smaller number of the two."""

    estimate: float
    interval: Interval
    seeds: int

    @property
    def beyond_chance(self) -> bool:
        """Whether there are seeds enough to say, and the interval leaves out 0."""
        return self.seeds > 1 and (self.interval.low > 0 or self.interval.high < 0)


@dataclass(frozen=True)
class CellScore:
    """Runs that differ in nothing but the seed, as one line.

    The intervals of accuracy and macro-F1 are those that `spread` names. `seconds` is the mean of whole runs;
    `trainable` counts parameters; `boundary` is the lowest block that trains, -1 with the embeddings;
    `train_rows` is how many rows they learned from. `difference` is to the baseline, None for the baseline
    itself and where the test rows are others; `verdict` says it in a sentence. `transfer` says where transfer
    did harm, and is empty elsewhere.
    """

    name: str
    runs: int
    spread: str
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    seconds: float
    trainable: int
    trains: str
    boundary: int
    train_rows: int
    backbone: str
    difference: Difference | None
    verdict: str
    transfer: str = ""

    @property
    def told(self) -> str:
        """Verdict and transfer as one text."""
        return " ".join(filter(None, (self.verdict, self.transfer)))


@dataclass(frozen=True)
class Comparison:
    """Cells held against `baseline`, scored on `test_rows` rows (of the baseline)."""

    baseline: str
    test_rows: int
    cells: tuple[CellScore, ...]

    def frame(self) -> pd.DataFrame:
        """One row a cell: runs, scores with their intervals, cost, difference with its interval, verdict."""
        return pd.DataFrame([_line(cell) for cell in self.cells])

    def sentences(self) -> tuple[str, ...]:
        """What the comparison says of each cell; of the baseline only what is not about itself."""
        told = (c.transfer if c.name == self.baseline else c.told for c in self.cells)
        return tuple(filter(None, told))


def _line(cell: CellScore) -> dict[str, object]:
    apart = cell.difference
    return {
        "cell": cell.name,
        "runs": cell.runs,
        "accuracy": cell.accuracy,
        "accuracy low": cell.accuracy_interval.low,
        "accuracy high": cell.accuracy_interval.high,
        "macro F1": cell.macro_f1,
        "macro F1 low": cell.macro_f1_interval.low,
        "macro F1 high": cell.macro_f1_interval.high,
        "interval": cell.spread,
        "seconds": cell.seconds,
        "trainable parameters": cell.trainable,
        "trains": cell.trains,
        "boundary": cell.boundary,
        "training rows": cell.train_rows,
        "backbone": cell.backbone,
        "difference": apart.estimate if apart else None,
        "difference low": apart.interval.low if apart else None,
        "difference high": apart.interval.high if apart else None,
        "verdict": cell.told,
    }
