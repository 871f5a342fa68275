"""Base class of configurations."""

from pydantic import BaseModel, ConfigDict


class BaseConfig(BaseModel):
    """Base of all configurations: immutable, hashable, no unknown fields, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
