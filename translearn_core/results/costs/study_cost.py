"""Cost of a study: runs and estimated seconds of each of its ways, sources or recipes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from translearn_core.config import PlannedRun
from translearn_core.config.pretraining import PretrainConfig
from translearn_core.results.backbone_info import BackboneInfo
from translearn_core.results.costs.cost_model import CostModel
from translearn_core.results.costs.workload import Workload
from translearn_core.results.format import approximate_duration, count_noun
from translearn_core.results.table_profile import Diagnosis

GROUPS = ("way", "source", "recipe")
"""Factor that the runs of a study are grouped by: the first that it varies."""


@dataclass(frozen=True)
class Timing:
    """Architecture of a backbone and the times of its steps on this device."""

    backbone_info: BackboneInfo
    cost_model: CostModel


@dataclass(frozen=True)
class ArmCost:
    """Estimated seconds of the runs of a way, source or recipe; of `pretraining`, which is done once."""

    name: str
    runs: int
    seconds: float
    pretraining: float = 0.0

    @property
    def total(self) -> float:
        """Seconds of runs and pretraining."""
        return self.seconds + self.pretraining

    def sentence(self) -> str:
        """Return the number of runs and the time of each."""
        each = approximate_duration(self.seconds / self.runs)
        runs = count_noun(self.runs, "run")
        if not self.pretraining:
            return f"{self.name}: about {each} each, {runs}."
        once = approximate_duration(self.pretraining)
        return f"{self.name}: about {each} each, {runs}, after about {once} of pre-training, once."


@dataclass(frozen=True)
class StudyCost:
    """Estimated cost of the runs of a study on one device, by `factor`: way, source or recipe."""

    factor: str
    arms: tuple[ArmCost, ...]

    @property
    def seconds(self) -> float:
        """Seconds of all runs, one after another."""
        return sum(arm.total for arm in self.arms)

    def sentences(self) -> tuple[str, ...]:
        """Return the time of each way, and of all together."""
        each = [arm.sentence() for arm in self.arms]
        return (*each, self.summary()) if len(each) > 1 else tuple(each) or (self.summary(),)

    def summary(self) -> str:
        """Return the time of all runs in words."""
        return (
            f"All {count_noun(sum(arm.runs for arm in self.arms), 'run')}: about "
            f"{approximate_duration(self.seconds)} one after another, or less: frozen outputs are computed "
            "once for all of them."
        )

    def frame(self) -> pd.DataFrame:
        """Return one row per way, source or recipe: its name, runs, seconds each, of pre-training, in all."""
        columns = (self.factor, "runs", "seconds each", "seconds of pre-training", "seconds in all")
        rows = [
            (arm.name, arm.runs, round(arm.seconds / arm.runs), round(arm.pretraining), round(arm.total))
            for arm in self.arms
        ]
        return pd.DataFrame(rows, columns=columns)


def estimate_study(
    planned: Iterable[PlannedRun], timings: Mapping[str, Timing], diagnosis: Diagnosis
) -> StudyCost:
    """Estimate the runs of a study and its pretrainings, each of which is done once.

    Parameters
    ----------
    planned : iterable of PlannedRun
        Runs that are not done yet.
    timings : mapping of backbone label to its timing
        TF-IDF has none: its runs take moments, and are left out.
    diagnosis : Diagnosis
        Of the study's data; with the rows of every domain a run costs those that it learns from.
    """
    runs: dict[tuple[str, str], list[float]] = {}
    pretrainings: dict[tuple[str, str], float] = {}
    counted: set[PretrainConfig] = set()
    for run in planned:
        if run.config.backbone.is_tfidf:
            continue
        timing, data = timings[run.factors["backbone"]], run.config.data
        name = next((factor, run.factors[factor]) for factor in GROUPS if factor in run.factors)
        task = Workload.of(diagnosis, data)
        estimate = timing.cost_model.estimate(timing.backbone_info, run.config, task)
        runs.setdefault(name, []).append(estimate.seconds)
        if (config := run.pretraining) is not None and config not in counted:
            counted.add(config)
            task = Workload.of(diagnosis, config.target_data)
            seconds = timing.cost_model.pretraining_seconds(timing.backbone_info, config, task)
            pretrainings[name] = pretrainings.get(name, 0.0) + seconds
    arms = (
        ArmCost(name[1], len(seconds), sum(seconds), pretrainings.get(name, 0.0))
        for name, seconds in runs.items()
    )
    return StudyCost(next(iter(runs), GROUPS[-1:])[0], tuple(arms))
