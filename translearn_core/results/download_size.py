"""How much of a backbone is still to be downloaded."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class DownloadSize:
    """Bytes to download before a backbone can be used; 0 for one that is here."""

    bytes: int

    def frame(self) -> pd.DataFrame:
        """Return one row."""
        return pd.DataFrame({"bytes": [self.bytes]})
