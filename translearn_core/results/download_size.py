"""Download size of a backbone."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class DownloadSize:
    """Bytes still to download before a backbone can be used."""

    bytes: int

    def frame(self) -> pd.DataFrame:
        """Return one row."""
        return pd.DataFrame({"bytes": [self.bytes]})
