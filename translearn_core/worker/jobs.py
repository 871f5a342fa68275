"""Job handlers by job kind."""

import sys
from collections.abc import Callable
from importlib import import_module

from translearn_core.config import JobKind
from translearn_core.worker import resource_limits
from translearn_core.worker.context import Context

Function = Callable[[Context], None]


def lazy(module: str, name: str) -> Function:
    """Return a function that imports its module when first called, so that reading a file needs no torch."""

    def call(context: Context) -> None:
        path = f"translearn_core.worker.{module}"
        if path not in sys.modules:
            with resource_limits.IMPORTS:
                import_module(path)
        getattr(import_module(path), name)(context)

    return call


JOB_FUNCTIONS: dict[JobKind, Function] = {
    JobKind.READ: lazy("data_loading", "read_dataset"),
    JobKind.DIAGNOSE: lazy("diagnosis", "diagnose_task"),
    JobKind.DOWNLOAD_SIZE: lazy("models", "download_size"),
    JobKind.BACKBONE_INFO: lazy("models", "inspect_backbone"),
    JobKind.PROFILE: lazy("models", "profile"),
    JobKind.LR_FINDER: lazy("lr_finder", "find_learning_rate"),
    JobKind.AUGMENTATION_PREVIEW: lazy("augmentation", "preview_augmentation"),
    JobKind.TRAIN: lazy("models", "train"),
    JobKind.PRETRAIN: lazy("pretraining", "pretrain_backbone"),
    JobKind.SNAPSHOTS: lazy("snapshots", "score_snapshots"),
    JobKind.COMPARE: lazy("compare", "compare"),
    JobKind.PROBE: lazy("diagnostics.probing", "probe"),
    JobKind.PROJECTION: lazy("diagnostics.projection", "project_layer"),
    JobKind.NEIGHBOURS: lazy("diagnostics.nearest_neighbours", "find_neighbours"),
    JobKind.PROJECTION_ANIMATION: lazy("diagnostics.projection_animation", "animate_layers"),
    JobKind.BASELINES: lazy("diagnostics.baselines", "compare_baselines"),
    JobKind.LABEL_EFFICIENCY: lazy("diagnostics.label_efficiency", "measure_label_efficiency"),
    JobKind.SIMILARITY: lazy("diagnostics.similarity", "compute_similarity"),
    JobKind.FORGETTING: lazy("diagnostics.forgetting.forgetting", "measure_forgetting"),
    JobKind.ERROR_ANALYSIS: lazy("diagnostics.error_analysis", "analyse_errors"),
    JobKind.TRANSFERABILITY: lazy("diagnostics.transferability", "score_transferability"),
    JobKind.ADVICE: lazy("diagnostics.advice", "advise"),
    JobKind.REPORT: lazy("report", "write_report"),
    JobKind.EXPORT: lazy("export", "export"),
    JobKind.PREDICT: lazy("predictions", "predict"),
    JobKind.PREDICT_FILE: lazy("predictions", "predict_file"),
}
