"""How much of a run's frozen part was already there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reuse:
    """Texts of a run, how many of them had to be encoded, and the seconds that the others once took."""

    texts: int
    encoded: int
    saved_seconds: float

    def __add__(self, later: "Reuse") -> "Reuse":
        """Return what both stages of a run had; a text encoded in two of them counts twice."""
        return Reuse(
            max(self.texts, later.texts),
            self.encoded + later.encoded,
            self.saved_seconds + later.saved_seconds,
        )

    def told(self) -> str:
        """Return it in words."""
        said = f"encoded {self.encoded:,} of {self.texts:,} texts"
        return f"{said}, saved {max(1.0, self.saved_seconds):,.0f} s" if self.saved_seconds else said
