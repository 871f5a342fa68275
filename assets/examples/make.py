"""Train the finished examples and pack them: ``python assets/examples/make.py [workspace]``.

Everything is trained and computed anew, or what is missing in the workspace if one is named; it takes some
minutes on two cores. Run it again after a change of the settings or of the results that examples have.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    JobConfig,
    TrainingConfig,
    depth_study,
)
from translearn_core.config.settings import Settings
from translearn_core.data.sample_datasets import sample_bytes, sample_of
from translearn_core.engine import ensure_engine, stop_engine
from translearn_core.jobs import (
    BASELINES,
    ERROR_ANALYSIS,
    PROBE,
    PROJECTION,
    SIMILARITY,
    BackboneInfoConfig,
    DiagnoseConfig,
    ProjectionAnimationConfig,
    ReadConfig,
    SnapshotsConfig,
)
from translearn_core.runs import LOCAL, Run, RunStore, State, Studies, Study, Workspace
from translearn_core.runs.examples import DEPTH, RUN, pack
from translearn_core.runs.report_jobs import default_diagnostics, next_steps_config

BLOCKS = 6
SEEDS = 1
"""Seeds of each depth; with one the intervals are those of the test rows."""
DEPTHS = (-1, 0, 2, 4, 6)
"""Lowest trainable blocks of the freeze-depth curve: from the embeddings to the head alone."""


SHOWN = [spec.kind for spec in (BASELINES, PROBE, PROJECTION, SIMILARITY, ERROR_ANALYSIS)]
"""Diagnostics of the run, with their default settings, beside the animation and the snapshots."""


def main() -> None:
    """Train, compute the diagnostics, pack."""
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="examples-")
    settings = Settings(workspace=Path(folder))
    store = RunStore(Workspace(settings.workspace))
    try:
        ensure_engine(settings)
        config = experiment(store, settings)
        run = computed(store, config, RUN.name)
        pack(store, LOCAL, RUN, finished_run(store, run))
        study = start_study(store, config)  # not beside the diagnostics: both would be slow
        pack(store, LOCAL, DEPTH, *finished_study(store, study))
    finally:
        stop_engine(settings)
        store.close()
    for example in (RUN, DEPTH):
        print(example.path, f"{example.path.stat().st_size / 1e3:.0f} kB")


def experiment(store: RunStore, settings: Settings) -> ExperimentConfig:
    """Add the sample and return the experiment that its plan is."""
    sample = sample_of(RUN.sample)
    dataset = store.add_dataset(LOCAL, sample.file, {"train": sample_bytes(sample.key)}, settings)
    plan = FreezePlan.last_n(sample.blocks, BLOCKS)
    return ExperimentConfig(
        data=DataConfig(dataset=dataset.digest, text=sample.text, label=sample.label),
        freeze=plan,
        training=TrainingConfig.defaults_for(plan),
    )


def finished_run(store: RunStore, run: Run[ExperimentConfig]) -> list[str]:
    """Compute the diagnostics of a run; return its job and theirs, parents first."""
    config = run.job.config
    backbone = computed(store, BackboneInfoConfig(backbone=config.backbone))
    reading = computed(store, ReadConfig(dataset=config.data.dataset))
    limit = config.features.token_limit
    diagnosis = DiagnoseConfig(data=config.data, backbone=config.backbone, token_limit=limit)
    parts: list[JobConfig] = [
        diagnosis,
        *(part for part in default_diagnostics(store, run) if part.kind in SHOWN),
        ProjectionAnimationConfig(job=run.job.id),
        SnapshotsConfig(job=run.job.id, layer=BLOCKS),
    ]
    jobs = [computed(store, part) for part in parts]
    jobs.append(computed(store, next_steps_config(store, run)))
    return [job.id for job in (run, backbone, reading, *jobs)]


def start_study(store: RunStore, config: ExperimentConfig) -> Study:
    """Submit the runs of the freeze-depth curve."""
    plan = depth_study(config, BLOCKS, seeds=SEEDS).model_copy(update={"boundaries": DEPTHS})
    return Studies(store).add(LOCAL, DEPTH.name, plan, {BackboneConfig().label: BLOCKS})


def finished_study(store: RunStore, study: Study) -> tuple[list[str], Study]:
    """Wait for the runs of a study and compare them; return the jobs and the study."""
    studies = Studies(store)
    while studies.progress(LOCAL, study.jobs).state.live:
        time.sleep(1)
    progress = studies.progress(LOCAL, study.jobs)
    assert progress.state is State.DONE, progress.summary()
    comparison = study.comparison(progress.done)
    assert comparison is not None
    return [*study.jobs, computed(store, comparison).id], study


def computed(store: RunStore, config: JobConfig, name: str | None = None) -> Run:
    """Submit a job, wait for its end and return it."""
    began = time.monotonic()
    run = store.submit(LOCAL, config, name)
    while run.state.live:
        time.sleep(0.2)
        run = store.run(LOCAL, run.id)
    assert run.state is State.DONE, f"{config.kind}: {run.job.reason}"
    print(f"{config.kind}: {time.monotonic() - began:.0f} s", flush=True)
    return run


if __name__ == "__main__":
    main()
