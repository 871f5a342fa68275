"""Dask cluster: a local one on loopback with TLS, or an existing one.

Every worker runs one job at a time and has its slot's name as a Dask resource: TRAIN (one per GPU, else one),
ASK (one) or READ (`READERS`).
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

from translearn_core.config.settings import Settings
from translearn_core.engine import devices
from translearn_core.engine.entrypoint import SETUP, run_job
from translearn_core.engine.fork_server import library_variables, start_method
from translearn_core.engine.status import home
from translearn_core.errors import EngineError
from translearn_core.jobs import Slot

LOOPBACK = "127.0.0.1"
READERS = 2
"""Workers that read files; one owner's files may occupy all but one of them."""


class Cluster:
    """Existing Dask cluster whose workers are managed elsewhere."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self._settings = settings

    async def workers(self) -> dict[str, Slot]:
        """Return the slots of the running workers, by address."""
        assert self.client.scheduler is not None
        info = await self.client.scheduler.identity(n_workers=-1)
        return {
            address: slot
            for address, worker in info["workers"].items()
            for slot in Slot
            if worker["resources"].get(slot.value) and worker["status"] == "running"
        }

    def submit(self, job: str, slot: Slot, address: str, token: str) -> "Future[None]":
        """Submit a job to the worker at `address`; `token` identifies this attempt."""
        return self.client.submit(
            run_job,
            job,
            str(home(self._settings)),
            self._settings.database_url,
            token,
            key=f"{job}-{token}",
            resources={slot.value: 1},
            workers=[address],  # fails with its worker, so that only the store restarts a job
            allow_other_workers=False,
            pure=False,
            retries=0,
        )

    async def kill_job(self, future: "Future[None]", address: str) -> None:
        """End a job that does not react to a stop by restarting its worker."""
        # cancel first: restarting a worker with a job fails that job and others
        await self.cancel(future)
        await self.client.restart_workers([address], timeout=60, raise_for_error=False)

    async def cancel(self, future: "Future[None]") -> None:
        """Cancel a job that has not started, or whose worker is gone."""
        await self.client.cancel([future], force=True)  # type: ignore[no-untyped-call]

    async def repair(self) -> None:
        """Replace dead workers; an existing cluster does so itself."""

    def processes(self) -> dict[str, int]:
        """Return the process ids of local workers by name."""
        return {}

    def device_lines(self) -> tuple[str, ...]:
        """Describe the devices for users."""
        return (f"Cluster {self._settings.scheduler}",)


class LocalCluster(Cluster):
    """Scheduler in this process and workers in child processes."""

    def __init__(self, client: Client, settings: Settings, scheduler: Scheduler, security: Security) -> None:
        super().__init__(client, settings)
        self._scheduler, self._security = scheduler, security
        self._nannies: dict[str, Nanny] = {}

    async def start(self) -> None:
        """Start all workers in parallel."""
        workers: dict[str, tuple[Slot, dict[str, str]]] = {"ASK": (Slot.INTERACTIVE, {})}
        for reader in range(READERS):
            workers[f"READ-{reader}"] = (Slot.READING, {"CUDA_VISIBLE_DEVICES": ""})
        for number, _ in devices.gpus():
            workers[f"TRAIN-{number}"] = (Slot.TRAINING, {"CUDA_VISIBLE_DEVICES": number})
        if not devices.gpus():
            workers["TRAIN"] = (Slot.TRAINING, {})
        self._nannies = {name: self._nanny(name, slot, env) for name, (slot, env) in workers.items()}
        await asyncio.gather(*self._nannies.values())

    async def close(self) -> None:
        """Stop the workers; kill busy ones after 2 s."""
        await asyncio.gather(
            *(nanny.close(timeout=2) for nanny in self._nannies.values()), return_exceptions=True
        )

    async def kill_job(self, future: "Future[None]", address: str) -> None:
        """Kill a job's worker; its nanny starts another."""
        await self.cancel(future)
        for nanny in self._nannies.values():
            if nanny.worker_address == address and nanny.pid:
                psutil.Process(nanny.pid).kill()

    async def repair(self) -> None:
        """Replace workers that could not be restarted."""
        for name, nanny in list(self._nannies.items()):
            if nanny.status in (Status.closed, Status.failed):
                slot = next(slot for slot in Slot if slot.value in nanny.resources)
                self._nannies[name] = replacement = self._nanny(name, slot, nanny.env)
                await replacement

    def processes(self) -> dict[str, int]:
        """Return the process ids of the workers by name; 0 while one restarts."""
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
            memory_limit=0,  # it would count pages of memory-mapped files; `LIMITS` limits the rest
            dashboard_address=f"{LOOPBACK}:0",
            dashboard=False,
            local_directory=str(_scratch(self._settings)),
            preload=[*dask.config.get("distributed.worker.preload"), SETUP],
            env=env,
            silence_logs=logging.WARNING,
        )


@asynccontextmanager
async def open_cluster(settings: Settings) -> AsyncIterator[Cluster]:
    """Yield the cluster that the settings name, or a local one, which is closed on exit.

    Raises
    ------
    EngineError
        If the scheduler of an existing cluster cannot be reached.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(dask.config.set(_dask_config()))
        if settings.scheduler is not None:
            yield Cluster(await stack.enter_async_context(_existing_cluster(settings.scheduler)), settings)
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
        cluster = LocalCluster(client, settings, scheduler, security)
        stack.push_async_callback(cluster.close)
        await cluster.start()
        yield cluster


@asynccontextmanager
async def _existing_cluster(address: str) -> AsyncIterator[Client]:
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
    """Return Dask's config for long jobs that use all cores and must not be started twice."""
    variables = library_variables()
    return {
        "distributed.worker.multiprocessing-method": start_method(),
        # the nanny would set one thread before the start, so set the number before and after
        "distributed.nanny.environ": variables,
        # without Dask's MALLOC_TRIM_THRESHOLD_, which returns freed memory at once: remapping and zeroing
        # every tensor of a step took half of the training time
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
        # a job may hold the GIL for minutes; the nanny knows whether the worker is alive
        "distributed.scheduler.worker-ttl": None,
        "distributed.scheduler.active-memory-manager.start": False,
        "distributed.diagnostics.nvml": False,
        # used by Dask's dashboard only, which is not served; an idle engine took 8 % of a core
        "distributed.admin.system-monitor.gil.enabled": False,
        "distributed.admin.system-monitor.disk": False,
        "distributed.admin.system-monitor.interval": "5s",
        "distributed.admin.tick.interval": "1s",
        "distributed.comm.timeouts.connect": "60s",
    }
