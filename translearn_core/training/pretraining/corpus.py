"""Pretraining corpus: deduplicated, tokenized texts, split into training and held-out texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.backbones import Backbone
from translearn_core.errors import DataError
from translearn_core.inputs.examples import ProgressCallback
from translearn_core.inputs.modality import embedding_table
from translearn_core.inputs.text import TokenizedTexts, tokenize
from translearn_core.jobs import PretrainConfig
from translearn_core.results.training.pretraining import LEAST_TEXTS, held_out_texts
from translearn_core.training.pretraining.masking import MaskableIds, Masked, masked

_SPLIT, _MASK = 1, 2
"""Random streams of one seed, so that split and masks are independent."""


@dataclass(frozen=True)
class Corpus:
    """Tokens of distinct texts, with the indices of training and held-out texts."""

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
        """Tokenize `texts` without duplicates and texts without words, and hold some out.

        Raises
        ------
        DataError
            If fewer than `LEAST_TEXTS` are left.
        """
        distinct, names = list(dict.fromkeys(texts)), backbone.input_names.taken
        tokens = tokenize(backbone.tokenizer, distinct, config.token_limit, report, names=names)
        words = MaskableIds.of(backbone.tokenizer, embedding_table(backbone.model).num_embeddings)
        has_words = np.zeros(len(tokens), dtype=bool)
        if len(tokens):
            has_words = np.maximum.reduceat(words.ordinary[tokens.ids], tokens.offsets[:-1])
        if (count := int(has_words.sum())) < LEAST_TEXTS:
            columns = " and ".join(map(repr, config.text_columns))
            noun, verb = ("column", "has") if config.text_pair is None else ("columns", "have")
            raise DataError(
                f"text: the {noun} {columns} {verb} {count} different texts to learn from, "
                f"pre-training needs {LEAST_TEXTS}: bring more texts or choose another column."
            )
        order = np.random.default_rng((config.seed, _SPLIT)).permutation(np.flatnonzero(has_words))
        held = held_out_texts(count)
        return cls(
            tokens, words, np.sort(order[held:]), np.sort(order[:held]), config.mlm_probability, config.seed
        )

    def masked(self, epoch: int | None = None) -> Masked:
        """Return the texts masked anew for every epoch; without `epoch` the mask is always the same."""
        random = np.random.default_rng((self.seed, _MASK, 0 if epoch is None else 1 + epoch))
        return masked(self.tokens, self.words, self.mlm_probability, random)
