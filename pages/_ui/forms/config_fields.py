"""Forms made from configurations: a field's type says the widget, its description the help, its bounds."""

import types
import typing
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import annotated_types
import streamlit as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from pages._ui.shell import state
from translearn_core.config import BaseConfig, LayerCombination, Schedule, SplitConfig, Tuning
from translearn_core.validation_errors import explain_validation_error

C = TypeVar("C", bound=BaseConfig)

LABELS: dict[str, str] = {
    "epochs": "Epochs",
    "lr": "Learning rate of the backbone",
    "head_lr": "Learning rate of the head",
    "batch_size": "Batch size",
    "weight_decay": "Weight decay",
    "warmup": "Warm-up",
    "schedule": "Schedule",
    "clip": "Gradient clipping",
    "class_weights": "Class weights",
    "patience": "Early stopping",
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
    "limit": "Texts it is found from",
    "method": "Method",
    "rare_below": "A class is rare below",
    "decay": "Rate, block to block below",
    "l2_sp": "Pull to the start (L2-SP)",
    "rates": "A rate for each block",
    "layers": "Layers",
    "layer": "Layer",
    "teacher": "Teacher",
    "rank": "Rank",
    "tuning.kind": "What changes",
    "tuning.dropout": "Dropout on what is added",
    "training.dropout": "Dropout in trained blocks",
    "alpha": "Alpha",
    "temperature": "Temperature",
    "weight": "The teacher's share",
    "copies": "Altered copies",
    "delete": "Words left out",
    "swap": "Words swapped",
    "insert": "Words added",
    "masked": "Share of words covered",
    "pretrain.lr": "Learning rate",
    "fresh_top": "Fresh blocks on top",
    "fresh": "With fresh weights too",
    "controls": "Control tasks",
}
"""What fields are called on screen; a name with a dot is that of a field in one form."""

HINTS: dict[str, str] = {
    "schedule": "how the learning rate falls after warm-up",
    "class_weights": "balanced: every class counts the same in the loss, however rare it is",
    "precision": "auto: bf16 where the device computes it natively, else float32, which is exact but slower",
    "device": "auto: CUDA, then MPS, then the CPU",
    "kind": "linear: one layer; mlp: a hidden layer in between",
    "activation": "inside an MLP head",
    "folds": "parts of the training rows; each is scored by a probe that learned on the others",
    "seed": "the same seed gives the same result",
    "method": "PCA: fast and exact; UMAP: shows clusters better, but distances between them mean little",
    "projection.limit": "at most so many, each class in its share, decide where points lie; all other "
    "texts then take their places on the same map, so that a large table takes little longer",
    "tuning.kind": "every tensor of the trained blocks, or some of them; LoRA adds small matrices instead",
    "layers": "which layers of the frozen backbone make the vector that the head reads",
}
"""Help for fields whose configuration describes itself only in its code."""

WORDS: dict[StrEnum, str] = {
    LayerCombination.LAST: "last",
    LayerCombination.SECOND_LAST: "second-last",
    LayerCombination.SUM_4: "sum of the last four",
    LayerCombination.CONCAT_4: "last four side by side",
    LayerCombination.MIX: "learned mix of all",
    LayerCombination.ONE: "one layer",
    Tuning.ALL: "every tensor",
    Tuning.BIASES: "biases only (BitFit)",
    Tuning.NORMS: "norms only",
    Tuning.LORA: "LoRA beside the matrices",
    Schedule.SLANTED: "slanted triangle",
}
"""What choices are called on screen where their own name would not do."""

FINE = {"lr": 1e-5, "head_lr": 1e-4, "weight_decay": 0.01, "warmup": 0.05, "dropout": 0.05, "clip": 0.5}
FINE |= {"decay": 0.05, "l2_sp": 0.01, "alpha": 1.0, "temperature": 0.5}
OFF = "off"


def edit(config: C, fields: Sequence[str], key: str, *, choices: dict[str, Sequence[Any]] | None = None) -> C:
    """Draw a widget for each of `fields` and return the configuration they say.

    Raises
    ------
    ConfigError
        If a value cannot be, by the name it has on screen; widget limits are the browser's, this is the
        server's check.
    ValidationError
        If the values together cannot be.
    """
    given = {name: _field(config, name, f"{key}.{name}", (choices or {}).get(name)) for name in fields}
    return valid(config, key, **given)


