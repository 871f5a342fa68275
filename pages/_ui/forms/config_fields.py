"""Form widgets from config fields: type, description and bounds of a field give its widget."""

import types
import typing
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from pages._ui.shell import language, st, state
from translearn_core.config import (
    BaseConfig,
    LayerCombination,
    Optimizer,
    PairEncoding,
    ProblemType,
    Schedule,
    TaskOrder,
    TaskWeighting,
    Tuning,
)
from translearn_core.errors.validation_errors import explain_validation_error

C = TypeVar("C", bound=BaseConfig)

LABELS: dict[str, str] = {
    "epochs": "Epochs",
    "lr": "Learning rate of the backbone",
    "head_lr": "Learning rate of the head",
    "batch_size": "Batch size",
    "optimizer": "Optimizer",
    "momentum": "Momentum",
    "weight_decay": "Weight decay",
    "warmup_ratio": "Warm-up",
    "schedule": "Schedule",
    "max_grad_norm": "Gradient clipping",
    "class_weights": "Class weights",
    "regression_loss": "Loss of a number",
    "patience": "Early stopping",
    "task_weighting": "Weights of the targets",
    "task_order": "Order of the targets",
    "loss_weight": "Weight of its loss",
    "keep": "Epoch to keep",
    "predict_train": "Predict the training rows",
    "time": "Split by time",
    "test_groups": "Test on whole groups",
    "k_folds": "Folds of a cross-validation",
    "fold": "Fold to test on",
    "precision": "Precision",
    "device": "Device",
    "seed": "Seed",
    "pooling": "Pooling",
    "token_limit": "Token limit",
    "kind": "Head",
    "width": "Hidden units",
    "activation": "Activation",
    "dropout": "Dropout",
    "validation": "Validation share",
    "test": "Test share",
    "folds": "Folds",
    "neighbours": "Neighbours",
    "min_dist": "Minimum distance",
    "limit": "Texts used for the fit",
    "method": "Method",
    "rare_class_below": "A class is rare below",
    "layer_decay": "Layer-wise decay of the rate",
    "l2_sp": "Pull to the start (L2-SP)",
    "lr_per_block": "Discriminative rates: one for each block",
    "layer_combination": "Layers",
    "layer": "Layer",
    "pair_encoding": "Encoding of a pair",
    "text_pair": "Second text",
    "sentence": "Sentence",
    "teacher": "Teacher",
    "rank": "Rank",
    "tuning.kind": "What changes",
    "tuning.dropout": "Dropout of LoRA",
    "bottleneck": "Hidden units of an adapter",
    "training.dropout": "Dropout in trained blocks",
    "mixout": "Mixout",
    "alpha": "Alpha",
    "temperature": "Temperature",
    "weight": "Weight of the distillation loss",
    "copies": "Altered copies",
    "delete": "Words deleted",
    "swap": "Words swapped",
    "insert": "Words added",
    "mlm_probability": "Share of masked words",
    "pretrain.lr": "Learning rate",
    "reinit_top_layers": "Re-initialised blocks on top",
    "threshold": "Least probability",
    "rounds": "Rounds",
    "balanced": "Balance classes",
    "ratio": "Texts without a label per labelled one",
    "self_training.weight": "Weight in the loss",
    "label_key": "Column with the true labels",
    "random_init_baseline": "Random weights",
    "control_tasks": "Control tasks",
    "code_orders": "Orders for the code length",
    "contrastive.loss": "Loss of the pairs",
    "draws": "Draws of each text",
    "contrastive.temperature": "Temperature of the loss",
    "objective": "Objective",
    "vectors.width": "Width of a vector",
    "skip_gram.width": "Width of a vector",
    "skip_gram.lr": "Learning rate",
    "steps": "Steps",
    "window": "Context window",
    "negatives": "Negative words",
    "subsampling": "Subsampling",
    "min_count": "Least count of a word",
}
"""Field labels; a key with a dot applies to one form."""

LOWEST = {"epochs": 1}  # 0 only continues a finished run

HINTS: dict[str, str] = {
    "schedule": "how the learning rate falls after warm-up",
    "optimizer": "how gradients become steps; another one brings learning rates that suit it: SGD takes 100 "
    "times, Adafactor 30 times, RMSprop 0.3 times those of AdamW",
    "class_weights": "balanced: every class counts the same in the loss, however rare it is",
    "precision": "auto: bf16 where the device computes it natively, else float32, which is exact but slower",
    "device": "auto: CUDA, then MPS, then the CPU",
    "kind": "linear: one layer; mlp: a hidden layer in between; probe: a linear one fitted at once",
    "activation": "inside an MLP head",
    "folds": "cross-validation: each fold of the training rows is scored by a probe trained on the others",
    "seed": "the same seed gives the same result",
    "method": "PCA: fast and exact; UMAP: shows clusters better, but distances between them mean little",
    "projection.limit": "the projection is fitted on at most so many texts, stratified by class; all other "
    "texts are then projected with it",
    "tuning.kind": "every tensor of the trained blocks, or some of them; LoRA adds "
    "small matrices instead, adapters small networks",
    "layer_combination": "which layers of the frozen backbone make the vector that the head reads",
}
"""Help texts of fields without a description."""

