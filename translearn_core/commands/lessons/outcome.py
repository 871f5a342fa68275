"""Computation of the outcome of a prepared experiment."""

import time
from datetime import UTC, datetime
from typing import Any

from translearn_core.commands.study import follow
from translearn_core.commands.terminal.client import backbone_info, result, submit
from translearn_core.commands.terminal.output import console, print_line
from translearn_core.config import BackboneConfig
from translearn_core.errors import TrainingError
from translearn_core.jobs import spec_of
from translearn_core.prepared_experiments.experiment import Experiment
from translearn_core.prepared_experiments.outcomes import OutcomeFile, Provenance, fingerprint
from translearn_core.prepared_experiments.own_studies import OwnStudies
from translearn_core.results import RunSummary
from translearn_core.runs import LOCAL, Studies, Study, artifacts, open_store


def compute(file: OutcomeFile) -> None:
    """Run an experiment and store its outcome; raises `TrainingError` if a run failed or was stopped."""
    found, about = run_experiment(file.experiment)
    file.save(found, about)
    print_line(f"{file.experiment.name}: written to {file.folder}", console)


def run_experiment(experiment: Experiment) -> tuple[Any, Provenance]:
    """Run an experiment as a study of the command line, or take its finished runs; return its result.

    Raises
    ------
    TrainingError
        If a run failed or was stopped.
    """
    store = open_store()
    n_blocks = backbone_info(BackboneConfig()).n_blocks
    study = OwnStudies(store, LOCAL, experiment, n_blocks).start(experiment.name)
    progress = follow(study)
    if len(progress.done) < progress.total:
        reasons = [run.job.reason for run in Studies(store).failed(study)] or ["it was stopped"]
        raise TrainingError(
            f"{experiment.name}: {len(progress.done)} of {progress.total} runs ended well: {reasons[0]}"
        )
    job = experiment.evaluation(study, progress.done)
    assert job is not None  # all runs are done
    found = result(submit(job, experiment.name), spec_of(job).result)
    return found, Provenance(
        kind=job.kind,
        runs=progress.total,
        seconds=_seconds(study),
        computed=datetime.fromtimestamp(time.time(), UTC).date().isoformat(),
        n_blocks=n_blocks,
        experiment=fingerprint(experiment),
    )


def _seconds(study: Study) -> float:
    """Return the seconds of all runs of a study."""
    workspace = open_store().workspace
    summaries = [artifacts.load(workspace.run(job), RunSummary) for job in study.jobs]
    return sum(one.seconds["total"] for one in summaries if one is not None)
