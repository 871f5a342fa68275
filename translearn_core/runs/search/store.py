"""Searches of a workspace: their runs are ordinary runs in the queue; the engine moves them on."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, replace
from typing import Any

from sqlalchemy import delete, exists, insert, select, update

from translearn_core.config import job_id
from translearn_core.config.base import canonical_json
from translearn_core.config.search import SearchConfig
from translearn_core.errors import DamagedFileError, NotFoundError, TranslearnError
from translearn_core.jobs import TrainingPredictionsConfig
from translearn_core.results import NeighbourBank, RunSummary, Selection, Workload
from translearn_core.runs import artifacts
from translearn_core.runs.database.schema import job_owners, jobs, searches
from translearn_core.runs.records import State, Unreadable
from translearn_core.runs.rooms.work import record_work
from translearn_core.runs.search.halving import NextRun, Trial, TrialResult
from translearn_core.runs.search.records import Search, search_of, selection_config
from translearn_core.runs.store import RunStore
from translearn_core.runs.submissions import JobRequest, cancel, requeue_job, submit_job

NOT_FOUND = "There is no such search in your workspace: it was deleted, or the link is somebody else's."
NO_MODEL = "No run of this search ended well: {}"


class Searches:
    """Searches in a store, by owner."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def add(self, owner: str, name: str, config: SearchConfig, n_blocks: int, task: Workload) -> Search:
        """Store a search and start it; an equal one is continued.

        Raises
        ------
        NotFoundError
            If it refers to a data set that the owner does not have.
        """
        self._store.dependencies(owner, config.experiment)
        row: dict[str, Any] = {
            "id": secrets.token_hex(8),
            "owner": owner,
            "name": name[:200] or "search",
            "dataset": config.experiment.data.dataset,
            "config": canonical_json(config),
            "n_blocks": n_blocks,
            "task": json.dumps(astuple(task)),
            "trials": "[]",
            "state": str(State.RUNNING),
            "created": time.time(),
        }
        with self._store.writing() as db:
            equal = (searches.c.owner == owner, searches.c.config == row["config"])
            existing = db.scalar(select(searches.c.id).where(*equal))
            if existing is None:
                db.execute(insert(searches).values(**row))
                record_work(db, owner, row["id"])
        if existing is not None:
            self.resume(owner, existing)
        return self.get(owner, existing or row["id"])

    def all(self, owner: str) -> list[Search]:
        """Return the owner's readable searches, newest first."""
        return [one for one in self._records(searches.c.owner == owner) if isinstance(one, Search)]

    def get(self, owner: str, search: str) -> Search:
        """Return one of the owner's searches."""
        records = self._records(searches.c.owner == owner, searches.c.id == search)
        if not records or isinstance(records[0], Unreadable):
            raise NotFoundError(NOT_FOUND)
        return records[0]

    def results(self, search: Search) -> list[TrialResult]:
        """Return its runs so far, in the order of submission; deleted ones are left out."""
        with self._store.reading() as db:
            columns = (jobs.c.id, jobs.c.state, jobs.c.started, jobs.c.finished, jobs.c.reason)
            rows = {row.id: row for row in db.execute(select(*columns).where(jobs.c.id.in_(search.jobs)))}
        now, listed = time.time(), []
        for trial in search.trials:
            if (row := rows.get(trial.job)) is None:
                continue
            state, seconds = State(row.state), 0.0
            if row.started is not None and (row.finished or now) > search.created:
                end = now if state is State.RUNNING else row.finished or row.started
                seconds = max(0.0, end - max(row.started, search.created))
            summary = None if state.live else self._summary(trial.job)
            listed.append(TrialResult(trial, state, seconds, summary, row.reason))
        return listed

    def stop(self, owner: str, search: str) -> None:
        """Stop a search and its runs; what they have learned stays."""
        self._set(self.get(owner, search), state=State.STOPPED)
        self._cancel(self.get(owner, search))

    def resume(self, owner: str, search: str) -> None:
        """Continue a stopped, failed or finished search where it ended; finished ones change nothing."""
        record = self.get(owner, search)
        if record.state not in (State.STOPPED, State.FAILED):
            return
        with self._store.writing() as db:
            for job in record.jobs:
                requeue_job(db, owner, job)
        self._set(record, state=State.RUNNING, reason=None, selection=None)

    def delete(self, owner: str, search: str) -> None:
        """Delete a search; its runs stay."""
        record = self.get(owner, search)
        if record.state is State.RUNNING:
            self.stop(owner, search)
        with self._store.writing() as db:
            db.execute(delete(searches).where(searches.c.id == record.id))

    def advance(self) -> None:
        """Submit the next runs of all searches that are waiting for none; called by the engine."""
        running = searches.c.state == str(State.RUNNING)
        with self._store.reading() as db:
            if not db.scalar(select(exists().where(running))):
                return
        for search in self._records(running):
            if isinstance(search, Search):
                try:
                    self._advance(search)
                except TranslearnError as error:
                    self._set(search, state=State.FAILED, reason=str(error))

    def _advance(self, search: Search) -> None:
        if search.selection is not None:
            return self._await_selection(search, search.selection)
        results = self.results(search)
        decision = search.rules.decide(results)
        if decision.stop:
            self._cancel(search)
        if decision.submit:
            self._submit(search, decision.submit)
        elif decision.end:
            self._select(search, results)
        return None

    def _submit(self, search: Search, following: Sequence[NextRun]) -> None:
        """Queue the next runs."""
        trials, requests = [], []
        for run in following:
            config = run.candidate.at_rung(run.rung, run.repeat, run.previous)
            dependencies = self._store.dependencies(search.owner, config)
            title = f"{search.name}: {run.candidate.name}"
            title += f", rung {run.rung + 1}" * (not run.candidate.fixed)
            title += f", seed {config.training.seed}" * bool(run.repeat)
            requests.append(JobRequest(config, title, *dependencies))
            trials.append(Trial(run.candidate.name, run.rung, run.repeat, job_id(config)))
        self._enqueue(search, trials, requests)

    def _enqueue(self, search: Search, trials: Sequence[Trial], requests: Sequence[JobRequest]) -> None:
        """Queue jobs, and store them with the search in one transaction."""
        now, stored = time.time(), json.dumps([asdict(trial) for trial in (*search.trials, *trials)])
        with self._store.writing() as db:
            this = update(searches).where(searches.c.id == search.id, searches.c.state == str(State.RUNNING))
            if db.execute(this.values(trials=stored)).rowcount:
                for i, request in enumerate(requests):  # distinct times keep the order in the queue
                    submit_job(db, search.owner, request, rename=False, now=now + i * 1e-5)

    def _select(self, search: Search, results: list[TrialResult]) -> None:
        config = selection_config(results)
        if config is None:
            reasons = [result.reason for result in results if result.reason]
            reason = NO_MODEL.format(reasons[0] if reasons else "all of them were deleted.")
            return self._set(search, state=State.FAILED, reason=reason)
        run = self._store.submit(search.owner, config, f"{search.name}: selection")
        return self._set(search, selection=run.job.id)

    def _await_selection(self, search: Search, selection: str) -> None:
        try:
            run = self._store.run(search.owner, selection)
        except NotFoundError:  # deleted with one of the runs
            return self._set(search, selection=None)
        if run.state is State.DONE:
            return self._complete(search, run.job.id)
        if not run.state.live:
            return self._set(search, state=State.FAILED, reason=run.job.reason)
        return None

    def _complete(self, search: Search, selection: str) -> None:
        """Have the training rows of the runs that were chosen predicted, then end the search.

        If that fails, the search ends all the same: what was chosen stays chosen.
        """
        if any(result.state.live for result in self.results(search)):
            return None
        trials, requests = [], []
        for run in self._unpredicted(search, selection):
            config = TrainingPredictionsConfig(job=run.job)
            if (job := job_id(config)) in search.jobs:  # it has failed
                continue
            title = f"{search.name}: {run.candidate}, training rows"
            requests.append(JobRequest(config, title, *self._store.dependencies(search.owner, config)))
            trials.append(replace(run, job=job, predicts_train=True))
        if trials:
            return self._enqueue(search, trials, requests)
        return self._set(search, state=State.DONE)

    def _unpredicted(self, search: Search, selection: str) -> list[Trial]:
        """Return the runs that were chosen, if their training rows were not predicted."""
        workspace, fixed = self._store.workspace, {one.name for one in search.candidates if one.fixed}
        chosen = artifacts.load(workspace.run(selection), Selection)
        names = set() if chosen is None else {chosen.winner.job, chosen.alternative.job}
        return [
            trial
            for trial in search.trials
            if trial.job in names
            and trial.candidate not in fixed
            and artifacts.version(workspace.run(trial.job), NeighbourBank) is None
        ]

    def _cancel(self, search: Search) -> None:
        with self._store.writing() as db:
            live = jobs.c.state.in_([str(state) for state in State if state.live])
            owned = select(jobs.c.id).join(job_owners, job_owners.c.job == jobs.c.id)
            of_search = owned.where(job_owners.c.owner == search.owner, jobs.c.id.in_(search.jobs), live)
            for job in list(db.scalars(of_search)):
                cancel(db, search.owner, job)

    def _summary(self, job: str) -> RunSummary | None:
        try:
            return artifacts.read(self._store.workspace.run(job), RunSummary)
        except DamagedFileError as error:
            self._store.mark_damaged(error)
            return None

    def _records(self, *where: Any) -> list[Search | Unreadable]:
        with self._store.reading() as db:
            rows = db.execute(select(searches).where(*where).order_by(searches.c.created.desc()))
            return [search_of(row) for row in rows]

    def _set(self, search: Search, **values: Any) -> None:
        values = {name: str(value) if isinstance(value, State) else value for name, value in values.items()}
        with self._store.writing() as db:
            db.execute(update(searches).where(searches.c.id == search.id).values(**values))
