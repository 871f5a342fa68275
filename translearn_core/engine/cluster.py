"""The scheduler and the workers: one's own, on loopback and behind TLS, or those of an existing Dask cluster.

Every worker does one job at a time and carries its slot's name as its resource: TRAIN (one per GPU, else
one), ASK (one) or READ (`READERS`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import Client, Future, Nanny, Scheduler, Status
from distributed.security import Security

from translearn_core.config import Slot
from translearn_core.engine import devices
from translearn_core.engine.entrypoint import run_job
from translearn_core.engine.fork_server import start_method, thread_variables
from translearn_core.engine.status import home
from translearn_core.errors import EngineError
from translearn_core.settings import Settings

LOOPBACK = "127.0.0.1"
READERS = 2
"""Workers that read files: one owner's files keep at most all but one of them busy."""
LIMITS = "translearn_core.worker.resource_limits"
"""Loaded by every worker as it starts, by name: it sets the memory limit."""


class Cluster:
    """What the dispatcher needs of a Dask cluster; the workers are somebody else's."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self._settings = settings

    async def workers(self) -> dict[str, Slot]:
        """Return the workers that can take jobs now, by address."""
        assert self.client.scheduler is not None  # it is connected
        info = await self.client.scheduler.identity(n_workers=-1)
        return {
            address: slot
            for address, worker in info["workers"].items()
            for slot in Slot
            if worker["resources"].get(slot.value) and worker["status"] == "running"
        }

    def submit(self, job: str, slot: Slot, address: str, token: str) -> "Future[None]":
        """Give a job to the worker at `address`; `token` says whose turn at the job this is."""
        return self.client.submit(
            run_job,
            job,
            str(home(self._settings)),
            self._settings.database_url,
            token,
            key=f"{job}-{token}",
            resources={slot.value: 1},
            workers=[
                address
            ],  # lost with it, so that no scheduler starts a job again behind the store's back
            allow_other_workers=False,
            pure=False,
            retries=0,
        )

    async def break_off(self, future: "Future[None]", address: str) -> None:
        """End a job that does not end by itself, together with its worker, which comes back empty."""
        # in this order: a worker that restarts with a job makes the job fail, and others with it
        await self.cancel(future)
        await self.client.restart_workers([address], timeout=60, raise_for_error=False)

    async def cancel(self, future: "Future[None]") -> None:
        """Take back a job that has not begun, or whose worker is gone."""
        await self.client.cancel([future], force=True)  # type: ignore[no-untyped-call]

    async def mend(self) -> None:
        """Replace what has come to nothing; an outside cluster looks after itself."""

    def processes(self) -> dict[str, int]:
        """Process ids of the workers by name, where they are this machine's."""
        return {}

    def device_lines(self) -> tuple[str, ...]:
        """Describe what it computes on, for people."""
        return (f"Cluster {self._settings.scheduler}",)


class OwnCluster(Cluster):
    """A scheduler and workers in and below this process."""

    def __init__(self, client: Client, settings: Settings, scheduler: Scheduler, security: Security) -> None:
        super().__init__(client, settings)
        self._scheduler, self._security = scheduler, security
        self._nannies: dict[str, Nanny] = {}

    async def start(self) -> None:
        """Start the workers, all at once."""
        places: dict[str, tuple[Slot, dict[str, str]]] = {"ASK": (Slot.ASK, {})}
        for reader in range(READERS):
            places[f"READ-{reader}"] = (Slot.READ, {"CUDA_VISIBLE_DEVICES": ""})
        for number, _ in devices.gpus():
            places[f"TRAIN-{number}"] = (Slot.TRAIN, {"CUDA_VISIBLE_DEVICES": number})
        if not devices.gpus():
            places["TRAIN"] = (Slot.TRAIN, {})
        self._nannies = {name: self._nanny(name, slot, env) for name, (slot, env) in places.items()}
        await asyncio.gather(*self._nannies.values())

    async def close(self) -> None:
        """End the workers; one that is busy is killed after a moment."""
        await asyncio.gather(
            *(nanny.close(timeout=2) for nanny in self._nannies.values()), return_exceptions=True
        )

    async def break_off(self, future: "Future[None]", address: str) -> None:
        """End a job together with its worker, at once: its nanny starts another."""
        await self.cancel(future)
        for nanny in self._nannies.values():
            if nanny.worker_address == address and nanny.pid:
                psutil.Process(nanny.pid).kill()

    async def mend(self) -> None:
        """Start a new worker in the place of one that could not be restarted."""
        for name, nanny in list(self._nannies.items()):
            if nanny.status in (Status.closed, Status.failed):
                slot = next(slot for slot in Slot if slot.value in nanny.resources)
                self._nannies[name] = again = self._nanny(name, slot, nanny.env)
                await again

    def processes(self) -> dict[str, int]:
        """Process ids of the workers by name; 0 while one is being restarted."""
        return {name: nanny.pid or 0 for name, nanny in self._nannies.items()}

    def device_lines(self) -> tuple[str, ...]:
        """Describe this machine's devices."""
        return devices.lines()

    def _nanny(self, name: str, slot: Slot, env: dict[str, str]) -> Nanny:
        return Nanny(
            self._scheduler.address,
            name=name,
            nthreads=1,
            resources={slot.value: 1},
            host=LOOPBACK,
            security=self._security,
            memory_limit=0,  # touched pages of memory-mapped files would count; `LIMITS` holds back the rest
            dashboard_address=f"{LOOPBACK}:0",
            dashboard=False,
            local_directory=str(_scratch(self._settings)),
            preload=[*dask.config.get("distributed.worker.preload"), LIMITS],
            env=env,
            silence_logs=logging.WARNING,
        )


