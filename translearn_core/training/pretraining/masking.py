"""Token masking: a share of the ordinary tokens, at least one per text."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from translearn_core.inputs.examples import ModelInput
from translearn_core.inputs.text import IDS, TokenizedTexts
from translearn_core.transfer.objectives import IGNORE_INDEX

MASKED, REPLACED = 0.8, 0.1
"""Shares of chosen tokens shown as the mask token and as a random token; the rest stay unchanged."""


@dataclass(frozen=True)
class MaskableIds:
    """Maskable token ids: `ordinary` marks non-special ids, shape (ids,); `mask` is the mask token's id."""

    ordinary: NDArray[np.bool_]
    mask: int

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerFast, rows: int) -> "MaskableIds":
        """Return the maskable ids of a tokenizer whose model has `rows` word embeddings."""
        ordinary = np.zeros(rows, dtype=bool)
        ordinary[[k for k in tokenizer.get_vocab().values() if k < rows]] = True
        ordinary[[k for k in tokenizer.all_special_ids if k < rows]] = False
        return cls(ordinary, tokenizer.mask_token_id)


@dataclass(frozen=True)
class Masked:
    """Masked texts: `seen` is the model's input, `hidden` the labels, `IGNORE_INDEX` where not predicted."""

    seen: TokenizedTexts
    hidden: TokenizedTexts

    def batch(self, index: NDArray[np.int64]) -> tuple[ModelInput, Tensor]:
        """Return some texts and their labels, shape (len(index), longest)."""
        return self.seen.batch(index), self.hidden.batch(index).tensors[IDS]


def masked(tokens: TokenizedTexts, words: MaskableIds, share: float, random: np.random.Generator) -> Masked:
    """Mask each ordinary token with probability `share`, and at least one per text.

    References
    ----------
    Devlin et al. 2019, arXiv:1810.04805, section 3.1 and appendix A.1.
    """
    ids = tokens.ids
    draw = np.where(words.ordinary[ids], random.random(len(ids)), 1.0)
    lowest = np.repeat(np.minimum.reduceat(draw, tokens.offsets[:-1]), tokens.cost)
    chosen = (draw < share) | ((draw == lowest) & (draw < 1.0))
    roll = random.random(len(ids))
    replaced = chosen & (roll >= 1.0 - REPLACED)
    seen = np.where(chosen & (roll < MASKED), words.mask, ids).astype(ids.dtype)
    seen[replaced] = random.choice(np.flatnonzero(words.ordinary), int(replaced.sum()))
    hidden = np.where(chosen, ids, IGNORE_INDEX).astype(ids.dtype)
    return Masked(
        replace(tokens, tensors={**tokens.tensors, IDS: seen}),
        TokenizedTexts({IDS: hidden}, tokens.offsets, {IDS: IGNORE_INDEX}),
    )
