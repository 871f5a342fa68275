"""Kill workers and engines in the middle of a training, and compare what comes out with a run left alone.

``python -m tests.soak.kills --rounds 50 --seed 0`` trains a tiny model in three stages, so that checkpoints
are written on the way, and kills the worker that trains it, or the engine, at a random moment: once or twice
a round. Losses, scores and the trained tensors must be those of the run that nobody disturbed, bit for bit,
and no temporary file may stay.
"""

import argparse
import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from safetensors.numpy import load_file

from tests.architectures import tiny_folder
from tests.corpora import opinions
from tests.test_survival import ME, training_worker
from tests.waiting import ended
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    Stage,
    TrainingConfig,
)
from translearn_core.config.settings import Settings
from translearn_core.engine import engine_status, ensure_engine, stop_engine
from translearn_core.results import RunSummary
from translearn_core.runs import Run, RunStore, State, Workspace, artifacts
from translearn_core.storage.sweep import LEGACY_PATTERNS, PREFIX

PATIENCE = 600.0
"""Seconds that a training may take on a busy machine."""


@dataclass(frozen=True)
class House:
    """A workspace with an engine."""

    store: RunStore
    settings: Settings
    experiment: ExperimentConfig

    def submit(self, round: int) -> Run:
        """Ask for the training; a local folder has no revisions: another one only makes it a new question."""
        backbone = self.experiment.backbone.model_copy(update={"revision": f"round {round}"})
        return self.store.submit(ME, self.experiment.model_copy(update={"backbone": backbone}))

    def outcome(self, run: Run) -> tuple[object, ...]:
        """Return what two runs of the same training must have in common."""
        folder = self.store.workspace.run(run.job.id)
        summary, history = artifacts.read(folder, RunSummary), self.store.history(run.job.id)
        assert summary is not None
        tensors = load_file(folder / "model" / "trained.safetensors")
        return (
            summary.test,
            summary.validation,
            summary.best_epoch,
            [step.loss for step in history.steps],
            [(epoch.validation["loss"], epoch.validation["macro_f1"]) for epoch in history.epochs],
            {name: tensor.tobytes() for name, tensor in tensors.items()},
        )


def house(root: Path) -> House:
    """Open a workspace, bring the rows and start the engine."""
    settings = Settings(workspace=root / "workspace")
    store = RunStore(Workspace(settings.workspace))
    ensure_engine(settings, wait=PATIENCE)
    dataset = store.add_dataset(ME, "rows.csv", {"train": opinions(0, 400).encode()}, settings)
    stages = (Stage(freeze=FreezePlan(), epochs=1), Stage(freeze=FreezePlan(blocks=(2,)), epochs=2))
    experiment = ExperimentConfig(
        data=DataConfig(dataset=dataset.digest, text="text", label="label"),
        backbone=BackboneConfig(id=str(tiny_folder("bert", root / "bert"))),
        freeze=FreezePlan.full(3),
        stages=stages,
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(epochs=2, lr=1e-3, batch_size=4, precision=Precision.FLOAT32),
    )
    return House(store, settings, experiment)


def kill(house: House, run: Run, steps: int, engine: bool) -> bool:
    """Kill the worker that trains `run`, or the engine, after so many steps; False if it was over."""
    while len(house.store.history(run.job.id).steps) < steps:
        if not house.store.run(ME, run.id).state.live:
            return False
        time.sleep(0.01)
    if engine:
        os.kill(engine_status(house.settings).pid, signal.SIGKILL)
    else:
        os.kill(training_worker(house.settings).pid, signal.SIGKILL)
    return True


def wait(house: House, run: Run) -> Run:
    """Wait for a run's end as a page does: whoever looks starts an engine where there is none."""
    deadline = time.monotonic() + PATIENCE
    while house.store.run(ME, run.id).state.live:
        assert time.monotonic() < deadline
        ensure_engine(house.settings)
        time.sleep(0.1)
    return house.store.run(ME, run.id)


def campaign(root: Path, rounds: int, seed: int) -> Counter[str]:
    """Kill and compare `rounds` times; returns how many kills there were of each sort."""
    chance, count, home = random.Random(seed), Counter[str](), house(root)
    try:
        alone = ended(home.store, home.submit(-1), PATIENCE)
        assert alone.state is State.DONE, alone.job.reason
        expected = home.outcome(alone)
        total = len(home.store.history(alone.job.id).steps)
        for round in range(rounds):
            run = home.submit(round)
            for _ in range(chance.choice((1, 1, 2))):
                engine = chance.random() < 0.4
                if kill(home, run, chance.randrange(1, total), engine):
                    count["engine" if engine else "worker"] += 1
                    ensure_engine(home.settings, wait=PATIENCE)
            after = wait(home, run)
            assert after.state is State.DONE, after.job.reason
            same = home.outcome(after) == expected
            count["same" if same else "different"] += 1
            print(f"round {round + 1}: {dict(count)}, started {after.job.attempts} times", flush=True)
        stop_engine(home.settings)
        ensure_engine(home.settings, wait=PATIENCE)  # which sweeps as it starts
        root = home.store.workspace.root
        left = [path for pattern in (f"{PREFIX}*", *LEGACY_PATTERNS) for path in root.rglob(pattern)]
        count["temporary files left"] = len(left)
    finally:
        stop_engine(home.settings)
        home.store.close()
    return count


def main() -> None:
    """Run a campaign; the exit status says whether all came out the same."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--rounds", type=int, default=50)
    args.add_argument("--seed", type=int, default=0)
    options = args.parse_args()
    with tempfile.TemporaryDirectory() as root:
        count = campaign(Path(root), options.rounds, options.seed)
    print(dict(count))
    raise SystemExit(count["same"] != options.rounds or count["temporary files left"] > 0)


if __name__ == "__main__":
    main()
