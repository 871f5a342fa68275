"""Which words are covered: a share of the tokens, never a special one, at least one of every text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from translearn_core.activations import TokenizedTexts

COVERED, SWAPPED = 0.8, 0.1
"""Of the tokens to guess so many show the mask token, so many another word, and the rest themselves."""

IGNORE_INDEX = -100
"""Stands where there is nothing to guess."""


@dataclass(frozen=True)
class MaskableIds:
    """A vocabulary as masking sees it: `ordinary` marks by id what is no special token, shape (ids,)."""

    ordinary: NDArray[np.bool_]
    mask: int

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerFast, rows: int) -> "MaskableIds":
        """Return the words of a tokenizer whose model has so many rows of word embeddings."""
        ordinary = np.zeros(rows, dtype=bool)
        ordinary[[k for k in tokenizer.get_vocab().values() if k < rows]] = True
        ordinary[[k for k in tokenizer.all_special_ids if k < rows]] = False
        return cls(ordinary, tokenizer.mask_token_id)


@dataclass(frozen=True)
class Masked:
    """Texts with covered words: the model reads `seen` and guesses `hidden`, `NOTHING` elsewhere."""

    seen: TokenizedTexts
    hidden: TokenizedTexts

    def batch(self, index: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        """Return ids, attention mask and what to guess of some texts, shape (len(index), longest) each."""
        ids, mask = self.seen.padded(index)
        return ids, mask, self.hidden.padded(index)[0]


def masked(tokens: TokenizedTexts, words: MaskableIds, share: float, random: np.random.Generator) -> Masked:
    """Cover a `share` of the ordinary tokens, drawn one by one; in a text that got none, one.

    References
    ----------
    Devlin et al. 2019, arXiv:1810.04805, section 3.1 and appendix A.1.
    """
    ids = tokens.ids
    draw = np.where(words.ordinary[ids], random.random(len(ids)), 1.0)
    lowest = np.repeat(np.minimum.reduceat(draw, tokens.offsets[:-1]), tokens.lengths)
    chosen = (draw < share) | ((draw == lowest) & (draw < 1.0))
    fate = random.random(len(ids))
    other = chosen & (fate >= 1.0 - SWAPPED)
    seen = np.where(chosen & (fate < COVERED), words.mask, ids).astype(ids.dtype)
    seen[other] = random.choice(np.flatnonzero(words.ordinary), int(other.sum()))
    hidden = np.where(chosen, ids, IGNORE_INDEX).astype(ids.dtype)
    return Masked(
        TokenizedTexts(seen, tokens.offsets, tokens.pad), TokenizedTexts(hidden, tokens.offsets, IGNORE_INDEX)
    )
