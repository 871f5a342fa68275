import errno
import logging
import os
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.architectures import TEXTS, tiny_folder
from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.activations.cache_keys import layer_digests
from translearn_core.backbones import Backbone, load
from translearn_core.config import BackboneConfig, Device, Pooling, Precision
from translearn_core.errors import Stopped
from translearn_core.inputs.examples import batches_by_cost
from translearn_core.inputs.text import text_digests

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)
ROOM = 10**9


@pytest.fixture
def backbone(tmp_path: Path) -> Backbone:
    return load(BackboneConfig(id=str(tiny_folder("bert", tmp_path / "bert"))))


@pytest.fixture
def store(tmp_path: Path) -> ActivationCache:
    return ActivationCache(tmp_path / "activations", ROOM)


def encoder(backbone: Backbone, store: ActivationCache, texts: tuple[str, ...] = TEXTS) -> Encoder:
    return Encoder(backbone, backbone.examples(texts, 32), EXACT, store)


def write(store: ActivationCache, name: str, texts: list[str], width: int = 4) -> torch.Tensor:
    vectors = torch.randn(len(texts), width)
    writer = store.shard(name).writer(width, torch.float32)
    ones = np.ones(len(texts), dtype=np.int64)
    writer.append(text_digests(texts), ones, ones, vectors, 1.0)
    writer.commit()
    return vectors


def segments(store: ActivationCache) -> list[Path]:
    return sorted(store.folder.glob("*/segment-*"))


def test_batches_by_cost_hold_every_row_once_within_the_budget() -> None:
    lengths = np.random.default_rng(0).integers(1, 90, 500)
    batches = list(batches_by_cost(lengths, 256))
    assert sorted(np.concatenate(batches)) == list(range(500))
    assert all(len(b) == 1 or len(b) * lengths[b].max() <= 256 for b in batches)


def test_a_second_run_reads_the_same_vectors_from_disk(backbone: Backbone, store: ActivationCache) -> None:
    first, second = encoder(backbone, store), encoder(backbone, store)
    computed = [layer.vectors() for layer in first.pooled(Pooling.MEAN)]
    cached = [layer.vectors() for layer in second.pooled(Pooling.MEAN)]
    assert all(torch.equal(a, b) for a, b in zip(computed, cached, strict=True))
    assert (first.cache_usage.encoded, second.cache_usage.encoded) == (len(TEXTS), 0)
    assert first.cache_usage.saved_seconds == 0 < second.cache_usage.saved_seconds


def test_a_new_table_computes_only_texts_that_are_not_cached(
    backbone: Backbone, store: ActivationCache
) -> None:
    encoder(backbone, store).states(2)
    more = (TEXTS[3], "a new text", TEXTS[0])
    again = encoder(backbone, store, more)
    states = again.states(2)
    assert again.cache_usage.encoded == 1
    fresh = encoder(backbone, ActivationCache(store.folder.parent / "other", ROOM), more).states(2)
    index = np.arange(3)
    assert torch.allclose(states.batch(index), fresh.batch(index), atol=1e-5)


