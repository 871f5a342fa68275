"""Range of random seeds."""

from typing import Annotated

from pydantic import Field

MAX_SEED = 2**32 - 1
"""Largest seed accepted by NumPy, scikit-learn and PyTorch."""

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
