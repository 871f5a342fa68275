"""A person's own study of a prepared experiment: its start, its progress and its result."""

from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from translearn_core.config import JobConfig, job_id
from translearn_core.errors import NotFoundError
from translearn_core.jobs import spec_of
from translearn_core.prepared_experiments.experiment import Experiment
from translearn_core.runs import Dataset, RunStore, State, Studies, Study, StudyProgress, artifacts


@dataclass(frozen=True)
class Holdings:
    """Data sets and studies of an owner, to be read once where many experiments are looked for."""

    datasets: list[Dataset]
    studies: list[Study]

    @classmethod
    def of(cls, store: RunStore, owner: str) -> "Holdings":
        """Read them from a store."""
        return cls(store.datasets(owner), Studies(store).all(owner))


@dataclass(frozen=True)
class OwnStudies:
    """Studies of an experiment by one owner, on a bundled backbone of `n_blocks` blocks."""

    store: RunStore
    owner: str
    experiment: Experiment
    n_blocks: int

    def start(self, name: str, choices: dict[str, JsonValue] | None = None) -> Study:
        """Submit the runs of the experiment; an equal study is continued."""
        dataset = self.store.add_dataset(self.owner, self.experiment.file, {"train": self.experiment.table()})
        config = self.experiment.config(dataset.digest, self.n_blocks, choices)
        baseline = self.experiment.with_choices(choices or {}).baseline
        blocks = self.experiment.blocks(self.n_blocks)
        return Studies(self.store).add(self.owner, name, config, blocks, baseline)

    def find(
        self, choices: dict[str, JsonValue] | None = None, among: Holdings | None = None
    ) -> Study | None:
        """Return the owner's study of the experiment with these choices, None if it was not started."""
        held = among or Holdings.of(self.store, self.owner)
        digests = [one.digest for one in held.datasets if one.name == self.experiment.file]
        for digest in digests:
            config = self.experiment.config(digest, self.n_blocks, choices)
            for study in held.studies:
                if study.config == config:
                    return study
        return None

    def progress(self, study: Study) -> StudyProgress:
        """Return the progress of a study."""
        return Studies(self.store).progress(self.owner, study.jobs)

    def evaluation(self, study: Study) -> JobConfig[Any] | None:
        """Return the job that evaluates a study whose runs are all done, else None."""
        current = self.progress(study)
        return self.experiment.evaluation(study, current.done) if current.state is State.DONE else None

    def result(self) -> Any:
        """Return the result of the owner's finished study, None without one."""
        study = self.find()
        job = None if study is None else self.evaluation(study)
        if job is None:
            return None
        try:
            run = self.store.run(self.owner, job_id(job))
        except NotFoundError:
            return None
        found = artifacts.load(self.store.workspace.run(run.job.id), spec_of(job).result)
        return None if found is None or run.state is not State.DONE else self.experiment.present(found)
