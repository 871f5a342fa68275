"""A class on one engine: somebody brings the worst files in a loop while ten others ask for predictions.

``python -m tests.soak.clients --seconds 120`` prints how long the others waited for their answers.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from tests.soak.fuzz_tables import damaged
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.config.settings import Settings
from translearn_core.data import sample_bytes
from translearn_core.engine import ensure_engine, stop_engine
from translearn_core.jobs import DiagnoseConfig, PredictConfig, ReadConfig
from translearn_core.results import TableProfile
from translearn_core.runs import RunStore, State, Workspace, artifacts

CLIENTS, PAUSE_SECONDS, LOOK_SECONDS = 10, 1.0, 0.02

HOSTILE: tuple[bytes, ...] = (
    b"text,label\n" + b"a" * 1_000_000 + b",1\n" + "gut schön,0\n".encode("cp1252") * 50,
    b"text,label\n" + b'"' * 1_000_000 + b"\n",
    b"[" * 1_000_000,
    b"text,label\n" + b"a,b\n" * 400_000,
    b"text,label\n" + b"\xe4\xf6 " * 3_000_000 + b",1\n",
    b"\n" * 10_000_000,
    b"a\x1b$B" * 500_000,
    ("text,label\n" + "".join(f'"{"word " * 300} {k}",{k % 2}\n' for k in range(12_000))).encode(),
)
"""Files that are slow for careless readers; the last is only large."""


def ended(store: RunStore, owner: str, config: object, seconds: float = 300.0) -> State:
    """Ask for a job and wait until it has ended."""
    run = store.submit(owner, config)  # type: ignore[arg-type]
    deadline = time.monotonic() + seconds
    while (now := store.run(owner, run.id)).state.live and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return now.state


def attack(store: RunStore, settings: Settings, over: threading.Event, brought: list[State]) -> None:
    """Bring one bad file after another, and look at each as a task where it is a table."""
    number = 0
    while not over.is_set():
        data = HOSTILE[number % len(HOSTILE)] if number % 2 else damaged(number)[0]
        number += 1
        digest = store.add_dataset(
            "mallory", "bad.csv", {"train": data + b" " * (number % 7)}, settings
        ).digest
        state = ended(store, "mallory", ReadConfig(dataset=digest))
        brought.append(state)
        if state is State.DONE:
            run = store.run("mallory", store.submit("mallory", ReadConfig(dataset=digest)).id)
            reading = artifacts.load(store.workspace.run(run.job.id), TableProfile)
            names = [column.name for column in reading.columns] if reading else []
            if len(names) > 1:
                ended(
                    store,
                    "mallory",
                    DiagnoseConfig(data=DataConfig(dataset=digest, text=names[0], label=names[1])),
                )
        store.delete_dataset("mallory", digest)


def client(store: RunStore, name: str, job: str, over: threading.Event, waits: list[float]) -> None:
    """Ask one question after another."""
    number = 0
    while not over.is_set():
        number += 1
        began = time.perf_counter()
        state = ended(store, name, PredictConfig(job=job, texts=(f"{name} asks question number {number}",)))
        if state is State.DONE:
            waits.append(time.perf_counter() - began)
        over.wait(PAUSE_SECONDS)


def main() -> None:
    """Run the class for a while and print the waits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--alone", action="store_true", help="without the bad files, to compare")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(workspace=Path(folder) / "class", max_upload_mb=50)
        ensure_engine(settings, wait=120)
        store = RunStore(Workspace(settings.workspace))
        names = [f"client-{k}" for k in range(CLIENTS)]
        for name in names:
            digest = store.add_dataset(
                name, "reviews.csv", {"train": sample_bytes("reviews")}, settings
            ).digest
            config = ExperimentConfig(data=DataConfig(dataset=digest, text="text", label="sentiment"))
            assert ended(store, name, config) is State.DONE
        job = store.submit(names[0], config).job.id
        over, waits, brought = threading.Event(), list[float](), list[State]()
        threads = [threading.Thread(target=client, args=(store, name, job, over, waits)) for name in names]
        if not args.alone:
            threads.append(threading.Thread(target=attack, args=(store, settings, over, brought)))
        for thread in threads:
            thread.start()
        time.sleep(args.seconds)
        over.set()
        for thread in threads:
            thread.join()
        stop_engine(settings)
    p50, p95 = np.quantile(waits, [0.5, 0.95])
    print(
        f"{len(waits)} answers: p50 {p50:.2f} s, p95 {p95:.2f} s, longest {max(waits):.2f} s; "
        f"{len(brought)} bad files, {brought.count(State.FAILED)} refused"
    )


if __name__ == "__main__":
    main()
