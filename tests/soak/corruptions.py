"""Damage files of a real workspace, one at a time, and see what becomes of it.

``python -m tests.soak.corruptions --count 1000 --seed 0`` builds a workspace with every kind of file in it,
corrupts one file after another (a flipped bit, a cut, zeros, the content of another file of its kind), reads
it as the project does and prints how often it was said, how often the right content came all the same (from a
source, an earlier state or a second computation), and how often it was used or ended in a traceback.
"""

import argparse
import json
import os
import random
import shutil
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch
from numpy.typing import NDArray
from sqlalchemy import update

from tests.architectures import TEXTS, tiny_folder
from tests.corpora import SENTENCES
from translearn_core import results
from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.backbones import load
from translearn_core.commands.runs import line
from translearn_core.config import (
    ADAPTED,
    BackboneConfig,
    BaseConfig,
    DataConfig,
    Device,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Pooling,
    Precision,
    ReadOptions,
    TrainingConfig,
)
from translearn_core.config.settings import settings
from translearn_core.engine.status import EngineStatus, read_status, starting, write_status
from translearn_core.errors import TranslearnError
from translearn_core.jobs import (
    ExportConfig,
    PredictConfig,
    PretrainConfig,
    ProbeConfig,
    ReadConfig,
    ReportConfig,
)
from translearn_core.results import Snapshot
from translearn_core.runs import LOCAL, RunStore, State, artifacts, open_store
from translearn_core.runs.database.schema import jobs
from translearn_core.runs.workspace import READ_OPTIONS
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.snapshots import snapshots
from translearn_core.transfer import load_trained
from translearn_core.worker import runtime
from translearn_core.worker.data_loading import TABLE, load_table

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)
KINDS = {
    artifacts.folder_name(kind): kind
    for kind in vars(results).values()
    if isinstance(kind, type) and is_dataclass(kind)
}

Read = Callable[[], object]


@dataclass(frozen=True)
class Subject:
    """A file of the workspace: its kind, how it is read, and the folder that reading it touches."""

    kind: str
    path: Path
    folder: Path
    read: Read


@contextmanager
def workspace(root: Path) -> Iterator[RunStore]:
    """Make `root` the workspace of this process for the length of the block."""
    before = os.environ.get("TRANSLEARN_WORKSPACE")
    os.environ["TRANSLEARN_WORKSPACE"] = str(root)
    settings.cache_clear()
    open_store.cache_clear()
    try:
        yield open_store()
    finally:
        open_store().close()
        if before is None:
            del os.environ["TRANSLEARN_WORKSPACE"]
        else:
            os.environ["TRANSLEARN_WORKSPACE"] = before
        settings.cache_clear()
        open_store.cache_clear()
        runtime.CACHE.clear()


def do(store: RunStore, config: BaseConfig) -> str:
    """Have a worker's function do a job here and now, and return the job."""
    run = store.submit(LOCAL, config)
    assert store.begin(run.job.id, "token")
    runtime.run(run.job.id, str(store.workspace.root), None, "token")
    done = store.run(LOCAL, run.id)
    assert done.state is State.DONE, done.job.reason
    return done.job.id


def age(path: Path) -> None:
    """Let a file look as if nobody had written to it for long."""
    os.utime(path, (1.0, 1.0))


def table(words: tuple[str, str], rows: int = 60) -> bytes:
    """Return a table that a tiny model can learn from."""
    lines = [
        f'"{words[i % 2]} film , {TEXTS[i % len(TEXTS)]} {i}",{"no" if i % 2 else "yes"}' for i in range(rows)
    ]
    return ("text,label\n" + "\n".join(lines)).encode()


def fill(store: RunStore, tiny: Path, *, everything: bool) -> None:
    """Put two of every kind of file into a workspace, or only of the quick ones, by doing real jobs."""
    backbone = BackboneConfig(id=str(tiny))
    for seed, words in enumerate((("great", "awful"), ("lovely", "terrible"))):
        dataset = store.add_dataset(LOCAL, f"rows{seed}.csv", {"train": table(words)}).digest
        do(store, ReadConfig(dataset=dataset))
        chosen = ReadOptions(encoding=("utf-8", "cp1250")[seed], delimiter=",")
        again = store.add_dataset(LOCAL, f"read{seed}.csv", {"train": table(words)}, options=chosen)
        do(store, ReadConfig(dataset=again.digest))
        experiment = ExperimentConfig(
            data=DataConfig(dataset=dataset, text="text", label="label"),
            backbone=backbone,
            freeze=FreezePlan(blocks=(2,)),
            features=FeatureConfig(token_limit=32),
            training=TrainingConfig(epochs=2, lr=1e-3, batch_size=8, precision=Precision.FLOAT32, seed=seed),
        )
        run = do(store, experiment)
        _interrupted(store.workspace.run(run))
        do(store, PredictConfig(job=run, texts=TEXTS[:3], neighbours=3))
        if not everything:
            continue
        do(store, ProbeConfig(job=run))
        do(store, ReportConfig(job=run, name=f"run {seed}"))
        do(store, ExportConfig(job=run, name=f"run {seed}"))
        texts = store.add_dataset(
            LOCAL, f"texts{seed}.csv", {"train": ("text\n" + "\n".join(SENTENCES[seed::2])).encode()}
        )
        do(
            store,
            PretrainConfig(
                dataset=texts.digest, text="text", backbone=backbone, epochs=1, head_epochs=0,
                token_limit=32, batch_size=16, precision=Precision.FLOAT32, seed=seed,
            ),
        )  # fmt: skip
    write_status(settings(), starting(os.getpid()))


