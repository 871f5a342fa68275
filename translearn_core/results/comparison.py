"""Comparison of the arms of a study: scores with intervals, cost, differences from a baseline."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist

import pandas as pd

from translearn_core.results.format import magnitude
from translearn_core.results.interval_estimate import Estimate, Z
from translearn_core.results.metric import Metric, Scored
from translearn_core.results.sample_efficiency import SampleEfficiency

Z_POWER = NormalDist().inv_cdf(0.8)
"""Normal quantile of a power of 80 %."""
SMALLEST_DISTANCE = 1e-6
"""Distance, as a share of half an interval, below which no number of rows is given."""
NEGLIGIBLE = 0.0005
"""Smaller differences of shares that could be chance are reported as equality."""


def rows_for(distance: float, half: float, rows: int) -> int | None:
    """Return the test rows with which an interval excludes a number at this distance in 80 % of tests.

    `half` is half the width of the 95 % interval over `rows` rows; None without a width, or where the
    distance is as good as none. Of two digits, rounded up.
    """
    if not (half > 0 and math.isfinite(half) and abs(distance) > half * SMALLEST_DISTANCE):
        return None
    needed = rows * (half * (1 + Z_POWER / Z) / distance) ** 2
    unit = 10.0 ** max(0, math.floor(math.log10(needed)) - 1)
    return int(math.ceil(needed / unit) * unit)


@dataclass(frozen=True)
class Difference(Estimate):
    """Paired difference of mean row scores on test; `seeds` is the smaller number of the two.

    `shares`: the scores are in [0, 1], so differences are in percentage points; else in the scores' unit.
    """

    seeds: int
    shares: bool = True

    @property
    def beyond_chance(self) -> bool:
        """Whether there are at least two seeds and the interval excludes 0."""
        return self.seeds > 1 and self.excludes_zero

    @property
    def points(self) -> str:
        """Absolute difference in percentage points, or in the unit of the scores."""
        return f"{self._size} points" if self.shares else self._size

    @property
    def _size(self) -> str:
        return magnitude(100 * self.value) if self.shares else self._format(abs(self.value))

    @property
    def span(self) -> str:
        """Interval of the difference, with its signs as in tables."""
        low, high = (self._signed(end) for end in (self.low, self.high))
        return f"(95 %: {low} to {high} points)" if self.shares else f"(95 %: {low} to {high})"

    @property
    def _range(self) -> str:
        """What `span` has after the colon."""
        low, high = (self._signed(end) for end in (self.low, self.high))
        return f"{low} to {high} points" if self.shares else f"{low} to {high}"

    @property
    def _negligible(self) -> bool:
        small = abs(self.value) < NEGLIGIBLE if self.shares else self.value == 0
        return small and not self.excludes_zero

    def _format(self, value: float) -> str:
        return f"{round(100 * value, 1) + 0.0:.1f}" if self.shares else f"{value:.3g}"

    def _signed(self, value: float) -> str:
        text = self._format(value)
        return f"+{text}" if float(text) > 0 else text.replace("-", "−")

    def rows_needed(self, rows: int) -> int | None:
        """Return the test rows that a difference of this size needs, given its interval over `rows` rows.

        With so many its 95 % interval excludes 0 in 80 % of tests. None where it does already, and where
        there is no difference. Of two digits, rounded up.
        """
        half = (self.high - self.low) / 2
        if self.excludes_zero or self._negligible or not (half > 0 and self.value):
            return None
        return rows_for(self.value, half, rows)

    def power_note(self, rows: int) -> str:
        """Say how many test rows the difference would need to be told from chance; "" where it needs none."""
        needed = self.rows_needed(rows)
        if needed is None:
            return ""
        return (
            f"A difference of {self.points} needs about {needed:,} test rows to be told from chance four "
            f"times in five; here are {rows:,}."
        )

    @property
    def _same_on_every_row(self) -> bool:
        return self.value == self.low == self.high == 0

    def describe(self, name: str) -> str:
        """Return the clause that compares with the baseline `name`."""
        if self._same_on_every_row and self.seeds < 2:
            return f"scores the same as {name} on every test row (one seed gives no interval)"
        if self._same_on_every_row:
            return f"scores the same as {name} on every test row"
        if self._negligible:
            return f"scores the same as {name} (95 %: {self._range})"
        if self.value > 0:
            return f"is {self.points} better than {name} (95 %: {self._range})"
        return f"is {self.points} worse than {name} (95 %: {self._range})"

    def sentence(self, name: str, names: str) -> str:
        """Compare `name` with the baseline `names`, and tell whether the difference could be chance."""
        clause = self._compare(name, names)
        if self._same_on_every_row and self.seeds > 1:
            return f"{clause}."
        if self.seeds < 2:
            return f"{clause}: needs more seeds."
        if self.beyond_chance:
            return f"{clause}: more than chance."
        if self.seeds == 2:
            return f"{clause}: could be chance, and two seeds tell little."
        return f"{clause}: could be chance."

    def _compare(self, name: str, names: str) -> str:
        """Return `describe` with its subject."""
        if self._same_on_every_row and self.seeds < 2:
            return f"{name} scores the same as {names} on every test row (one seed gives no interval)"
        if self._same_on_every_row:
            return f"{name} scores the same as {names} on every test row"
        if self._negligible:
            return f"{name} scores the same as {names} (95 %: {self._range})"
        size, low, high = self._size, self._signed(self.low), self._signed(self.high)
        if self.value > 0:
            if self.shares:
                return f"{name} is {size} points better than {names} (95 %: {low} to {high} points)"
            return f"{name} is {size} better than {names} (95 %: {low} to {high})"
        if self.shares:
            return f"{name} is {size} points worse than {names} (95 %: {low} to {high} points)"
        return f"{name} is {size} worse than {names} (95 %: {low} to {high})"


@dataclass(frozen=True)
class NegativeTransfer:
    """Negative transfer: worse than `control`, trained from scratch, by more than chance."""

    control: str
    difference: Difference

    @property
    def sentence(self) -> str:
        """Description in one sentence."""
        name, points, span = self.control, self.difference.points, self.difference.span
        return f"Negative transfer: {points} below {name} {span}."


@dataclass(frozen=True)
class ArmScore(Scored):
    """Mean scores of runs that differ only in the seed.

    `spread` names the kind of the intervals. `seconds` is the mean of whole runs; `trainable` counts
    parameters; `boundary` is the lowest block that trains, -1 with the embeddings; `train_rows` counts
    training rows. `difference` is to the baseline, None for the baseline itself and for other test rows;
    `negative_transfer` is None without negative transfer.
    """

    name: str
    runs: int
    spread: str
    scores: dict[str, Estimate]
    seconds: float
    trainable: int
    trains: str
    boundary: int
    train_rows: int
    backbone: str
    difference: Difference | None
    negative_transfer: NegativeTransfer | None = None

    def describe(self, name: str) -> str:
        """Compare with the baseline `name` in words, followed by negative transfer if any."""
        return " ".join(
            [self.verdict(name), *([self.negative_transfer.sentence] if self.negative_transfer else [])]
        )

    def verdict(self, name: str) -> str:
        """Compare with the baseline `name` in one sentence."""
        if self.name == name:
            return "The baseline."
        if self.difference is None:
            return f"{self.name} was tested on other rows than {name}, so the two cannot be compared."
        return self.difference.sentence(self.name, name)


@dataclass(frozen=True)
class Comparison:
    """Arms compared with `baseline`, which was scored on `test_rows` rows.

    `folds` is their number in a cross-validation, else 0.
    Of ways to a target domain `worth` says how many labels learning from the target alone needs for the
    same score, and `worth_sentences` say it in words.
    """

    baseline: str
    test_rows: int
    arms: tuple[ArmScore, ...]
    worth: tuple[SampleEfficiency, ...] = ()
    worth_sentences: tuple[str, ...] = ()
    folds: int = 0

    def frame(self) -> pd.DataFrame:
        """Return one row per arm: runs, scores and difference with intervals, cost, verdict."""
        return pd.DataFrame([_row(arm, self.baseline) for arm in self.arms])

    @property
    def metric(self) -> Metric:
        """Metric of the headline scores."""
        return self.arms[0].metric

    def sentences(self) -> tuple[str, ...]:
        """Return one sentence per arm; for the baseline only negative transfer."""
        others = (arm for arm in self.arms if arm.name != self.baseline)
        negatives = (
            arm.negative_transfer.sentence
            for arm in self.arms
            if arm.name == self.baseline and arm.negative_transfer
        )
        return (*negatives, *map(self._describe, others))

    def _describe(self, arm: ArmScore) -> str:
        """Describe an arm; where folds are tested, which leave rows the only chance, also the rows needed."""
        note = arm.difference.power_note(self.test_rows) if arm.difference and self.folds else ""
        return f"{arm.describe(self.baseline)} {note}".rstrip()

    @property
    def worse(self) -> tuple[str, ...]:
        """Sentences on the arms that are worse than the baseline by more than chance."""
        others = (arm for arm in self.arms if arm.name != self.baseline and arm.difference is not None)
        return tuple(
            arm.verdict(self.baseline)
            for arm in others
            if arm.difference is not None and arm.difference.beyond_chance and arm.difference.value < 0
        )

    def worth_frame(self) -> pd.DataFrame:
        """Return one row per adaptation method and number of target labels: score, and labels it is worth."""
        return pd.DataFrame(
            [
                {
                    "method": one.better,
                    "target labels": one.reference_size,
                    "score": one.score,
                    f"labels of {one.worse}": one.labels,
                    "low": one.low,
                    "high": one.high,
                }
                for one in self.worth
            ]
        )

    def rename_arms(self, rename: Callable[[str], str]) -> "Comparison":
        """Return a copy with the names of arms and backbones replaced by `rename(name)`."""
        arms = []
        for arm in self.arms:
            negative = (
                replace(arm.negative_transfer, control=rename(arm.negative_transfer.control))
                if arm.negative_transfer
                else None
            )
            arms.append(
                replace(arm, name=rename(arm.name), backbone=rename(arm.backbone), negative_transfer=negative)
            )
        return replace(self, baseline=rename(self.baseline), arms=tuple(arms))


def _row(arm: ArmScore, baseline: str) -> dict[str, object]:
    no_difference = dict.fromkeys(("difference", "difference low", "difference high"))
    return {
        "arm": arm.name,
        "runs": arm.runs,
        **arm.score_columns(),
        "interval": arm.spread,
        "seconds": arm.seconds,
        "trainable parameters": arm.trainable,
        "trains": arm.trains,
        "boundary": arm.boundary,
        "training rows": arm.train_rows,
        "backbone": arm.backbone,
        **(arm.difference.columns("difference") if arm.difference else no_difference),
        "verdict": arm.describe(baseline),
    }
