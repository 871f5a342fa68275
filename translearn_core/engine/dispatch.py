"""Dispatcher: submit queued jobs to free workers, watch them, and handle lost workers.

The runs table is the only queue. A job is taken (`RunStore.begin`) before it is submitted, with a token of
the attempt: if the engine dies in between, the next one finds the job running, and writes of an abandoned
attempt are ignored.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from distributed import Future
from sqlalchemy.exc import SQLAlchemyError

from translearn_core.engine.cluster import Cluster
from translearn_core.engine.status import HEARTBEAT_SECONDS
from translearn_core.errors import WorkspaceError
from translearn_core.jobs import Slot
from translearn_core.runs import RunStore, Searches, State

log = logging.getLogger(__name__)

TICK, QUIET_TICK, QUIET_SECONDS = 0.05, 0.25, 10.0
"""Polling intervals after a job began or ended, and when none has for `QUIET_SECONDS`.

A look takes 10 ms of a processor that a training needs.
"""

PATIENCE_SECONDS = 10.0
"""Seconds a job may take to react to a stop."""

SAVING_SECONDS = 600.0
"""Seconds a stopping job may take to save a checkpoint and its scores."""

SWEEP_SECONDS = 60.0

SEARCH_SECONDS = 0.5
"""Seconds between two looks at the searches, whose next runs depend on finished ones."""

RETRY_SECONDS = 1.0
"""Seconds between retries while the store is unavailable."""

STORE_ERRORS = (WorkspaceError, SQLAlchemyError, OSError)
"""Errors of the store that the engine survives."""

WORKER_LOST = "Its worker was lost: it ran out of memory or was killed."
READ_LIMIT_EXCEEDED = (
    "This file took more time or memory than a file of its size may take here, so reading it was ended: "
    "keep fewer rows or only the columns you need, and look for cells that are very long."
)
KILLED = "Stopped; it did not answer, so its worker was restarted."


@dataclass
class InFlight:
    """Submitted job with its worker and attempt token."""

    job: str
    slot: Slot
    address: str
    token: str
    future: "Future[None]"
    background: bool = False
    gives_way: bool = False
    stop_requested: float | None = None
    ending: "asyncio.Task[None] | None" = field(default=None, repr=False)


class Dispatcher:
    """Loop that moves jobs from the store to the cluster."""

    def __init__(
        self,
        store: RunStore,
        cluster: Cluster,
        *,
        idle_seconds: float,
        pulse: Callable[[dict[str, Slot]], None],
    ) -> None:
        self._store, self._cluster = store, cluster
        self._idle_seconds, self._pulse = idle_seconds, pulse
        self._flights: dict[str, InFlight] = {}
        self._workers: dict[str, Slot] = {}
        self._busy = self._changed = time.monotonic()
        self._running: set[str] = set()
        self._searches = Searches(store)
        self._swept = self._pulsed = self._searched = 0.0
        self._reconciled = self._interrupted = False
        self._store_error: str | None = None

    async def run(self, leave: asyncio.Event) -> None:
        """Dispatch jobs until `leave` is set or the idle time is over."""
        while not leave.is_set():
            try:
                await self._tick()
                self._log_store_error(None)
            except STORE_ERRORS as error:
                # database locked or unreachable, or disk full: keep the state and retry
                self._log_store_error(error)
                if self._flights:
                    self._busy = time.monotonic()
            idle = time.monotonic() - self._busy
            if idle > self._idle_seconds:
                log.info("idle for %.0f minutes", idle / 60)
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(leave.wait(), self._pause())

    def _pause(self) -> float:
        if self._store_error is not None:
            return RETRY_SECONDS
        now = time.monotonic()
        if self._running != self._flights.keys():
            self._running, self._changed = set(self._flights), now
        return QUIET_TICK if now - self._changed > QUIET_SECONDS else TICK

    def interrupt_all(self) -> None:
        """Mark running jobs as interrupted through no fault of their own; the workers must be gone."""
        for job in self._store.running_jobs():
            self._store.interrupt(job, "The engine was stopped.", blame=False)

    def _reconcile(self) -> None:
        for job in self._store.running_jobs():  # of a dead engine, since this one holds the lock
            self._store.interrupt(job, "The engine ended while it ran.")
        self._store.requeue_lost()

    def _log_store_error(self, error: Exception | None) -> None:
        """Log a store error once, and its end."""
        message = None if error is None else f"{type(error).__name__}: {error}"
        if message is not None and message != self._store_error:
            log.error("the store cannot be used, trying again: %s", message)
        elif message is None and self._store_error is not None:
            log.info("the store can be used again")
        self._store_error = message

    async def _tick(self) -> None:
        if not self._reconciled:
            await asyncio.to_thread(self._reconcile)
            self._reconciled = True
        now = time.monotonic()
        if now - self._pulsed > HEARTBEAT_SECONDS:
            self._pulsed = now
            await self._cluster.repair()
            self._workers = await self._cluster.workers()
            self._pulse(self._workers)
        if self._flights:
            await self._watch()
        if now - self._searched > SEARCH_SECONDS:
            self._searched = now
            await asyncio.to_thread(self._searches.advance)
        if await asyncio.to_thread(self._store.busy) or self._flights:
            self._busy = now
            self._workers = await self._cluster.workers()
            for address, slot in self._workers.items():
                if address not in self._flights:
                    await self._submit(address, slot)
            await asyncio.to_thread(self._give_way)
        if now - self._swept > SWEEP_SECONDS:
            self._swept = now
            await asyncio.to_thread(self._store.sweep)

    async def _submit(self, address: str, slot: Slot) -> None:
        token = f"{slot}-{secrets.token_hex(6)}"
        for job in await asyncio.to_thread(self._waiting, slot):
            if await asyncio.to_thread(self._store.begin, job, token):
                future = self._cluster.submit(job, slot, address, token)
                record = await asyncio.to_thread(self._store.job, job)
                background = record.spec.background
                self._flights[address] = InFlight(job, slot, address, token, future, background)
                return

    def _waiting(self, slot: Slot, *, background: bool = True) -> list[str]:
        """Return the jobs a worker of this slot may take; without READ workers, ASK workers read files."""
        readers = list(self._workers.values()).count(Slot.READING)
        if slot is Slot.READING:
            return self._store.waiting(slot, one_each=readers > 1)
        reads = slot is Slot.INTERACTIVE and not readers
        foreground = self._store.waiting(slot, background=False)
        foreground += self._store.waiting(Slot.READING) if reads else []
        return foreground + [job for job in self._store.waiting(slot) if background and job not in foreground]

    def _give_way(self) -> None:
        """Queue background jobs again whose workers are wanted for what somebody asked for."""
        for flight in self._flights.values():
            if flight.background and not flight.gives_way and self._waiting(flight.slot, background=False):
                flight.gives_way = self._store.put_back(flight.job, flight.token)

    async def _watch(self) -> None:
        running = await asyncio.to_thread(self._store.running_jobs)
        now = time.monotonic()
        for flight in list(self._flights.values()):
            if flight.ending is not None:
                if flight.ending.done():
                    await self._finish_killed(flight)
            elif flight.future.done():  # type: ignore[no-untyped-call]
                await self._settle(flight)
            elif flight.address not in self._workers:
                await self._cluster.cancel(flight.future)
                await self._lost(flight, WORKER_LOST)
            elif flight.gives_way or ((job := running.get(flight.job)) is not None and job.stop):
                flight.stop_requested = flight.stop_requested or now
                saving = not flight.gives_way and running[flight.job].stop_acknowledged
                if now - flight.stop_requested > (SAVING_SECONDS if saving else PATIENCE_SECONDS):
                    flight.ending = asyncio.create_task(self._kill(flight))

    async def _settle(self, flight: InFlight) -> None:
        # a job writes its final state itself; one that returned without it was lost
        reason = WORKER_LOST
        if flight.future.status == "error":
            error = await flight.future.exception()  # type: ignore[no-untyped-call]
            log.error("job %s came back with %s: %s", flight.job, type(error).__name__, error)
            if type(error).__name__ != "KilledWorker":
                reason = f"Its worker could not do it ({type(error).__name__}; the engine's log says more)."
        await self._lost(flight, reason)

    async def _lost(self, flight: InFlight, reason: str) -> None:
        if flight.slot is Slot.READING:  # the same file would kill the next worker too
            await asyncio.to_thread(
                self._store.finish, flight.job, State.FAILED, READ_LIMIT_EXCEEDED, worker=flight.token
            )
        elif await asyncio.to_thread(self._store.interrupt, flight.job, reason, worker=flight.token):
            log.warning("job %s: %s", flight.job, reason)
            self._interrupted = True
        if self._interrupted:
            await asyncio.to_thread(self._store.requeue_lost)
            self._interrupted = False
        self._flights.pop(flight.address)  # last, so that it is retried after a store error

    async def _kill(self, flight: InFlight) -> None:
        log.warning("job %s did not stop: ending it with its worker at %s", flight.job, flight.address)
        try:
            await self._cluster.kill_job(flight.future, flight.address)
        except Exception:
            log.exception("the worker at %s could not be restarted", flight.address)

    async def _finish_killed(self, flight: InFlight) -> None:
        await asyncio.to_thread(self._store.finish, flight.job, State.STOPPED, KILLED, worker=flight.token)
        self._flights.pop(flight.address)