def _interrupted(folder: Path) -> None:
    """Leave a run's folder as it is in the middle of a training: with the checkpoint before the last one."""
    state = Checkpoint.read(folder)
    assert state is not None
    state.step -= 1
    state.write(folder)
    state.step += 1
    state.write(folder)


def subjects(store: RunStore, tiny: Path) -> list[Subject]:
    """Return every file of the workspace that is read again."""
    root, result = store.workspace.root, list[Subject]()

    def add(kind: str, paths: Iterator[Path], folder: Path, read: Read) -> None:
        result.extend(Subject(kind, path, folder, read) for path in paths if path.is_file())

    for home in sorted((root / "runs").iterdir()):
        for folder in sorted(path for path in home.iterdir() if path.name in KINDS):
            read = _result(home, KINDS[folder.name])
            add("result", folder.iterdir(), home, read)
            named = getattr(read(), "file", None)
            if isinstance(named, str):
                add(Path(named).suffix, home.glob(f"{named}*"), home, read)
        add("snapshot", home.glob("replay/*/*/*"), home, lambda home=home: _plain(snapshots(home)))
        add("model", home.glob("model/*"), home, lambda home=home: _model(home))
        add("checkpoint", home.glob("*checkpoint.pt*"), home, lambda home=home: _checkpoint(home))
        add("backbone", home.glob("backbone/*"), home, lambda home=home: _backbone(home.name))
    for home in sorted((root / "datasets").iterdir()):
        add("table", home.glob(f"{TABLE}*"), home, lambda home=home: _table(store, home.name))
        options = home / READ_OPTIONS
        add("read options", iter([options]), home, lambda home=home: _options(store, home.name))
        add("source", home.glob("source/*"), home, lambda home=home: _source(store, home.name))
    shelves = root / "activations"
    add("activations", shelves.glob("*/*/*"), shelves, lambda: _activations(shelves, tiny))
    add("engine", iter([root / "engine.json"]), root / "engine.json", lambda: _engine())
    return result


def _result(home: Path, kind: type[Any]) -> Read:
    return lambda: _plain(artifacts.read(home, kind)) if kind is not Snapshot else None


