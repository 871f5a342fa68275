"""What a backbone makes of the texts of each domain: its tokens, and its neighbours in the last layer."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.domains import Overlap, domain_overlap
from translearn_core.backbones import Backbone, token_statistics
from translearn_core.config import Split
from translearn_core.data import PreparedDataset
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.splits import SPLITS
from translearn_core.worker.diagnostics.domains.sources import domains_of

NOWHERE = Overlap(float("nan"), float("nan"), float("nan"))
"""Overlap of a domain without training rows."""


def domain_texts(
    prepared: PreparedDataset, backbone: Backbone, token_limit: int, vectors: NDArray[np.floating], seed: int
) -> pd.DataFrame:
    """Return one row per domain, see `TransferMatrix.texts`."""
    assert prepared.domain is not None
    names = domains_of(prepared)
    codes = pd.Index(names).get_indexer(pd.Index(prepared.domain)).astype(np.int64)
    train = prepared.split_indices(Split.TRAIN)
    strata = PROBLEMS[prepared.target.problem].strata(prepared.target)
    overlap = domain_overlap(vectors[train], codes[train], strata[train], seed)
    lines = []
    for code, name in enumerate(names):
        own = train[codes[train] == code]
        own = own if len(own) else np.flatnonzero(codes == code)
        near = overlap.get(code, NOWHERE)
        tokens = token_statistics(backbone.tokenizer, [prepared.texts[i] for i in own], token_limit)
        rows = {
            str(split): int(((prepared.split == k) & (codes == code)).sum()) for k, split in enumerate(SPLITS)
        }
        lines.append(
            {
                "domain": name,
                **rows,
                "unknown tokens": tokens.unknown_share,
                "pieces per word": tokens.pieces_per_word,
                "texts cut": float((tokens.lengths > token_limit).mean()),
                "neighbours elsewhere": near.elsewhere,
                "elsewhere by chance": near.chance,
                "same label there": near.agreement,
            }
        )
    return pd.DataFrame(lines)
