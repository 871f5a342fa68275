"""Runs of several targets that trained together: their order in lists, and what their names share."""

from collections.abc import Iterable

from translearn_core.config import ExperimentConfig
from translearn_core.runs.records import Run


def target_of(run: Run) -> str | None:
    """Return the target of a run that is one of several trained together, else None."""
    config = run.job.config
    if not isinstance(config, ExperimentConfig) or config.joint_run is None:
        return None
    return config.data.label


def target_run_name(name: str, target: str) -> str:
    """Return the name of the run of a target, from that of the training of all."""
    return f"{name}: {target}"


def shared_name(run: Run) -> str:
    """Return the name of a run without that of its target."""
    target = target_of(run)
    return run.name if target is None else run.name.removesuffix(target_run_name("", target))


def with_targets_together(runs: Iterable[Run[ExperimentConfig]]) -> list[Run[ExperimentConfig]]:
    """Return the runs with those of targets directly after the training of all, in its order of targets."""
    listed = list(runs)
    places = {run.job.id: place for place, run in enumerate(listed)}

    def place(run: Run[ExperimentConfig]) -> tuple[int, int]:
        joint = run.job.config.joint_run
        if joint is None or joint not in places:
            return places[run.job.id], -1
        targets = listed[places[joint]].job.config.data.targets
        columns = [target.column for target in targets]
        return places[joint], columns.index(run.job.config.data.label)

    return sorted(listed, key=place)