def _plain(value: Any) -> Any:
    """Return a result as plain containers, arrays and tables, whose content can be compared."""
    if is_dataclass(value) and not isinstance(value, type):
        return _Named({f.name: _plain(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


class _Named(dict[str, Any]):
    @property
    def file(self) -> Any:
        return self.get("file")


def _model(home: Path) -> object:
    trained = load_trained(home)
    weights = {name: value.numpy() for name, value in trained.model.state_dict().items()}
    return [weights, trained.names, trained.token_limit]


def _checkpoint(home: Path) -> object:
    """Return the state without its step: the one before the last differs in nothing else."""
    state = Checkpoint.read(home)
    assert state is not None
    held = vars(state) | {"step": 0, "history": [vars(point) for point in state.history]}
    return torch.utils._pytree.tree_map_only(torch.Tensor, lambda tensor: tensor.numpy(), held)


def _backbone(job: str) -> object:
    backbone = load(BackboneConfig(id=f"{ADAPTED}{job}"))
    weights = {name: value.numpy() for name, value in backbone.model.state_dict().items()}
    tokens = backbone.tokenizer(list(TEXTS))["input_ids"]
    return [weights, tokens, _plain(backbone.info)]


def _table(store: RunStore, digest: str) -> object:
    # as text: read from the source its columns have other types than read from a parquet file
    return load_table(store.workspace, digest).astype(str).to_csv()


def _source(store: RunStore, digest: str) -> object:
    return {part: path.read_bytes() for part, path in store.workspace.sources(digest).items()}


def _options(store: RunStore, digest: str) -> object:
    return store.workspace.read_options(digest).model_dump()


def _activations(shelves: Path, tiny: Path) -> object:
    """Return what every layer makes of the texts of the first training, kept or computed again."""
    backbone = load(BackboneConfig(id=str(tiny)))
    texts = backbone.examples(_known_texts(), 32)
    result = Encoder(backbone, texts, EXACT, ActivationCache(shelves, 10**9)).pooled(Pooling.MEAN)
    return [layer.vectors().numpy() for layer in result]


def _known_texts() -> list[str]:
    rows = table(("great", "awful")).decode().splitlines()[1:]
    return [row.rpartition(",")[0].strip('"') for row in rows]


def _engine() -> object:
    status = read_status(settings())
    return None if status == EngineStatus() else _plain(status)


def flip(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Return the bytes with one bit turned."""
    out = bytearray(data)
    out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def cut(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Return the beginning of the bytes."""
    return data[: chance.randrange(len(data))]


def zero(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Return the bytes with a stretch, or all of them, zero."""
    start = chance.randrange(len(data)) if chance.random() < 0.5 else 0
    length = min(4096, len(data) - start) if start else len(data)
    return data[:start] + bytes(length) + data[start + length :]


def swap(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """Return the content of another file of the kind."""
    return other


DAMAGES = (flip, cut, zero, swap)


@dataclass
class Tally:
    """How corruptions ended, by kind of file: said, right all the same, silent, traceback."""

    ends: Counter[tuple[str, str, str]]
    failures: list[str]

    def of(self, end: str) -> int:
        """Return how many ended so."""
        return sum(count for (_, _, each), count in self.ends.items() if each == end)


def campaign(
    root: Path,
    count: int,
    seed: int,
    report: Callable[[int], None] = lambda done: None,
    *,
    everything: bool = True,
) -> Tally:
    """Corrupt `count` files of a new workspace below `root`, one at a time, kind by kind."""
    tiny = tiny_folder("bert", root / "tiny")
    with workspace(root / "workspace") as store:
        fill(store, tiny, everything=everything)
        every = subjects(store, tiny)
        pristine = root / "pristine"
        shutil.copytree(store.workspace.root, pristine)
        good = {id(one): one.read() for one in every}
        by_kind = {kind: [one for one in every if one.kind == kind] for kind in {one.kind for one in every}}
        chance, tally = random.Random(seed), Tally(Counter(), [])
        for done in range(count):
            kind = sorted(by_kind)[done % len(by_kind)]
            one = chance.choice(by_kind[kind])
            damage = DAMAGES[done // len(by_kind) % len(DAMAGES)]
            before = one.path.read_bytes()
            others = [o.path.read_bytes() for o in by_kind[kind] if o.path.name == one.path.name]
            strangers = [other for other in others if other != before]
            if damage is swap and not strangers:
                damage = flip
            after = damage(before, chance, chance.choice(strangers) if strangers else b"")
            if after == before:
                continue
            one.path.write_bytes(after)
            end, why = _end(store, one, good[id(one)])
            tally.ends[kind, damage.__name__, end] += 1
            if end in ("silent", "traceback"):
                tally.failures.append(f"{one.path.relative_to(root)}, {damage.__name__}: {end} {why}")
            _restore(store, one, pristine)
            report(done + 1)
    return tally


def _end(store: RunStore, one: Subject, good: object) -> tuple[str, str]:
    damaged = one.path.read_bytes()
    try:
        for run in store.runs(LOCAL):
            line(run)  # 'translearn runs' lists all, whatever is damaged
        value = one.read()
    except TranslearnError as error:
        return (
            ("reported", "")
            if "Traceback" not in str(error) and len(str(error)) < 600
            else ("traceback", str(error))
        )
    except Exception:
        return "traceback", traceback.format_exc(limit=-3)
    if value is None:
        return "reported", ""
    if joblib.hash(value) == joblib.hash(good):
        return "right", ""
    if one.kind == "activations" and not (one.path.exists() and one.path.read_bytes() == damaged):
        # thrown away and computed again, in other batches, which changes the last bits
        return ("right", "") if all(map(_close, value, good)) else ("silent", "")  # type: ignore[call-overload]
    return "silent", ""


def _close(one: NDArray[np.floating], other: NDArray[np.floating]) -> bool:
    return bool(np.allclose(one, other, atol=1e-6))


def _restore(store: RunStore, one: Subject, pristine: Path) -> None:
    source = pristine / one.folder.relative_to(store.workspace.root)
    if source.is_file():
        shutil.copy2(source, one.folder)
    else:
        shutil.rmtree(one.folder)
        shutil.copytree(source, one.folder)
    with store.writing() as db:
        db.execute(update(jobs).values(state=str(State.DONE), reason=None))


def main() -> None:
    """Run a campaign and print how it ended."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--count", type=int, default=1000)
    args.add_argument("--seed", type=int, default=0)
    options = args.parse_args()
    began = time.perf_counter()

    def report(done: int) -> None:
        if done % 100 == 0:
            print(f"{done} of {options.count}, {time.perf_counter() - began:.0f} s", flush=True)

    with tempfile.TemporaryDirectory() as root:
        tally = campaign(Path(root), options.count, options.seed, report)
    for kind in sorted({kind for kind, _, _ in tally.ends}):
        by_end = {end: sum(n for (k, _, e), n in tally.ends.items() if (k, e) == (kind, end))
                  for end in ("reported", "right", "silent", "traceback")}  # fmt: skip
        print(f"{kind:12}", json.dumps(by_end))
    print(*tally.failures, sep="\n")
    raise SystemExit(len(tally.failures) > 0)


if __name__ == "__main__":
    main()
