"""Diagnostics of runs and tasks."""

from typing import Any, cast

from translearn_core.api.task import Task
from translearn_core.api.training import TrainedRun
from translearn_core.commands.terminal import client
from translearn_core.commands.terminal.errors import valid
from translearn_core.config import JobConfig
from translearn_core.errors import ConfigError
from translearn_core.jobs import SPECS, RunJobConfig, TaskJobConfig


def diagnose(subject: TrainedRun | Task, kind: str, **settings: Any) -> Any:
    """Compute a diagnostic of a run or of a task, or return it if it was computed before.

    Parameters
    ----------
    subject : TrainedRun or Task
        What it is about; a run for ``probe``, ``baselines``, ``similarity`` and the like, a task for
        ``zero_shot``, ``label_efficiency``, ``advice`` and the like.
    kind : str
        Name of the diagnostic, as its page in the documentation is called.
    **settings
        Settings of its configuration, such as ``layer=3`` of ``projection``.

    Returns
    -------
    result
        Of the type of the diagnostic; its method `frame` returns a table.

    Raises
    ------
    ConfigError
        If there is no such diagnostic of this subject, or a setting is invalid.
    TrainingError
        If it does not support the run, or fails.
    """
    spec = SPECS.get(kind)
    wanted = RunJobConfig if isinstance(subject, TrainedRun) else TaskJobConfig
    if spec is None or not issubclass(spec.config, wanted):
        kinds = [name for name, one in SPECS.items() if issubclass(one.config, wanted)]
        raise ConfigError("kind", kind, f"one of {', '.join(kinds)}")
    defaults: dict[str, Any]
    if isinstance(subject, TrainedRun):
        info = client.backbone_info(subject.config.backbone)
        preset = cast("type[RunJobConfig[Any]]", spec.config).for_run(subject.run.job.id, info.n_blocks)
        defaults = {name: getattr(preset, name) for name in preset.model_fields_set}
    else:
        own = {"data": subject.data, "backbone": subject.backbone, "features": subject.backbone_info.features}
        defaults = {name: value for name, value in own.items() if name in spec.config.model_fields}
    config: JobConfig[Any] = valid(spec.config, **(defaults | settings))
    return client.result(client.submit(config, spec.name), spec.result)
