"""Transfer matrix of the draft's data and backbone."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.forms.require_task import Ready
from translearn_core.config import DomainConfig, FeatureConfig
from translearn_core.jobs import TRANSFER_MATRIX, TransferMatrixConfig


def panel(ready: Ready) -> None:
    """Show the matrix, or the button that computes it."""
    config = matrix_config(ready)
    matrix = diagnostic.result(TRANSFER_MATRIX, config)
    if matrix is not None:
        diagnostic.show(TRANSFER_MATRIX, matrix)


def matrix_config(ready: Ready) -> TransferMatrixConfig:
    """Return the job of the draft's data, backbone and features, with all domains."""
    data, draft = ready.data, ready.draft
    assert data.domains is not None
    features = FeatureConfig(
        **{name: getattr(draft.features, name) for name in ("pooling", "token_limit", "pair_encoding")}
    )
    whole = data.model_copy(update={"domains": DomainConfig(column=data.domains.column), "train_rows": None})
    return TransferMatrixConfig(
        data=whole,
        backbone=draft.backbone,
        features=features,
        precision=draft.training.precision,
        device=draft.training.device,
        seed=draft.training.seed,
    )
