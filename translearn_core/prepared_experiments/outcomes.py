"""Outcomes of prepared experiments, computed beforehand: a result and how it was made."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from translearn_core.config.base import canonical_json
from translearn_core.errors import NotFoundError
from translearn_core.jobs import SPECS
from translearn_core.prepared_experiments.experiment import Experiment
from translearn_core.runs import artifacts

ABOUT = "about.json"


@dataclass(frozen=True)
class Provenance:
    """How an outcome was computed: kind of job, runs, seconds of all of them, date, and the experiment."""

    kind: str
    runs: int
    seconds: float
    computed: str
    n_blocks: int
    experiment: str

    def seconds_of(self, runs: int) -> float:
        """Return the seconds that so many of its runs take, as one after another as these did."""
        return self.seconds * runs / self.runs


@dataclass(frozen=True)
class Outcome:
    """Result of an experiment with its provenance."""

    result: Any
    about: Provenance


@dataclass(frozen=True)
class OutcomeFile:
    """Folder of the outcome of an experiment; `name` and `command` are what errors call it and its fix."""

    experiment: Experiment
    folder: Path
    name: str
    command: str

    @property
    def available(self) -> bool:
        """Whether there is an outcome that was computed with the experiment's settings."""
        try:
            self.provenance()
        except NotFoundError:
            return False
        return True

    def provenance(self) -> Provenance:
        """Read how the outcome was computed; raises `NotFoundError` as `load`."""
        fix = f"run '{self.command}'"
        try:
            about = Provenance(**json.loads((self.folder / ABOUT).read_text(encoding="utf-8")))
        except (FileNotFoundError, TypeError, ValueError):
            raise NotFoundError(f"The outcome of {self.name} is not here: {fix}.") from None
        if about.experiment != fingerprint(self.experiment):
            raise NotFoundError(f"The outcome of {self.name} was computed with other settings: {fix} again.")
        return about

    def load(self) -> Outcome:
        """Read the outcome.

        Raises
        ------
        NotFoundError
            If there is none, or it was computed with other settings.
        """
        about = self.provenance()
        result = artifacts.load(self.folder, SPECS[about.kind].result)
        if result is None:
            raise NotFoundError(f"The outcome of {self.name} is damaged: install TransLearn again.")
        return Outcome(self.experiment.present(result), about)

    def save(self, result: object, about: Provenance) -> None:
        """Write an outcome."""
        self.folder.mkdir(parents=True, exist_ok=True)
        artifacts.save(self.folder, result)
        (self.folder / ABOUT).write_text(json.dumps(asdict(about), indent=1) + "\n", encoding="utf-8")


def fingerprint(experiment: Experiment) -> str:
    """Return a digest of what an experiment computes, which its outcome must have been computed for."""
    parts = [experiment.sample, experiment.analysis, experiment.recipe or ""]
    if experiment.alteration is not None:
        parts.append(canonical_json(experiment.alteration))
    study = canonical_json(experiment.with_choices({}).model_copy(update={"name": "lesson"}))
    return hashlib.sha256("\n".join([*parts, study]).encode()).hexdigest()[:20]
