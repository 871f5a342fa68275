"""Downloads report progress, stop at once, resume, and are verified."""

import shutil
import threading
import time
from collections import namedtuple
from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.backbones.local_hub import LocalHub, local_hub
from translearn_core.backbones import bytes_to_fetch, download, hub, load, remote_size
from translearn_core.config import BackboneConfig
from translearn_core.errors import BackboneError, NetworkError, Stopped

FILES = ["config.json", "tokenizer_config.json", "tokenizer.json", "model.safetensors"]
TINY = BackboneConfig(id="ann/tiny")


class Reports:
    """Records a download's progress; stops it at `stop` bytes."""

    def __init__(self, stop: float = float("inf")) -> None:
        self.stop, self.calls = stop, []
        self.stopped = 0.0

    def __call__(self, stage: str, done: float, total: float) -> None:
        self.calls.append((stage, done, total))
        if done >= self.stop:
            self.stopped = self.stopped or time.monotonic()
            raise Stopped

    @property
    def done(self) -> list[float]:
        return [done for _, done, _ in self.calls]


@pytest.fixture
def total(tiny: LocalHub) -> int:
    tiny.block = 4096
    return sum((tiny.folders["ann/tiny"] / name).stat().st_size for name in FILES)


def parts() -> list[Path]:
    return list(Path(constants.HF_HUB_CACHE).rglob("*.incomplete"))


def stop_at_half(total: int) -> None:
    with pytest.raises(Stopped):
        load(TINY, network=True, report=Reports(stop=total / 2))


def test_progress_rises_to_the_total(total: int) -> None:
    reports = Reports()
    load(TINY, network=True, report=reports)
    assert {(stage, size) for stage, _, size in reports.calls} == {(download.STAGE, total)}
    assert reports.done == sorted(reports.done)
    assert (reports.done[0], reports.done[-1]) == (0, total)
    assert len(set(reports.done)) > total / 100_000
    again = Reports()
    load(TINY, network=True, report=again)
    assert again.calls == []


def test_a_stop_takes_effect_at_once_and_the_next_call_resumes(tiny: LocalHub, total: int) -> None:
    tiny.seconds = 0.02
    reports = Reports(stop=total / 2)
    with pytest.raises(Stopped):
        load(TINY, network=True, report=reports)
    assert time.monotonic() - reports.stopped < 1.0
    sent, left = reports.done[-1], remote_size("ann/tiny")
    assert left == bytes_to_fetch(TINY) == total - sent
    (part,) = parts()
    begun = part.stat().st_size
    with pytest.raises(BackboneError, match="not on this machine"):
        load(TINY)

    tiny.requests.clear()
    tiny.seconds = 0.0
    resumed = Reports()
    backbone = load(TINY, network=True, report=resumed)
    assert (resumed.done[0], resumed.done[-1]) == (sent, total)
    assert resumed.done == sorted(resumed.done)
    assert tiny.downloads() == ["model.safetensors"]
    assert tiny.ranges == [f"model.safetensors {begun}"]
    assert parts() == []
    assert remote_size("ann/tiny") == 0
    assert load(TINY).info == backbone.info


def test_a_broken_connection_is_resumed(tiny: LocalHub, total: int) -> None:
    tiny.breaks = [10**9] * 3 + [20_000, 10_000]
    reports = Reports()
    load(TINY, network=True, report=reports)
    assert tiny.ranges == ["model.safetensors 20000", "model.safetensors 30000"]
    assert reports.done == sorted(reports.done)
    assert reports.done[-1] == total


def test_a_server_without_ranges_is_asked_for_the_whole_file(tiny: LocalHub, total: int) -> None:
    stop_at_half(total)
    tiny.whole_only = True
    reports = Reports()
    load(TINY, network=True, report=reports)
    assert reports.done[-1] == total


def test_a_damaged_download_is_deleted(tiny: LocalHub, total: int) -> None:
    stop_at_half(total)
    tiny.damage = True
    with pytest.raises(NetworkError, match=r"model.safetensors of ann/tiny .*damaged.*fetch it again"):
        load(TINY, network=True)
    assert parts() == []
    tiny.damage = False
    load(TINY, network=True)


def test_a_silent_server_times_out_and_a_stop_takes_effect_meanwhile(
    tiny: LocalHub, total: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def after_three(stage: str, done: float, total: float) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Stopped

    stop_at_half(total)
    tiny.mute = True
    with monkeypatch.context() as patch:
        patch.setattr(download, "PATIENCE", 0.02)
        with pytest.raises(Stopped):
            load(TINY, network=True, report=after_three)
        with pytest.raises(NetworkError, match=r"cannot be reached.*ann/tiny"):
            load(TINY, network=True)
    assert len(parts()) == 1
    tiny.mute = False
    load(TINY, network=True)


@pytest.mark.parametrize("etag", ["../../../outside", "", "main", "a" * 41])
def test_a_server_cannot_name_files_here(etag: str) -> None:
    assert download.RemoteFile("model.safetensors", 10, etag).etag == ""


def test_a_file_longer_than_announced_is_cut_off(tiny: LocalHub, total: int) -> None:
    folder = tiny.folders["ann/tiny"]
    commit, files = hub._listing("ann/tiny", None)
    (folder / "model.safetensors").write_bytes(bytes(200 * total))
    with pytest.raises(NetworkError, match="damaged"):
        download.fetch_files("ann/tiny", commit, files, None)
    assert tiny.sent < 200 * total
    assert parts() == []


def test_the_token_stays_with_the_hub_when_files_lie_elsewhere(
    tiny: LocalHub, total: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with local_hub() as store:
        store.folders = tiny.folders
        tiny.elsewhere = store.url
        stop_at_half(total)
        load(TINY, network=True)
        assert all(tiny.authorized)
        assert "model.safetensors" in store.downloads()
        assert not any(store.authorized)
        assert len(store.ranges) == 1


def test_concurrent_downloads_fetch_each_file_once(tiny: LocalHub, total: int) -> None:
    tiny.seconds = 0.01
    both = [Reports(), Reports()]
    threads = [threading.Thread(target=hub.fetch, args=("ann/tiny", None, reports)) for reports in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert tiny.downloads() == sorted(FILES)
    assert tiny.ranges == []
    assert [reports.done[-1] for reports in both] == [total, total]
    load(TINY)


def test_a_full_disk_is_reported_before_any_download(
    tiny: LocalHub, total: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, total - 1))
    with pytest.raises(BackboneError, match=r"ann/tiny does not fit .*make room"):
        load(TINY, network=True)
    assert tiny.downloads() == []


def test_a_cache_that_cannot_be_written_is_named(total: int, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(BackboneError, match=r"ann/tiny .*cache: allow writing") as caught:
        load(TINY, network=True)
    assert type(caught.value) is BackboneError


def test_local_models_need_no_download(tiny: LocalHub) -> None:
    assert bytes_to_fetch(BackboneConfig()) == 0
    assert bytes_to_fetch(BackboneConfig(id=str(tiny.folders["ann/tiny"]))) == 0
    assert bytes_to_fetch(BackboneConfig(id="ann/tiny", random_init=True)) > 0
    assert tiny.downloads() == []