_CHOICES: tuple[tuple[StrEnum, str], ...] = (
    *((problem, problem.prediction) for problem in ProblemType),
    (LayerCombination.LAST, "last"),
    (LayerCombination.SECOND_LAST, "second-last"),
    (LayerCombination.SUM_4, "sum of the last four"),
    (LayerCombination.CONCAT_4, "last four side by side"),
    (LayerCombination.MIX, "learned mix of all"),
    (LayerCombination.ONE, "one layer"),
    (PairEncoding.JOINT, "joint: both in one sequence"),
    (PairEncoding.SIAMESE, "siamese: each alone"),
    (Tuning.ALL, "every tensor"),
    (Tuning.BIASES, "biases only (BitFit)"),
    (Tuning.NORMS, "norms only"),
    (Tuning.LORA, "LoRA beside the matrices"),
    (Tuning.ADAPTERS, "bottleneck adapters"),
    (Schedule.SLANTED, "slanted triangle"),
    (Optimizer.ADAMW, "AdamW"),
    (Optimizer.ADAM, "Adam"),
    (Optimizer.SGD, "SGD with momentum"),
    (Optimizer.RMSPROP, "RMSprop"),
    (Optimizer.ADAFACTOR, "Adafactor"),
    (TaskOrder.JOINT, "joint: all in every epoch"),
    (TaskOrder.SEQUENTIAL, "one after the other"),
    (TaskWeighting.UNCERTAINTY, "learned (uncertainty)"),
)
CHOICE_LABELS = {(type(choice), choice): text for choice, text in _CHOICES}
"""Labels of choices whose value is not readable; choices of two types may have equal values."""

FINE = {
    "lr": 1e-5,
    "head_lr": 1e-4,
    "weight_decay": 0.01,
    "warmup_ratio": 0.05,
    "dropout": 0.05,
    "max_grad_norm": 0.5,
}
FINE |= {"layer_decay": 0.05, "l2_sp": 0.01, "alpha": 1.0, "temperature": 0.5}
OFF = "off"


def edit(config: C, fields: Sequence[str], key: str, *, choices: dict[str, Sequence[Any]] | None = None) -> C:
    """Draw a widget for each of `fields` and return the resulting configuration.

    Raises
    ------
    ConfigError
        If a value is invalid; named by its label. Widget limits hold in the browser only.
    ValidationError
        If the combination of values is invalid.
    """
    values = {name: _field(config, name, f"{key}.{name}", (choices or {}).get(name)) for name in fields}
    return with_values(config, key, **values)


def with_values(config: C, key: str, **values: Any) -> C:
    """Return `config` with other values, validated; raises as `edit` does."""
    try:
        return type(config).model_validate({**dict(config), **values})
    except ValidationError as problem:
        if not problem.errors()[0]["loc"]:
            raise
        raise explain_validation_error(problem, lambda field: _called(field, key)) from None


def label(name: str, key: str) -> str:
    """Return the label of a field of the form `key`."""
    return LABELS.get(f"{key}.{name}", LABELS.get(name, name))


def choice_label(choice: StrEnum) -> str:
    """Return the label of a choice."""
    return CHOICE_LABELS.get((type(choice), choice), str(choice))


def _field(config: BaseConfig, name: str, key: str, choices: Sequence[Any] | None) -> Any:
    info = type(config).model_fields[name]
    value = getattr(config, name)
    kind, optional = _kind(info)
    state.init_widget(key, value)
    field_label = label(name, key.removesuffix(f".{name}"))
    hint = HINTS.get(key) or info.description or HINTS.get(name)
    if choices is not None or issubclass(kind, StrEnum):
        options = list(choices or typing.cast("Collection[Any]", kind))
        return st.selectbox(
            field_label,
            options,
            index=options.index(value) if value in options else 0,
            key=key,
            help=hint,
            format_func=choice_label,
        )
    if kind is bool:
        return st.toggle(field_label, value=bool(value), key=key, help=hint)
    low, high = bounds(info)
    low = LOWEST.get(name, low)
    number: type = kind
    return st.number_input(
        field_label,
        min_value=None if low is None else number(low),
        max_value=None if high is None else number(high),
        value=None if value is None else number(value),
        step=1 if number is int else FINE.get(name, 0.05),
        format=None if number is int else "%g",
        key=key,
        help=hint,
        placeholder=OFF if optional else None,
    )


def _called(field: str, key: str) -> str:
    name, *index = field.split(".")
    return label(name, key) + "".join(f" ({part})" for part in index)


def _kind(info: FieldInfo) -> tuple[type, bool]:
    annotation = info.annotation
    if isinstance(annotation, types.UnionType):
        inner = [a for a in typing.get_args(annotation) if a is not type(None)]
        return inner[0], True
    return typing.cast("type", annotation), False


def bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    """Return the lower and upper bound of a field, None where it has none."""
    low = high = None
    for rule in info.metadata:
        low = getattr(rule, "ge", getattr(rule, "gt", low))
        high = getattr(rule, "le", getattr(rule, "lt", high))
    return low, high


def column(label: str, names: Sequence[str], current: str | None, key: str, hint: str) -> str | None:
    """Choose a column or none; `current` is preset, also if the chosen one is gone."""
    if state.get_value(key, "") not in (None, *names):
        state.set_value(key, current if current in names else None)
    return st.selectbox(
        label,
        list(names),
        format_func=language.AsWritten,
        index=None,
        key=key,
        help=hint,
        placeholder="Choose a column",
    )


def layer(label: str, n_blocks: int, key: str) -> int:
    """Choose a layer, at first the last one."""
    if state.get_value(key, n_blocks) > n_blocks:
        state.set_value(key, n_blocks)
    state.init_widget(key, n_blocks)
    hint = "0: the embeddings; k: the output of block k-1"
    return st.slider(label, 0, n_blocks, n_blocks, key=key, help=hint, width=260, persist_state="session")
