"""The texts of a pre-training: different ones only, some held out to see what was gained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import ProgressCallback, TokenizedTexts, tokenize
from translearn_core.backbones import Backbone
from translearn_core.backbones.inspection import embedding_table
from translearn_core.config import PretrainConfig
from translearn_core.errors import DataError
from translearn_core.pretraining.masking import MaskableIds, Masked, masked
from translearn_core.results.pretraining import LEAST_TEXTS

HELD_OUT, FEWEST, MOST = 0.05, 20, 1_000
"""Share of the texts that is held out, and how many these are at least and at most."""

_DEAL, _COVER = 1, 2
"""Which draw of a seed: a split and a mask must not follow from the same numbers."""


@dataclass(frozen=True)
class Corpus:
    """Tokens of n different texts, and which of them are learned from and which held out."""

    tokens: TokenizedTexts
    words: MaskableIds
    train: NDArray[np.int64]
    held_out: NDArray[np.int64]
    mlm_probability: float
    seed: int

    @classmethod
    def of(
        cls, texts: Sequence[str], backbone: Backbone, config: PretrainConfig, report: ProgressCallback
    ) -> "Corpus":
        """Split `texts` into tokens; a text that stands there twice, or holds no word, is left out.

        Raises
        ------
        DataError
            If fewer than `LEAST_TEXTS` are left.
        """
        tokens = tokenize(backbone.tokenizer, list(dict.fromkeys(texts)), config.token_limit, report)
        words = MaskableIds.of(backbone.tokenizer, embedding_table(backbone.model).num_embeddings)
        filled = np.zeros(len(tokens), dtype=bool)
        if len(tokens):
            filled = np.maximum.reduceat(words.ordinary[tokens.ids], tokens.offsets[:-1])
        if (there := int(filled.sum())) < LEAST_TEXTS:
            raise DataError(
                f"text: the column {config.text!r} has {there} different texts to learn from, "
                f"pre-training needs {LEAST_TEXTS}: bring more texts or choose another column."
            )
        order = np.random.default_rng((config.seed, _DEAL)).permutation(np.flatnonzero(filled))
        held = min(MOST, max(FEWEST, round(HELD_OUT * there)))
        return cls(tokens, words, np.sort(order[held:]), np.sort(order[:held]), config.masked, config.seed)

    def masked(self, epoch: int | None = None) -> Masked:
        """Return the texts with other words covered in every epoch, and without one always the same."""
        random = np.random.default_rng((self.seed, _COVER, 0 if epoch is None else 1 + epoch))
        return masked(self.tokens, self.words, self.mlm_probability, random)
