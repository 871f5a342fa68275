"""Base class of configurations, and the range of random seeds."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_SEED = 2**32 - 1
"""Largest seed accepted by NumPy, scikit-learn and PyTorch."""

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]


class BaseConfig(BaseModel):
    """Base of all configurations: immutable, hashable, no unknown fields, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
