"""How much of a run's frozen part was already there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reuse:
    """Texts of a run, how many of them had to be encoded, and the seconds that the others once took."""

    texts: int
    encoded: int
    saved_seconds: float

    def told(self) -> str:
        """Return it in words."""
        said = f"encoded {self.encoded:,} of {self.texts:,} texts"
        return f"{said}, saved {max(1.0, self.saved_seconds):,.0f} s" if self.saved_seconds else said
