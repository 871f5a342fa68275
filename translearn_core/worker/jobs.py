"""Every job a worker can do, by the name it is asked for."""

import sys
from collections.abc import Callable
from importlib import import_module

from translearn_core.config import JobKind
from translearn_core.worker import limits
from translearn_core.worker.context import Context

Function = Callable[[Context], None]


def _later(module: str, name: str) -> Function:
    """Return a function that imports its module when first called: reading a file must not wait for torch."""

    def call(context: Context) -> None:
        path = f"translearn_core.worker.{module}"
        if path not in sys.modules:
            with limits.IMPORTS:
                import_module(path)
        getattr(import_module(path), name)(context)

    return call


JOB_FUNCTIONS: dict[JobKind, Function] = {
    JobKind.READ: _later("reading", "read_dataset"),
    JobKind.DIAGNOSE: _later("diagnosing", "diagnose_task"),
    JobKind.SIZE: _later("models", "find_size"),
    JobKind.ANATOMY: _later("models", "find_parts"),
    JobKind.CALIBRATE: _later("models", "time_steps"),
    JobKind.FIND_RATE: _later("rate_search", "search_rate"),
    JobKind.ALTER: _later("augmenting", "show_alterations"),
    JobKind.TRAIN: _later("models", "train"),
    JobKind.PRETRAIN: _later("pretraining", "pretrain_backbone"),
    JobKind.REPLAY: _later("replaying", "replay"),
    JobKind.COMPARE: _later("comparing", "compare"),
    JobKind.PROBE: _later("evidence.probing", "probe"),
    JobKind.PROJECT: _later("evidence.projecting", "picture"),
    JobKind.NEIGHBOURS: _later("evidence.neighbours", "find_neighbours"),
    JobKind.WALK: _later("evidence.walk", "walk"),
    JobKind.BASELINES: _later("evidence.baselines", "hold_against"),
    JobKind.CURVE: _later("evidence.label_curve", "draw_curve"),
    JobKind.SIMILARITY: _later("evidence.similarity", "find_moved"),
    JobKind.FORGETTING: _later("evidence.forgetting", "find_lost"),
    JobKind.TRUST: _later("evidence.trust", "find_trust"),
    JobKind.TRANSFERABILITY: _later("evidence.transferability", "rate_layers"),
    JobKind.ADVISE: _later("evidence.advice", "advise"),
    JobKind.REPORT: _later("reporting", "write_report"),
    JobKind.EXPORT: _later("exporting", "export"),
    JobKind.PREDICT: _later("predictions", "predict"),
    JobKind.PREDICT_FILE: _later("predictions", "predict_file"),
}
"""What each kind of job runs."""
