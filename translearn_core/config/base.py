"""Base classes of configurations and jobs, the identity of a job, and the range of random seeds."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Generic, Self

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, Field
from pydantic_core import to_json
from typing_extensions import TypeVar

FORMAT = 6
"""Version of the results' format; part of every job id, so that old results are never read as new ones."""

MAX_SEED = 2**32 - 1
"""Largest seed accepted by NumPy, scikit-learn and PyTorch."""

R = TypeVar("R", default=Any)

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]


FIRST_NAMES = {
    "cleaning": "fixes",
    "rare_class_below": "rare_below",
    "subset_seed": "rows_seed",
    "balanced_subset": "balanced",
    "freeze": "plan",
    "resume_from": "continues",
    "keep_blocks": "blocks",
    "reinit_top_layers": "fresh_top",
    "layer_combination": "layers",
    "custom_recipe": "own",
    "resample": "redraw",
    "min_steps": "fewest_steps",
    "layer_decay": "decay",
    "lr_per_block": "rates",
    "warmup_ratio": "warmup",
    "max_grad_norm": "clip",
    "mlm_probability": "masked",
    "from_scratch_run": "scratch",
    "earlier_runs": "earlier",
    "arms": "cells",
    "reference_size": "at",
    "target": "about",
    "control_tasks": "controls",
    "second_seed_run": "sibling",
    "random_init_baseline": "fresh",
}
"""First names of renamed fields: job ids and the database keep them, so that a new name changes no id.

Input may use either name; what is written for people has the current one.
"""


LATER_FIELDS = frozenset(
    {
        "keep", "time", "test_groups", "top_labels", "review_precision", "k_folds", "fold", "regression_loss",
        "text_pair", "pair_encoding", "optimizer", "momentum", "mixout", "bottleneck", "code_orders",
        "loss_weight", "other_targets", "task_weighting", "task_order", "joint_run", "sentence",
        "predict_train", "words_per_text", "domains", "adaptation", "ways", "contrastive",
        "self_training", "label_key", "redraw_folds", "target_data", "sources", "target_rate",
        "backbone_rate", "task", "notes", "language", "word_weights",
    }
)  # fmt: skip
"""Fields that came later: at their default they are left out of job ids and the database."""


class BaseConfig(BaseModel):
    """Base of all configurations: immutable, hashable, no unknown fields, finite numbers only."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        alias_generator=AliasGenerator(
            validation_alias=lambda name: (
                AliasChoices(name, FIRST_NAMES[name]) if name in FIRST_NAMES else name
            ),
            serialization_alias=lambda name: FIRST_NAMES.get(name, name),
        ),
        populate_by_name=True,
        loc_by_alias=False,
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with fields replaced, unvalidated; raise TypeError for names that are no fields."""
        if unknown := set(update or ()) - set(type(self).model_fields):
            raise TypeError(f"{type(self).__name__} has no field {sorted(unknown)[0]!r}")
        return super().model_copy(update=update, deep=deep)


class JobConfig(BaseConfig, Generic[R]):
    """Configuration of a job with a result of type R; its class determines the kind of the job."""

    kind: ClassVar[str]

    def references(self) -> Iterable[str | None]:
        """Return the jobs whose files are needed, the parent first; None and duplicates are ignored."""
        return ()

    def dataset_digest(self) -> str | None:
        """Return the digest of the data set, if the configuration names one."""
        return None


def canonical_json(config: BaseConfig) -> str:
    """Return the JSON of a configuration for job ids and the database.

    Fields have their `FIRST_NAMES`; `LATER_FIELDS` at their default are left out.
    """
    values = config.model_dump(mode="json", by_alias=True)
    _drop_later_fields(config, values)
    return to_json(values).decode()


def _drop_later_fields(config: Any, values: Any) -> None:
    """Remove later fields at their default from the values of a configuration and of those within it."""
    if isinstance(config, tuple) and isinstance(values, list):
        for item, entry in zip(config, values, strict=True):
            _drop_later_fields(item, entry)
    elif isinstance(config, BaseConfig) and isinstance(values, dict):
        for name, field in type(config).model_fields.items():
            value = getattr(config, name)
            if name in LATER_FIELDS and value == field.default:
                del values[name]
            else:
                _drop_later_fields(value, values.get(FIRST_NAMES.get(name, name)))


def job_id(config: JobConfig) -> str:
    """Return the job's id, 20 hexadecimal digits; equal configurations share one job."""
    text = f"{FORMAT}:{config.kind}:{canonical_json(config)}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def referenced_jobs(config: JobConfig) -> tuple[str, ...]:
    """Return the jobs whose files a configuration needs; they must belong to its owner."""
    return tuple(dict.fromkeys(filter(None, config.references())))