def test_layers_above_are_computed_from_cached_states(
    backbone: Backbone, store: ActivationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder(backbone, store).states(2)
    below = backbone.blocks[1]
    monkeypatch.setattr(below.attention, "forward", lambda *_, **__: pytest.fail("block 1 ran again"))
    top = encoder(backbone, store).last_layer(Pooling.MEAN).vectors()
    monkeypatch.undo()
    other = ActivationCache(store.folder.parent / "other", ROOM)
    assert torch.allclose(top, encoder(backbone, other).last_layer(Pooling.MEAN).vectors(), atol=1e-5)


def test_a_pass_to_the_top_caches_the_states_of_the_middle_block_as_far_as_there_is_room(
    backbone: Backbone, store: ActivationCache, tmp_path: Path
) -> None:
    middle = backbone.n_blocks // 2
    top = encoder(backbone, store).last_layer(Pooling.MEAN).vectors()
    later = encoder(backbone, store)
    states = later.states(middle)
    assert later.cache_usage.encoded == 0
    fresh = encoder(backbone, ActivationCache(tmp_path / "other", ROOM)).states(middle)
    index = np.arange(len(TEXTS))
    assert torch.allclose(states.batch(index), fresh.batch(index), atol=1e-5)
    small = ActivationCache(tmp_path / "small", store.size())  # a fifth is less than the states need
    assert torch.equal(encoder(backbone, small).last_layer(Pooling.MEAN).vectors(), top)
    again = encoder(backbone, small)
    again.states(middle)
    assert again.cache_usage.encoded == len(TEXTS)


def test_training_a_block_changes_the_digests_above_it_only(backbone: Backbone) -> None:
    before = layer_digests(backbone)
    with torch.no_grad():
        next(backbone.blocks[1].parameters()).add_(0.1)
    after = layer_digests(backbone)
    assert after[:2] == before[:2]
    assert not set(after[2:]) & set(before[2:])


@pytest.mark.parametrize("change", ["limit", "precision", "tokenizer", "pooling"])
def test_all_that_a_vector_depends_on_is_in_its_cache_key(
    backbone: Backbone, store: ActivationCache, change: str
) -> None:
    encoder(backbone, store).last_layer(Pooling.MEAN)
    compute = Compute(torch.device("cpu"), bf16=True) if change == "precision" else EXACT
    if change == "tokenizer":
        backbone.tokenizer.add_tokens(["film"])
    texts = backbone.examples(TEXTS, 31 if change == "limit" else 32)
    other = Encoder(backbone, texts, compute, store)
    other.last_layer(Pooling.MAX if change == "pooling" else Pooling.MEAN)
    assert other.cache_usage.encoded == len(TEXTS)


@pytest.mark.parametrize("damage", ["truncate", "flip", "index", "about"])
def test_a_damaged_segment_is_logged_and_computed_again(
    backbone: Backbone, store: ActivationCache, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    good = encoder(backbone, store).last_layer(Pooling.MEAN).vectors()
    for segment in segments(store):
        file = segment / {"index": "index.bin", "about": "about.json"}.get(damage, "vectors.bin")
        data = bytearray(file.read_bytes())
        if damage == "truncate":
            data = data[:-8]
        else:
            data[len(data) // 2] ^= 0xFF
        time.sleep(0.01)  # another time stamp
        file.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        again = encoder(backbone, store)
        assert torch.allclose(again.last_layer(Pooling.MEAN).vectors(), good, atol=1e-6)
    assert again.cache_usage.encoded == len(TEXTS)
    assert "damaged" in caplog.text


def test_a_stopped_pass_commits_its_batches(backbone: Backbone, store: ActivationCache) -> None:
    texts = tuple(f"{text} {'very ' * k}" for k in range(40) for text in TEXTS)

    def stop(stage: str, done: float, total: float) -> None:
        if done:
            raise Stopped(stage)

    first = Encoder(backbone, backbone.examples(texts, 32), EXACT, store, stop)
    with pytest.raises(Stopped):
        first.last_layer(Pooling.MEAN)
    second = Encoder(backbone, backbone.examples(texts, 32), EXACT, store)
    second.last_layer(Pooling.MEAN)
    assert 0 < second.cache_usage.encoded < len(texts)


def test_the_least_recently_used_segment_is_deleted_first(tmp_path: Path) -> None:
    store = ActivationCache(tmp_path / "activations", ROOM)
    for age, name in enumerate(("old", "older", "oldest")):
        write(store, name, ["one"])
        (path,) = (store.folder / name).glob("segment-*")
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    store = ActivationCache(store.folder, store.size())
    weight = store.size() // 3 - 50  # metadata varies by some bytes
    store.shard("oldest").find(text_digests(["one"]))  # used now
    assert store.reserve(weight)
    assert [path.parent.name for path in segments(store)] == ["old", "oldest"]
    assert not store.reserve(store.cap + 1)
    assert len(segments(store)) == 2, "nothing is deleted for what cannot fit"


def test_states_larger_than_the_cap_are_not_cached(backbone: Backbone, tmp_path: Path) -> None:
    assert encoder(backbone, ActivationCache(tmp_path / "small", 1000)).states(2) is None


def test_a_shard_holds_the_segments_of_several_writers(store: ActivationCache) -> None:
    write(store, "shard", ["one", "two"])
    second = write(store, "shard", ["three"])
    lookup = store.shard("shard").find(text_digests(["three", "one", "four"]))
    assert lookup.missing.tolist() == [False, False, True]
    assert torch.equal(store.shard("shard").find(text_digests(["three"])).vectors(), second)


def test_a_failed_write_leaves_no_files(store: ActivationCache, monkeypatch: pytest.MonkeyPatch) -> None:
    write(store, "shard", ["one"])
    before = {path: path.stat().st_size for path in store.folder.rglob("*")}
    writer = store.shard("shard").writer(8, torch.float32)
    rows = (text_digests(["two"]), np.array([1]), np.array([1]), torch.zeros(1, 8), 0.1)
    writer.append(*rows)

    class Full:
        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "_file", Full())
    with pytest.raises(OSError, match="No space"):
        writer.append(*rows)
    writer.commit()
    assert {path: path.stat().st_size for path in store.folder.rglob("*")} == before
