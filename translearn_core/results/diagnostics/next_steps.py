"""What to do after a run: steps from rules, each with its number and where to take it."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.results.interval_estimate import Estimate


@dataclass(frozen=True)
class NextStep:
    """Step that a rule proposes.

    Attributes
    ----------
    code : str
        Name of the rule.
    title : str
        What to do, a few words.
    sentence : str
        Why, with its number.
    number : Estimate
        The number that the rule is about, in the unit of the sentence; NaN ends without an interval.
    page, action : str
        Page where the step is taken, and the label of the button that leads there.
    source : str
        Where the rule comes from.
    """

    code: str
    title: str
    sentence: str
    number: Estimate
    page: str
    action: str
    source: str


@dataclass(frozen=True)
class NextSteps:
    """Steps of a run, the most useful first; `measured` names the diagnostics they rest on."""

    steps: tuple[NextStep, ...]
    measured: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """Return one row per step: step, why, number with its interval, source."""
        return pd.DataFrame(
            [
                {"step": step.title, "why": step.sentence}
                | step.number.columns("number")
                | {"source": step.source}
                for step in self.steps
            ]
        )
