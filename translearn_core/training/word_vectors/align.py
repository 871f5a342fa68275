"""Alignment of two tables of word vectors by an orthogonal map (Procrustes).

References
----------
Xing et al. 2015, doi:10.3115/v1/N15-1104; Artetxe, Labaka & Agirre 2016, doi:10.18653/v1/D16-1250.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes

from translearn_core.activations import ProgressCallback
from translearn_core.backbones import Backbone, load
from translearn_core.backbones.word_vectors.folder import WordVectors, save_word_vectors
from translearn_core.backbones.word_vectors.model import UNKNOWN_ID, WordVectorModel
from translearn_core.config import AlignVectorsConfig
from translearn_core.errors import ConfigError, DataError
from translearn_core.results.training.vector_alignment import LEAST_ANCHORS, VectorAlignment
from translearn_core.runs import artifacts
from translearn_core.runs.workspace import BACKBONE
from translearn_core.storage import atomic_folder
from translearn_core.training.word_vectors.vector_table import VectorTable

FloatArray = NDArray[np.float32]

MOST_ANCHORS = 5_000
"""Anchors used at most: those that are most frequent in the first table."""
FOLDS = 5
"""Folds in which the map is tested on anchors that it was not fitted on."""
CANDIDATES = 20_000
"""Most words of the first table among which the nearest is sought."""

_CARD = """---
license: other
---
Word vectors of {first}, and of {second} in the same space: aligned by an orthogonal map on {anchors} anchors.
"""


def align_vectors(config: AlignVectorsConfig, folder: Path, *, report: ProgressCallback) -> VectorAlignment:
    """Map the second table into the space of the first; save both together as a backbone under `folder`.

    A word in both keeps the vector of the first.

    Raises
    ------
    ConfigError
        If a backbone is no table of word vectors, or their widths differ.
    DataError
        If they share too few anchors.
    """
    started = time.perf_counter()
    report("loading the vectors", 0, 0)
    first, second = (
        _table(name, backbone) for name, backbone in (("first", config.first), ("second", config.second))
    )
    widths = first.vectors.shape[1], second.vectors.shape[1]
    if widths[0] != widths[1]:
        raise ConfigError(
            "second",
            config.second.label,
            f"vectors of {widths[0]} numbers like the first; it has {widths[1]}",
        )
    pairs = anchor_pairs(first.rows, second.rows, config.pairs)
    if len(pairs) < LEAST_ANCHORS:
        raise DataError(
            f"The two tables share {len(pairs)} words, an alignment needs {LEAST_ANCHORS}: give pairs of "
            "words that mean the same, or vectors of texts that share words."
        )
    goal, source = (first.unit[[p[0] for p in pairs]], second.unit[[p[1] for p in pairs]])
    report("testing the map", 0, FOLDS)
    cosines, found = cross_validated(goal, source, [p[0] for p in pairs], first, config.seed)
    rotation = orthogonal_map(source, goal)
    new = [k for k, word in enumerate(second.words) if word not in first.rows]
    words = [*first.words, *(second.words[k] for k in new)]
    vectors = np.concatenate([first.vectors, second.vectors[new] @ rotation])
    card = _CARD.format(first=config.first.label, second=config.second.label, anchors=len(pairs))
    with atomic_folder(folder / BACKBONE, checksums=True) as draft:
        save_word_vectors(WordVectors(words, vectors.astype(np.float32)), draft, card)
    result = VectorAlignment(
        first=config.first.label,
        second=config.second.label,
        words=(len(first.words), len(second.words)),
        anchors=len(pairs),
        cosine_before=float((goal * source).sum(1).mean()),
        cosine_after=float(cosines.mean()),
        found=int(found.sum()),
        candidates=min(CANDIDATES, len(first.words)),
        seconds=round(time.perf_counter() - started, 3),
    )
    artifacts.save(folder, result)
    return result


def orthogonal_map(source: FloatArray, goal: FloatArray) -> FloatArray:
    """Return the orthogonal matrix that brings `source`, shape (n, width), nearest to `goal`."""
    rotation, _ = orthogonal_procrustes(source, goal)
    return np.asarray(rotation, dtype=np.float32)


def anchor_pairs(
    first: Mapping[str, int], second: Mapping[str, int], pairs: Sequence[tuple[str, str]]
) -> list[tuple[int, int]]:
    """Return the rows of words that mean the same: of `pairs`, or of equal words where there are none."""
    named = pairs or [(word, word) for word in first]
    known = dict.fromkeys((first[a], second[b]) for a, b in named if a in first and b in second)
    return sorted(known)[:MOST_ANCHORS]


def cross_validated(
    goal: FloatArray, source: FloatArray, rows: Sequence[int], first: VectorTable, seed: int
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return, of every anchor outside the fit, the cosine after mapping, and whether its word is nearest."""
    fold = np.random.default_rng(seed).permutation(len(goal)) % FOLDS
    cosines, found = np.zeros(len(goal), np.float32), np.zeros(len(goal), dtype=bool)
    among = first.unit[:CANDIDATES]
    for k in range(FOLDS):
        held = fold == k
        mapped = source[held] @ orthogonal_map(source[~held], goal[~held])
        cosines[held] = (mapped * goal[held]).sum(1)
        found[held] = (mapped @ among.T).argmax(1) == np.array(rows)[held]
    return cosines, found


def _table(field: str, config: object) -> VectorTable:
    backbone: Backbone = load(config)  # type: ignore[arg-type]
    if not isinstance(backbone.model, WordVectorModel):
        raise ConfigError(field, backbone.info.id, "word vectors")
    words = backbone.tokenizer.convert_ids_to_tokens(list(range(UNKNOWN_ID + 1, backbone.info.vocabulary)))
    vectors = backbone.model.embeddings.weight.detach().numpy()[UNKNOWN_ID + 1 :]
    return VectorTable(words, vectors)