def valid(config: C, key: str, **given: Any) -> C:
    """Return `config` with other values, checked; raises as `edit` does."""
    try:
        return type(config).model_validate({**dict(config), **given})
    except ValidationError as problem:
        if not problem.errors()[0]["loc"]:
            raise
        raise explain_validation_error(problem, lambda field: _called(field, key)) from None


def label(name: str, key: str) -> str:
    """Return what a field of the form `key` is called on screen."""
    return LABELS.get(f"{key}.{name}", LABELS.get(name, name))


def word(choice: StrEnum) -> str:
    """Return what a choice is called on screen."""
    return WORDS.get(choice, str(choice))


def reset(config: BaseConfig, key: str) -> None:
    """Show the values of `config` in the form `key`; call it before the form is drawn, or in a callback."""
    for name, value in dict(config).items():
        state.set_value(f"{key}.{name}", value)


def _field(config: BaseConfig, name: str, key: str, choices: Sequence[Any] | None) -> Any:
    info = type(config).model_fields[name]
    value = getattr(config, name)
    kind, optional = _kind(info)
    state.init_widget(key, value)
    said = label(name, key.removesuffix(f".{name}"))
    hint = HINTS.get(key) or info.description or HINTS.get(name)
    if choices is not None or issubclass(kind, StrEnum):
        return st.selectbox(
            said, list(choices or typing.cast("Collection[Any]", kind)), key=key, help=hint, format_func=word
        )
    if kind is bool:
        return st.toggle(said, key=key, help=hint)
    low, high = bounds(info)
    number: type = kind
    return st.number_input(
        said,
        min_value=None if low is None else number(low),
        max_value=None if high is None else number(high),
        step=1 if number is int else FINE.get(name, 0.05),
        format=None if number is int else "%g",
        key=key,
        help=hint,
        placeholder=OFF if optional else None,
    )


def _called(field: str, key: str) -> str:
    name, *within = field.split(".")
    return label(name, key) + "".join(f" ({place})" for place in within)


def _kind(info: FieldInfo) -> tuple[type, bool]:
    annotation = info.annotation
    if isinstance(annotation, types.UnionType):
        inner = [a for a in typing.get_args(annotation) if a is not type(None)]
        return inner[0], True
    return typing.cast("type", annotation), False


def bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    """Return the least and the most a field may be, None where it has no bound."""
    low = high = None
    for rule in info.metadata:
        if isinstance(rule, annotated_types.Ge | annotated_types.Gt):
            low = (
                getattr(rule, "ge", None)
                if isinstance(rule, annotated_types.Ge)
                else getattr(rule, "gt", None)
            )
        if isinstance(rule, annotated_types.Le | annotated_types.Lt):
            high = (
                getattr(rule, "le", None)
                if isinstance(rule, annotated_types.Le)
                else getattr(rule, "lt", None)
            )
    return typing.cast("float | None", low), typing.cast("float | None", high)


def column(label: str, names: Sequence[str], current: str | None, key: str, hint: str) -> str | None:
    """Choose a column, or none; `current` stands there at first, and where the one chosen is gone."""
    if state.get_value(key, "") not in (None, *names):
        state.set_value(key, current if current in names else None)
    return st.selectbox(label, list(names), index=None, key=key, help=hint, placeholder="Choose a column")


def split(draft: state.Draft, names: Sequence[str], parts: Collection[str]) -> tuple[SplitConfig, int]:
    """Choose how rows are dealt to train, validation and test, and when a class is rare."""
    with st.expander("How rows are dealt to train, validation and test", icon=":material/call_split:"):
        if len(parts) > 1:
            st.caption(
                "Your own validation or test file is used as it is; what is missing is drawn from the "
                "first table."
            )
        by = column(
            "Split column",
            names,
            draft.split.column,
            "split_column",
            "a column that says train, validation or test",
        )
        group = column(
            "Keep together",
            names,
            draft.split.group,
            "group_column",
            "rows with the same entry here, such as the same author, stay in one split",
        )
        apart = group not in (draft.text, by)
        config = draft.split.model_copy(update={"column": by, "group": group if apart else None})
        with st.grid(4, min_column_width=150):
            config = edit(config, ("validation", "test", "seed"), "split_form")
            state.init_widget("rare_below", draft.rare_below)
            rare = st.number_input(
                LABELS["rare_below"], 2, 1000, key="rare_below", help="rows; such classes are named above"
            )
        return config, rare
