"""What every configuration is: immutable, hashable JSON without unknown fields."""

from pydantic import BaseModel, ConfigDict


class BaseConfig(BaseModel):
    """Base of every configuration: immutable, hashable, no unknown fields, and no number JSON cannot say."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
