"""How the cells of a study compare: scores with intervals, cost, and what each is worth beside one."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from translearn_core.results.evaluation import Interval

SAME = 0.0005
"""Smaller differences are told as none."""


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

    @property
    def sure(self) -> str:
        """Say whether it could be chance, as far as its seeds can tell."""
        if self.seeds < 2:
            return "needs more seeds"
        if self.beyond_chance:
            return "more than chance"
        return "could be chance, and two seeds tell little" if self.seeds == 2 else "could be chance"

    @property
    def points(self) -> str:
        """How large it is, whichever way, in points: hundredths of a share."""
        return f"{100 * abs(self.estimate):.1f} points"

    @property
    def span(self) -> str:
        """The ends of its interval in points, in the direction in which a sentence with `points` counts."""
        low, high = self.interval.low, self.interval.high
        if self.estimate <= -SAME:
            low, high = -high, -low
        ends = [f"{round(100 * end, 1) + 0.0:.1f}".replace("-", "−") for end in (low, high)]
        return f"(95 %: {ends[0]} to {ends[1]} points)"

    def beside(self, other: str) -> str:
        """Say which is better and by how much, to go on after what is held against `other`."""
        if abs(self.estimate) < SAME:
            return f"scores the same as {other} {self.span}"
        return f"is {self.points} {'better' if self.estimate > 0 else 'worse'} than {other} {self.span}"


@dataclass(frozen=True)
class NegativeTransfer:
    """Transfer that did harm: worse than `control`, which began from nothing, by more than chance."""

    control: str
    difference: Difference

    @property
    def sentence(self) -> str:
        """What to say of it."""
        return f"Negative transfer: {self.difference.points} below {self.control} {self.difference.span}."


@dataclass(frozen=True)
class ArmScore:
    """Runs that differ in nothing but the seed, as one line.

    The intervals of accuracy and macro-F1 are those that `spread` names. `seconds` is the mean of whole runs;
    `trainable` counts parameters; `boundary` is the lowest block that trains, -1 with the embeddings;
    `train_rows` is how many rows they learned from. `difference` is to the baseline, None for the baseline
    itself and where the test rows are others; `harm` is there where transfer did some.
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
    harm: NegativeTransfer | None = None

    def beside(self, baseline: str) -> str:
        """Say which is better, by how much, and whether that could be chance; then of harm that was done."""
        return " ".join([self._verdict(baseline), *([self.harm.sentence] if self.harm else [])])

    def _verdict(self, baseline: str) -> str:
        if self.name == baseline:
            return "The baseline."
        if self.difference is None:
            return f"{self.name} was tested on other rows than {baseline}, so the two cannot be compared."
        return f"{self.name} {self.difference.beside(baseline)}: {self.difference.sure}."


@dataclass(frozen=True)
class Comparison:
    """Cells held against `baseline`, scored on `test_rows` rows (of the baseline)."""

    baseline: str
    test_rows: int
    cells: tuple[ArmScore, ...]

    def frame(self) -> pd.DataFrame:
        """One row a cell: runs, scores with their intervals, cost, difference with its interval, verdict."""
        return pd.DataFrame([_line(cell, self.baseline) for cell in self.cells])

    def sentences(self) -> tuple[str, ...]:
        """What the comparison says of each cell; of the baseline only what is not about itself."""
        others = (cell for cell in self.cells if cell.name != self.baseline)
        harms = (cell.harm.sentence for cell in self.cells if cell.name == self.baseline and cell.harm)
        return (*harms, *(cell.beside(self.baseline) for cell in others))

    def called(self, tell: Callable[[str], str]) -> "Comparison":
        """Return it with what `tell` makes of the names of cells and backbones."""
        cells = []
        for cell in self.cells:
            harm = replace(cell.harm, control=tell(cell.harm.control)) if cell.harm else None
            cells.append(replace(cell, name=tell(cell.name), backbone=tell(cell.backbone), harm=harm))
        return replace(self, baseline=tell(self.baseline), cells=tuple(cells))


def _line(cell: ArmScore, baseline: str) -> dict[str, object]:
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
        "verdict": cell.beside(baseline),
    }
