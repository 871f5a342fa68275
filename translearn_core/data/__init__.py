"""Read, diagnose and prepare tables for a task; nothing here imports torch."""

from translearn_core.data.columns import PART, ROW
from translearn_core.data.dataset import PreparedDataset, TokenStatistics
from translearn_core.data.diagnosis import diagnose
from translearn_core.data.files.code_pages import CODECS
from translearn_core.data.files.dialect import DELIMITERS
from translearn_core.data.prepare import prepare
from translearn_core.data.read_table import read_table
from translearn_core.data.sample_datasets import SAMPLES, SampleDataset, sample_bytes
from translearn_core.tasks.splits import SPLITS

__all__ = [
    "CODECS",
    "DELIMITERS",
    "PART",
    "ROW",
    "SAMPLES",
    "SPLITS",
    "PreparedDataset",
    "SampleDataset",
    "TokenStatistics",
    "diagnose",
    "prepare",
    "read_table",
    "sample_bytes",
]
