"""Reading and diagnosing tables, what their columns mean, and the splits; nothing here imports torch."""

from translearn_core.data.columns import PART, ROW
from translearn_core.data.dataset import SPLITS, Prepared, TokenStatistics
from translearn_core.data.diagnosis import diagnose
from translearn_core.data.files.decoding import CODECS
from translearn_core.data.files.dialect import DELIMITERS
from translearn_core.data.prepare import prepare
from translearn_core.data.read_table import read
from translearn_core.data.sample_datasets import SAMPLES, Sample, sample_bytes

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
