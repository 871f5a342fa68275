"""Reading and diagnosing tables, what their columns mean, and the splits; nothing here imports torch."""

from translearn_core.data.columns import PART, ROW
from translearn_core.data.decoding import CODECS
from translearn_core.data.diagnosing import diagnose
from translearn_core.data.dialect import DELIMITERS
from translearn_core.data.prepared import SPLITS, Prepared, TokenStatistics
from translearn_core.data.preparing import prepare
from translearn_core.data.reading import read
from translearn_core.data.samples import SAMPLES, Sample, sample_bytes

__all__ = [
    "CODECS",
    "DELIMITERS",
    "PART",
    "ROW",
    "SAMPLES",
    "SPLITS",
    "Prepared",
    "Sample",
    "TokenStatistics",
    "diagnose",
    "prepare",
    "read",
    "sample_bytes",
]
