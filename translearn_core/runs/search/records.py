"""Records of searches."""

import json
from dataclasses import dataclass, field
from typing import Any

from translearn_core.config.search import Candidate, SearchConfig, candidates
from translearn_core.jobs import SelectionCandidate, SelectionConfig
from translearn_core.results import Workload
from translearn_core.runs.records import State, Unreadable
from translearn_core.runs.search.halving import Halving, Trial, TrialResult, chains


@dataclass(frozen=True)
class Search:
    """Search of one owner.

    `n_blocks` are those of the backbone, `task` the size of the data, `trials` the runs submitted so far, in
    order. `selection` is the job that chose the model, once it was submitted.
    """

    id: str
    owner: str
    name: str
    config: SearchConfig
    n_blocks: int
    task: Workload
    trials: tuple[Trial, ...] = field(repr=False)
    state: State
    reason: str | None
    selection: str | None
    created: float

    @property
    def jobs(self) -> tuple[str, ...]:
        """Job ids of its runs."""
        return tuple(trial.job for trial in self.trials)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All candidates, those for which there may be no time included."""
        return candidates(self.config, self.n_blocks, self.task.train, self.task.words_per_text)

    @property
    def budget(self) -> float:
        """Seconds of training."""
        return 60 * self.config.minutes

    @property
    def rules(self) -> Halving:
        """What decides which runs come next."""
        return Halving(self.candidates, self.budget, self.config.repeats, self.task, self.n_blocks)


def selection_config(results: list[TrialResult]) -> SelectionConfig | None:
    """Return the job that chooses among the candidates with results; None without any."""
    names = dict.fromkeys(result.trial.candidate for result in results)
    complete = {name: chains(results, name) for name in names}
    arms = [
        SelectionCandidate(name=name, chains=tuple(tuple(r.trial.job for r in chain) for chain in of_name))
        for name, of_name in complete.items()
        if of_name
    ]
    return SelectionConfig(candidates=tuple(arms)) if arms else None


def search_of(row: Any) -> Search | Unreadable:
    """Return a row of the database as a search, or as one that this version cannot read."""
    try:
        config = SearchConfig.model_validate_json(row.config)
        task = Workload(*json.loads(row.task))
        trials = tuple(Trial(**trial) for trial in json.loads(row.trials))
    except (ValueError, TypeError):
        return Unreadable(row.id, row.name, row.created)
    return Search(
        row.id, row.owner, row.name, config, row.n_blocks, task, trials,
        State(row.state), row.reason, row.selection, row.created,
    )  # fmt: skip