@asynccontextmanager
async def open_cluster(settings: Settings) -> AsyncIterator[Cluster]:
    """Yield the cluster the settings name, or one's own, ready to take jobs; one's own ends with the context.

    Raises
    ------
    EngineError
        If an outside scheduler cannot be reached.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(dask.config.set(_dask_config()))
        if settings.scheduler is not None:
            yield Cluster(await stack.enter_async_context(_outside(settings.scheduler)), settings)
            return
        security = Security.temporary()  # type: ignore[no-untyped-call]
        scheduler = Scheduler(
            host=LOOPBACK,
            port=0,
            protocol="tls",
            security=security,
            dashboard=False,
            dashboard_address=f"{LOOPBACK}:0",
        )
        await stack.enter_async_context(scheduler)
        client = _client(scheduler.address, security=security)
        await stack.enter_async_context(client)
        cluster = OwnCluster(client, settings, scheduler, security)
        stack.push_async_callback(cluster.close)
        await cluster.start()
        yield cluster


@asynccontextmanager
async def _outside(address: str) -> AsyncIterator[Client]:
    try:
        client = await _client(address, timeout=20)
    except OSError as error:
        raise EngineError(
            f"No Dask scheduler answers at {address} ({error}): check TRANSLEARN_SCHEDULER."
        ) from error
    try:
        yield client
    finally:
        await client.close()


def _client(address: str, **options: Any) -> Client:
    return Client(address, asynchronous=True, set_as_default=False, **options)  # type: ignore[no-untyped-call]


def _scratch(settings: Settings) -> Path:
    folder = home(settings) / ".scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _dask_config() -> dict[str, Any]:
    """Return Dask's configuration for jobs that take hours, use all cores and must not be started twice."""
    variables = thread_variables()
    return {
        "distributed.worker.multiprocessing-method": start_method(),
        # the nanny sets one thread before the start: say the number there and after it
        "distributed.nanny.environ": variables,
        # without MALLOC_TRIM_THRESHOLD_, by which Dask has freed memory handed back at once: every tensor of
        # a step was then mapped anew and filled with zeros, which took half of a training's time
        "distributed.nanny.pre-spawn-environ": variables,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": False,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.profile.enabled": False,
        "distributed.worker.http.routes": [],
        "distributed.scheduler.http.routes": [],
        "distributed.scheduler.allowed-failures": 0,
        "distributed.scheduler.work-stealing": False,
        # a job may hold the interpreter for minutes; its nanny knows whether it lives
        "distributed.scheduler.worker-ttl": None,
        "distributed.scheduler.active-memory-manager.start": False,
        "distributed.diagnostics.nvml": False,
        # for Dask's own dashboard, which is not served: an engine at rest took 8 % of a core
        "distributed.admin.system-monitor.gil.enabled": False,
        "distributed.admin.system-monitor.disk": False,
        "distributed.admin.system-monitor.interval": "5s",
        "distributed.admin.tick.interval": "1s",
        "distributed.comm.timeouts.connect": "60s",
    }
