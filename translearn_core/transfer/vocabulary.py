"""Whole words of a backbone's vocabulary and their nearest neighbours by word embedding."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from translearn_core.backbones import Backbone
from translearn_core.inputs.modality import embedding_table
from translearn_core.transfer.word_split import unspaced

NEAREST = 5
"""Neighbours returned per word."""
CANDIDATES = 16
"""Nearest entries considered per word; some differ only in case."""
QUERY_BLOCK, KEY_BLOCK = 2048, 8192
"""Words per block of the similarity matrix, which bounds memory."""
MARKS = ("▁", "Ġ")
"""Marks of a preceding space: in SentencePiece, and in byte-level BPE."""
MIN_MARKED = 0.05
"""Minimum share of marked pieces for a tokenizer to count as marking spaces."""


def nearest_words(words: Collection[str], backbone: Backbone) -> dict[str, tuple[str, ...]]:
    """Return the nearest other words, by cosine of word embeddings, of those `words` in the vocabulary."""
    embeddings = embedding_table(backbone.model).weight.detach()
    known = whole_words(backbone.tokenizer, len(embeddings))
    entries = {word: entry for word in words if (entry := _entry(word, known))}
    queries, names = sorted(set(entries.values())), sorted(known)
    ids = torch.tensor([known[name] for name in names], device=embeddings.device)
    near: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(queries), QUERY_BLOCK):
        block = queries[start : start + QUERY_BLOCK]
        index = torch.tensor([known[word] for word in block], device=embeddings.device)
        nearest = _nearest(embeddings[index], embeddings, ids).tolist()
        for word, row in zip(block, nearest, strict=True):
            near[word] = _others(word, [names[i] for i in row])
    return {word: near[entry] for word, entry in entries.items() if near[entry]}


def whole_words(tokenizer: PreTrainedTokenizerFast, rows: int) -> dict[str, int]:
    """Return the words that are single vocabulary entries, with their ids below `rows`.

    Letters only, without special tokens and pieces of longer words. A character of a script without spaces
    always counts as a word. Empty for tokenizers that mark the ends of words, where whole words and word
    endings cannot be distinguished.
    """
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    pieces = {p: i for p, i in tokenizer.get_vocab().items() if i < rows and i not in special}
    mark = _mark(pieces)
    inner = getattr(tokenizer.backend_tokenizer.model, "continuing_subword_prefix", None) or "##"
    if mark is None and any(piece.endswith("</w>") for piece in pieces):
        return {}
    words: dict[str, int] = {}
    for piece, number in sorted(pieces.items()):
        marked = mark is not None and piece.startswith(mark)
        body = piece.removeprefix(mark or "")
        if mark is None and piece.startswith(inner):
            continue
        if mark == "Ġ" and not body.isascii():
            body = tokenizer.convert_tokens_to_string([body])
        if _is_word(body) and (mark is None or marked or all(map(unspaced, body))):
            words.setdefault(body, number)
    return words


def _mark(pieces: Collection[str]) -> str | None:
    starts = Counter(piece[0] for piece in pieces if len(piece) > 1)
    marks = [mark for mark in MARKS if starts[mark] > MIN_MARKED * len(pieces)]
    return max(marks, key=lambda mark: starts[mark]) if marks else None


def _is_word(text: str) -> bool:
    letters = [unicodedata.category(character)[0] for character in text]
    return "L" in letters and set(letters) <= {"L", "M"}


def _entry(word: str, known: Collection[str]) -> str | None:
    return word if word in known else word.lower() if word.lower() in known else None


@torch.inference_mode()
def _nearest(queries: Tensor, embeddings: Tensor, ids: Tensor) -> Tensor:
    """Return indices into `ids` of the nearest entries, best first, shape (queries, at most CANDIDATES)."""
    queries = functional.normalize(queries.float(), dim=1)
    best = torch.empty(len(queries), 0, device=queries.device)
    nearest = torch.empty(len(queries), 0, dtype=torch.int64, device=queries.device)
    for start in range(0, len(ids), KEY_BLOCK):
        block = functional.normalize(embeddings[ids[start : start + KEY_BLOCK]].float(), dim=1)
        cosine, index = (queries @ block.T).topk(min(CANDIDATES, len(block)), dim=1)
        best, nearest = torch.cat([best, cosine], 1), torch.cat([nearest, index + start], 1)
        best, order = best.topk(min(CANDIDATES, best.shape[1]), dim=1)
        nearest = nearest.gather(1, order)
    return nearest


def _others(word: str, nearest: Sequence[str]) -> tuple[str, ...]:
    other = (name for name in nearest if name.casefold() != word.casefold())
    return tuple(dict.fromkeys(other))[:NEAREST]
