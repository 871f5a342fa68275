"""Whole words of a backbone's vocabulary, and which of them its word embeddings hold to be alike."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from translearn_core.backbones import Backbone
from translearn_core.backbones.inspection import embedding_table
from translearn_core.transfer.word_split import unspaced

NEAREST = 5
"""Neighbours of a word that are kept."""
LOOKED_AT = 16
"""Nearest entries looked at: some are the same word in other letters."""
ASKED_AT_ONCE, HELD_AGAINST = 2048, 8192
"""Words of a product of embeddings, whose size is what memory is needed for."""
MARKS = ("▁", "Ġ")
"""What stands for the space before a word: in SentencePiece, and in byte-level BPE."""
USUAL = 0.05
"""A tokenizer marks spaces if so large a share of its pieces carries the mark."""


def nearest_words(words: Collection[str], backbone: Backbone) -> dict[str, tuple[str, ...]]:
    """Return the nearest other words, by cosine of word embeddings, of those that are in the vocabulary.

    Only for these is anything computed, in blocks: the vocabulary may be large.
    """
    embeddings = embedding_table(backbone.model).weight.detach()
    known = whole_words(backbone.tokenizer, len(embeddings))
    stands = {word: found for word in words if (found := _entry(word, known))}
    asked, names = sorted(set(stands.values())), sorted(known)
    ids = torch.tensor([known[name] for name in names], device=embeddings.device)
    near: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = asked[start : start + ASKED_AT_ONCE]
        index = torch.tensor([known[word] for word in some], device=embeddings.device)
        places = _nearest(embeddings[index], embeddings, ids).tolist()
        for word, row in zip(some, places, strict=True):
            near[word] = _others(word, [names[place] for place in row])
    return {word: near[found] for word, found in stands.items() if near[found]}


def whole_words(tokenizer: PreTrainedTokenizerFast, rows: int) -> dict[str, int]:
    """Return the words that are one entry of the vocabulary each, with its id below `rows`.

    Letters only; no special tokens, and no pieces that continue or begin a longer word. A character of a
    script without spaces is a word wherever it stands. Empty where a tokenizer marks the ends of words: there
    a word cannot be told from the end of one.
    """
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    pieces = {p: i for p, i in tokenizer.get_vocab().items() if i < rows and i not in special}
    mark = _mark(pieces)
    inner = getattr(tokenizer.backend_tokenizer.model, "continuing_subword_prefix", None) or "##"
    if mark is None and any(piece.endswith("</w>") for piece in pieces):
        return {}
    found: dict[str, int] = {}
    for piece, number in sorted(pieces.items()):
        marked = mark is not None and piece.startswith(mark)
        body = piece.removeprefix(mark or "")
        if mark is None and piece.startswith(inner):
            continue
        if mark == "Ġ" and not body.isascii():
            body = tokenizer.convert_tokens_to_string([body])
        if _is_word(body) and (mark is None or marked or all(map(unspaced, body))):
            found.setdefault(body, number)
    return found


def _mark(pieces: Collection[str]) -> str | None:
    starts = Counter(piece[0] for piece in pieces if len(piece) > 1)
    usual = [mark for mark in MARKS if starts[mark] > USUAL * len(pieces)]
    return max(usual, key=lambda mark: starts[mark]) if usual else None


def _is_word(text: str) -> bool:
    letters = [unicodedata.category(character)[0] for character in text]
    return "L" in letters and set(letters) <= {"L", "M"}


def _entry(word: str, known: Collection[str]) -> str | None:
    return word if word in known else word.lower() if word.lower() in known else None


@torch.inference_mode()
def _nearest(asked: Tensor, embeddings: Tensor, ids: Tensor) -> Tensor:
    """Return the places in `ids` of the nearest entries, best first, shape (asked, at most LOOKED_AT)."""
    asked = functional.normalize(asked.float(), dim=1)
    best = torch.empty(len(asked), 0, device=asked.device)
    places = torch.empty(len(asked), 0, dtype=torch.int64, device=asked.device)
    for start in range(0, len(ids), HELD_AGAINST):
        block = functional.normalize(embeddings[ids[start : start + HELD_AGAINST]].float(), dim=1)
        alike, place = (asked @ block.T).topk(min(LOOKED_AT, len(block)), dim=1)
        best, places = torch.cat([best, alike], 1), torch.cat([places, place + start], 1)
        best, kept = best.topk(min(LOOKED_AT, best.shape[1]), dim=1)
        places = places.gather(1, kept)
    return places


def _others(word: str, nearest: Sequence[str]) -> tuple[str, ...]:
    other = (name for name in nearest if name.casefold() != word.casefold())
    return tuple(dict.fromkeys(other))[:NEAREST]
