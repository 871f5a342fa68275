"""What a seed may be: one range for everything that is drawn."""

from typing import Annotated

from pydantic import Field

MAX_SEED = 2**32 - 1
"""The largest seed that NumPy, scikit-learn and PyTorch all take."""

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
"""Where a draw starts: the same seed draws the same."""
