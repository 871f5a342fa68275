"""Finished examples that ship with the project: runs and diagnostics of a sample, computed beforehand.

An example is a zip file: ``example.json`` lists its jobs, parents first, and ``runs/<job>/`` holds their
results, without weights. ``assets/examples/make.py`` trains and packs them.
"""

import json
import secrets
import shutil
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from translearn_core.config import ExperimentConfig, JobConfig, StudyConfig, job_id, referenced_jobs
from translearn_core.config.base import canonical_json
from translearn_core.config.settings import app_root
from translearn_core.data.sample_datasets import sample_bytes, sample_of
from translearn_core.errors import WorkspaceError
from translearn_core.jobs import SPECS, TRAIN, slot_of
from translearn_core.results.training.run_summary import WEIGHTS_MARK
from translearn_core.runs.database.schema import job_owners, jobs, points
from translearn_core.runs.database.transitions import inserted
from translearn_core.runs.records import Run, State
from translearn_core.runs.store import RunStore
from translearn_core.runs.studies.records import Study
from translearn_core.runs.studies.store import Studies
from translearn_core.runs.workspace import WEIGHTS
from translearn_core.storage import atomic_folder

WORKER = "example"
"""Worker of the jobs of examples, by which they are told from those computed here."""
CONTENTS = "example.json"
LEFT_OUT = (*WEIGHTS, "replay", "neighbour_bank", "job.log")
"""Patterns of files that are not packed: what needs them says that the weights are not there."""


@dataclass(frozen=True)
class Example:
    """A finished example: its file, the sample it was trained on, and what the run or study is called."""

    key: str
    sample: str
    name: str

    @property
    def path(self) -> Path:
        """Path of the file."""
        return app_root() / "assets" / "examples" / f"{self.key}.zip"

    @property
    def available(self) -> bool:
        """Whether this installation has the file."""
        return self.path.exists()


RUN = Example("reviews_run", "reviews", "Example: product reviews, last two blocks")
DEPTH = Example("reviews_depth", "reviews", "Example: how deep to train on product reviews")
EXAMPLES = (RUN, DEPTH)


def is_example(run: Run[Any]) -> bool:
    """Whether a run was computed beforehand and ships with the project."""
    return run.job.worker == WORKER


def add_example(store: RunStore, owner: str, example: Example) -> Run[ExperimentConfig]:
    """Give an owner the runs of an example, and return the first; jobs that the store has stay as they are.

    Raises
    ------
    WorkspaceError
        If the example is missing, or was made for other data or settings than this version has.
    """
    sample = sample_of(example.sample)
    try:
        with zipfile.ZipFile(example.path) as packed:
            contents = json.loads(packed.read(CONTENTS))
            configs = [SPECS[job["kind"]].config.model_validate(job["config"]) for job in contents["jobs"]]
            dataset = store.add_dataset(owner, sample.file, {"train": sample_bytes(sample.key)})
            recorded = [job["id"] for job in contents["jobs"]]
            if dataset.digest != contents["dataset"] or recorded != list(map(job_id, configs)):
                raise WorkspaceError(f"The example {example.key} is of another version: make it again.")
            with store.writing() as db:
                for job, config in zip(contents["jobs"], configs, strict=True):
                    if _add_job(db, owner, example.name, job, config, dataset.digest):
                        _unpack(packed, job["id"], store.workspace.run(job["id"]))
    except FileNotFoundError:
        raise WorkspaceError(
            f"The example {example.key} is missing from this installation: install TransLearn again."
        ) from None
    if (study := contents["study"]) is not None:
        config = StudyConfig.model_validate(study["config"])
        Studies(store).add(owner, example.name, config, study["blocks"], study["baseline"])
    return store.run(owner, recorded[0], TRAIN)


def example_study(store: RunStore, owner: str, example: Example) -> Study:
    """Give an owner the study of an example, and return it."""
    add_example(store, owner, example)
    return next(study for study in Studies(store).all(owner) if study.name == example.name)


def pack(
    store: RunStore, owner: str, example: Example, runs: Sequence[str], study: Study | None = None
) -> None:
    """Write finished jobs of an owner, parents first, and a study of theirs as the file of an example."""
    records = [store.run(owner, run).job for run in runs]
    listed = []
    for record in records:
        with store.reading() as db:
            history = db.execute(
                select(points.c.kind, points.c.step, points.c.data)
                .where(points.c.job == record.id)
                .order_by(points.c.id)
            ).all()
        listed.append(
            {
                "id": record.id,
                "kind": record.config.kind,
                "config": json.loads(canonical_json(record.config)),
                "started": record.started,
                "finished": record.finished,
                "points": [list(point) for point in history],
            }
        )
    about = None if study is None else {
        "config": json.loads(canonical_json(study.config)),
        "blocks": study.blocks,
        "baseline": study.baseline,
    }  # fmt: skip
    contents = {"dataset": records[0].config.dataset_digest(), "jobs": listed, "study": about}
    with zipfile.ZipFile(example.path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr(CONTENTS, json.dumps(contents, ensure_ascii=False))
        for record in records:
            folder = store.workspace.run(record.id)
            dropped = {path for pattern in LEFT_OUT for path in folder.glob(pattern)}
            for path in sorted(folder.rglob("*")):
                if path.is_file() and dropped.isdisjoint((path, *path.parents)):
                    packed.write(path, f"runs/{record.id}/{path.relative_to(folder).as_posix()}")


def _add_job(
    db: Connection, owner: str, name: str, job: dict[str, Any], config: JobConfig, dataset: str
) -> bool:
    """Add a finished job and the owner's run of it; returns whether the store did not have the job."""
    now = time.time()
    trains = isinstance(config, ExperimentConfig)
    row = {
        "id": job["id"],
        "kind": config.kind,
        "slot": str(slot_of(config)),
        "config": canonical_json(config),
        "dataset": dataset,
        "parent": next(iter(referenced_jobs(config)), None),
        "state": str(State.DONE),
        "stop": False,
        "attempts": 1,
        "worker": WORKER,
        "created": job["started"],
        "queued": job["started"],
        "started": job["started"],
        "finished": job["finished"],
    }
    added = inserted(db, jobs, row)
    run = {"id": secrets.token_hex(8), "owner": owner, "job": job["id"], "created": now, "stopping": False}
    inserted(db, job_owners, {**run, "name": name if trains else config.kind})
    if added and job["points"]:
        history = [
            {"job": job["id"], "kind": kind, "step": step, "data": data} for kind, step, data in job["points"]
        ]
        db.execute(insert(points), history)
    return added


def _unpack(packed: zipfile.ZipFile, job: str, folder: Path) -> None:
    prefix = f"runs/{job}/"
    with atomic_folder(folder, checksums=False) as draft:
        for name in packed.namelist():
            if name.startswith(prefix):
                target = draft / name.removeprefix(prefix)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(name) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        (draft / WEIGHTS_MARK).touch()
