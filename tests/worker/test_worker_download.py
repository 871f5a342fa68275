"""Download size and download of a backbone from a local hub."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architectures import tiny_folder
from tests.backbones.local_hub import LocalHub, local_hub, talking_to
from translearn_core.config import BUNDLED, BackboneConfig, BaseConfig, job_id
from translearn_core.config.settings import settings
from translearn_core.jobs import BackboneInfoConfig, DownloadSizeConfig
from translearn_core.results import BackboneInfo, DownloadSize
from translearn_core.runs import Run, RunStore, State, Workspace, artifacts
from translearn_core.worker import runtime

ME = "somebody"
TINY = BackboneConfig(id="ann/tiny")


class Worker:
    """A store whose jobs run in a thread."""

    def __init__(self, root: Path) -> None:
        self.root, self.store = root, RunStore(Workspace(root))

    def begin(self, config: BaseConfig) -> threading.Thread:
        run = self.store.submit(ME, config)
        assert self.store.begin(run.job.id, "ASK-0")
        thread = threading.Thread(target=runtime.run, args=(run.job.id, str(self.root), None, "ASK-0"))
        thread.start()
        return thread

    def do(self, config: BaseConfig) -> Run:
        self.begin(config).join(60)
        return self.run(config)

    def run(self, config: BaseConfig) -> Run:
        return self.store.run(ME, job_id(config))

    def size(self, backbone: BackboneConfig) -> int:
        run = self.do(DownloadSizeConfig(backbone=backbone))
        assert run.state is State.DONE, run.job.reason
        result = artifacts.load(self.store.workspace.run(run.job.id), DownloadSize)
        assert result is not None
        assert result.frame()["bytes"].tolist() == [result.bytes]
        return result.bytes


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    return Worker(tmp_path / "workspace")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with local_hub() as served, talking_to(served, tmp_path / "cache"):
        served.folders["ann/tiny"] = tiny_folder("bert", tmp_path / "served")
        served.block = 4096
        yield served


def test_the_size_is_measured_without_downloading(worker: Worker, hub: LocalHub) -> None:
    names = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
    assert worker.size(TINY) == sum((hub.folders["ann/tiny"] / name).stat().st_size for name in names)
    assert hub.downloads() == []
    assert worker.size(BackboneConfig(id=BUNDLED)) == 0
    assert worker.size(BackboneConfig(id=str(hub.folders["ann/tiny"]))) == 0


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("bob/gated", "bob/gated is gated"),
        ("bob/down", "503"),
        ("bob/away", "cannot be reached"),
        ("nobody/nothing", "nobody/nothing is not on"),
        ("/no/such/folder", "no folder /no/such/folder"),
    ],
)
def test_hub_errors_are_one_sentence(worker: Worker, hub: LocalHub, id: str, says: str) -> None:
    hub.refuse |= {"bob/gated": (401, "GatedRepo"), "bob/down": (503, ""), "bob/away": None}
    run = worker.do(DownloadSizeConfig(backbone=BackboneConfig(id=id)))
    assert run.state is State.FAILED
    assert says in (run.job.reason or "")
    assert "\n" not in (run.job.reason or "")


def test_with_the_hub_disabled_no_request_is_sent(
    worker: Worker, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLEARN_HUB", "false")
    settings.cache_clear()
    try:
        run = worker.do(DownloadSizeConfig(backbone=TINY))
    finally:
        settings.cache_clear()
    assert "switched off" in (run.job.reason or "")
    assert hub.requests == []


def test_a_download_reports_progress_stops_and_resumes(worker: Worker, hub: LocalHub) -> None:
    total, config = worker.size(TINY), BackboneInfoConfig(backbone=TINY)
    hub.seconds = 0.1
    thread = worker.begin(config)
    seen: list[float] = []
    while len(seen) < 3:
        progress = worker.run(config).job.progress
        if progress is not None and progress.stage == "fetching the model" and progress.done not in seen:
            assert progress.total == total
            seen.append(progress.done)
        assert thread.is_alive()
        time.sleep(0.02)
    assert seen == sorted(seen)
    worker.store.request_stop(ME, worker.run(config).id)
    started = time.monotonic()
    thread.join(10)
    assert time.monotonic() - started < 2
    assert worker.run(config).state is State.STOPPED
    assert worker.run(config).job.reason is None

    hub.seconds = 0.0
    run = worker.do(config)
    assert run.state is State.DONE, run.job.reason
    assert len(hub.ranges) == 1
    assert artifacts.load(worker.store.workspace.run(run.job.id), BackboneInfo) is not None
    worker.store.delete_run(ME, worker.run(DownloadSizeConfig(backbone=TINY)).id)
    assert worker.size(TINY) == 0
