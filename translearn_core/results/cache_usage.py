"""How much of a run's frozen part was already there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CacheUsage:
    """Texts of a run, how often one had to be encoded, and the seconds that the others once took."""

    texts: int
    encoded: int
    saved_seconds: float
    passes: int = 1

    def __add__(self, later: "CacheUsage") -> "CacheUsage":
        """Return what both passes of a run had together; a text that both needed counts twice."""
        return CacheUsage(
            max(self.texts, later.texts),
            self.encoded + later.encoded,
            self.saved_seconds + later.saved_seconds,
            self.passes + later.passes,
        )

    def summary(self) -> str:
        """Return it in words."""
        said = f"encoded {self.encoded:,} of {self.texts:,} texts"
        if self.passes > 1:
            said = f"{self.texts:,} texts, encoded {self.encoded:,} times in {self.passes} passes"
        return f"{said}, saved {max(1.0, self.saved_seconds):,.0f} s" if self.saved_seconds else said
