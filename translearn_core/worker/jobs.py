"""Every job a worker can do, by the name it is asked for."""

import sys
from collections.abc import Callable
from importlib import import_module

from translearn_core.config import JobKind
from translearn_core.worker import resource_limits
from translearn_core.worker.context import Context

Function = Callable[[Context], None]


def _later(module: str, name: str) -> Function:
    """Return a function that imports its module when first called: reading a file must not wait for torch."""

    def call(context: Context) -> None:
        path = f"translearn_core.worker.{module}"
        if path not in sys.modules:
            with resource_limits.IMPORTS:
                import_module(path)
        getattr(import_module(path), name)(context)

    return call


JOB_FUNCTIONS: dict[JobKind, Function] = {
    JobKind.READ: _later("data_loading", "read_dataset"),
    JobKind.DIAGNOSE: _later("diagnosis", "diagnose_task"),
    JobKind.SIZE: _later("models", "find_size"),
    JobKind.ANATOMY: _later("models", "find_parts"),
    JobKind.CALIBRATE: _later("models", "time_steps"),
    JobKind.FIND_RATE: _later("lr_finder", "search_rate"),
    JobKind.ALTER: _later("augmentation", "show_alterations"),
    JobKind.TRAIN: _later("models", "train"),
    JobKind.PRETRAIN: _later("pretraining", "pretrain_backbone"),
    JobKind.REPLAY: _later("snapshots", "replay"),
    JobKind.COMPARE: _later("compare", "compare"),
    JobKind.PROBE: _later("diagnostics.probing", "probe"),
    JobKind.PROJECT: _later("diagnostics.projection", "picture"),
    JobKind.NEIGHBOURS: _later("diagnostics.nearest_neighbours", "find_neighbours"),
    JobKind.WALK: _later("diagnostics.projection_animation", "walk"),
    JobKind.BASELINES: _later("diagnostics.baselines", "hold_against"),
    JobKind.CURVE: _later("diagnostics.label_efficiency", "draw_curve"),
    JobKind.SIMILARITY: _later("diagnostics.similarity", "find_moved"),
    JobKind.FORGETTING: _later("diagnostics.forgetting.forgetting", "find_lost"),
    JobKind.TRUST: _later("diagnostics.error_analysis", "find_trust"),
    JobKind.TRANSFERABILITY: _later("diagnostics.transferability", "rate_layers"),
    JobKind.ADVISE: _later("diagnostics.advice", "advise"),
    JobKind.REPORT: _later("report", "write_report"),
    JobKind.EXPORT: _later("export", "export"),
    JobKind.PREDICT: _later("predictions", "predict"),
    JobKind.PREDICT_FILE: _later("predictions", "predict_file"),
}
"""What each kind of job runs."""
