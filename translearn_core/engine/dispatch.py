"""From the table to the workers: a job per free worker, owners in turn, and what to do when one is lost.

The runs table is the only queue. A job is taken (`RunStore.begin`) before it is submitted, with a token that
is that attempt's own: an engine that dies in between leaves a running job that the next one finds, and a
worker that was given up writes nothing any more.
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

from translearn_core.config import Slot
from translearn_core.engine.cluster import Cluster
from translearn_core.engine.status import HEARTBEAT_SECONDS
from translearn_core.errors import WorkspaceError
from translearn_core.runs import RunStore, State

log = logging.getLogger(__name__)

TICK, IDLE_TICK, CALM_SECONDS = 0.05, 0.25, 20.0
"""Seconds between looks at the table: while something is live or recently was, and after so long without."""

PATIENCE_SECONDS = 10.0
"""How long a job may take to hear that it is to stop."""

KEEPING_SECONDS = 600.0
"""How long it may take from then on to keep what there is: a checkpoint, and scores on every split."""

SWEEP_SECONDS = 60.0

RETRY_SECONDS = 1.0
"""Between two tries while the store cannot be used."""

STORE_ERRORS = (WorkspaceError, SQLAlchemyError, OSError)
"""What using the store may raise; the engine outlives it."""

WORKER_LOST = "Its worker was lost: it ran out of memory or was killed."
TOO_MUCH = (
    "This file took more time or memory than a file of its size may take here, so reading it was ended: "
    "keep fewer rows or only the columns you need, and look for cells that are very long."
)
KILLED = "Stopped; it did not answer, so its worker was restarted."


@dataclass
class InFlight:
    """A job on its way: who does it, under which token, and since when it is asked to stop."""

    job: str
    slot: Slot
    address: str
    token: str
    future: "Future[None]"
    asked: float | None = None
    ending: "asyncio.Task[None] | None" = field(default=None, repr=False)


class Dispatcher:
    """The loop between the store and the cluster."""

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
        self._busy = time.monotonic()
        self._swept = self._pulsed = 0.0
        self._reconciled = self._interrupted = False
        self._trouble: str | None = None

    async def run(self, leave: asyncio.Event) -> None:
        """Dispatch until `leave` is set or nothing was asked for long enough."""
        while not leave.is_set():
            try:
                await self._tick()
                self._note(None)
            except STORE_ERRORS as error:
                # the database is away or locked, or the disk is full: nothing is lost, it goes on from there
                self._note(error)
                if self._flights:
                    self._busy = time.monotonic()
            calm = time.monotonic() - self._busy
            if calm > self._idle_seconds:
                log.info("idle for %.0f minutes", calm / 60)
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(leave.wait(), self._pause(calm))

    def _pause(self, calm: float) -> float:
        if self._trouble is not None:
            return RETRY_SECONDS
        return IDLE_TICK if calm > CALM_SECONDS else TICK

    def interrupt_all(self) -> None:
        """Note that what runs was interrupted by no fault of its own; the workers must be gone."""
        for job in self._store.running_jobs():
            self._store.interrupt(job, "The engine was stopped.", blame=False)

    def _reconcile(self) -> None:
        for job in self._store.running_jobs():  # an earlier engine's, which is dead: this one holds the lock
            self._store.interrupt(job, "The engine ended while it ran.")
        self._store.requeue_lost()

    def _note(self, error: Exception | None) -> None:
        """Log what hinders the store when it begins and when it is over, not every time."""
        sentence = None if error is None else f"{type(error).__name__}: {error}"
        if sentence is not None and sentence != self._trouble:
            log.error("the store cannot be used, trying again: %s", sentence)
        elif sentence is None and self._trouble is not None:
            log.info("the store can be used again")
        self._trouble = sentence

    async def _tick(self) -> None:
        if not self._reconciled:
            await asyncio.to_thread(self._reconcile)
            self._reconciled = True
        now = time.monotonic()
        if now - self._pulsed > HEARTBEAT_SECONDS:
            self._pulsed = now
            await self._cluster.mend()
            self._workers = await self._cluster.workers()
            self._pulse(self._workers)
        if self._flights:
            await self._watch()
        if await asyncio.to_thread(self._store.busy) or self._flights:
            self._busy = now
            self._workers = await self._cluster.workers()
            for address, slot in self._workers.items():
                if address not in self._flights:
                    await self._give(address, slot)
        if now - self._swept > SWEEP_SECONDS:
            self._swept = now
            await asyncio.to_thread(self._store.sweep)

    async def _give(self, address: str, slot: Slot) -> None:
        token = f"{slot}-{secrets.token_hex(6)}"
        for job in await asyncio.to_thread(self._waiting, slot):
            if await asyncio.to_thread(self._store.begin, job, token):
                future = self._cluster.submit(job, slot, address, token)
                self._flights[address] = InFlight(job, slot, address, token, future)
                return

    def _waiting(self, slot: Slot) -> list[str]:
        """Return the jobs a worker of this slot may take; without readers, ASK workers read files too."""
        readers = list(self._workers.values()).count(Slot.READ)
        if slot is Slot.READ:
            return self._store.waiting(slot, one_each=readers > 1)
        jobs = self._store.waiting(slot)
        if slot is Slot.ASK and not readers:
            jobs += self._store.waiting(Slot.READ)
        return jobs

    async def _watch(self) -> None:
        running = await asyncio.to_thread(self._store.running_jobs)
        now = time.monotonic()
        for flight in list(self._flights.values()):
            if flight.ending is not None:
                if flight.ending.done():
                    await self._forced(flight)
            elif flight.future.done():  # type: ignore[no-untyped-call]
                await self._settle(flight)
            elif flight.address not in self._workers:
                await self._cluster.cancel(flight.future)
                await self._lost(flight, WORKER_LOST)
            elif (said := running.get(flight.job)) is not None and said.stop:
                flight.asked = flight.asked or now
                if now - flight.asked > (KEEPING_SECONDS if said.heartbeat else PATIENCE_SECONDS):
                    flight.ending = asyncio.create_task(self._force(flight))

    async def _settle(self, flight: InFlight) -> None:
        # a job writes its own end; whatever came back without having done so was lost
        reason = WORKER_LOST
        if flight.future.status == "error":
            error = await flight.future.exception()  # type: ignore[no-untyped-call]
            log.error("job %s came back with %s: %s", flight.job, type(error).__name__, error)
            if type(error).__name__ != "KilledWorker":
                reason = f"Its worker could not do it ({type(error).__name__}; the engine's log says more)."
        await self._lost(flight, reason)

    async def _lost(self, flight: InFlight, reason: str) -> None:
        if flight.slot is Slot.READ:  # the same file would end the next worker too
            await asyncio.to_thread(
                self._store.finish, flight.job, State.FAILED, TOO_MUCH, worker=flight.token
            )
        elif await asyncio.to_thread(self._store.interrupt, flight.job, reason, worker=flight.token):
            log.warning("job %s: %s", flight.job, reason)
            self._interrupted = True
        if self._interrupted:
            await asyncio.to_thread(self._store.requeue_lost)
            self._interrupted = False
        self._flights.pop(flight.address)  # last: what the store did not take is tried again

    async def _force(self, flight: InFlight) -> None:
        log.warning("job %s did not stop: ending it with its worker at %s", flight.job, flight.address)
        try:
            await self._cluster.break_off(flight.future, flight.address)
        except Exception:
            log.exception("the worker at %s could not be restarted", flight.address)

    async def _forced(self, flight: InFlight) -> None:
        await asyncio.to_thread(self._store.finish, flight.job, State.STOPPED, KILLED, worker=flight.token)
        self._flights.pop(flight.address)
