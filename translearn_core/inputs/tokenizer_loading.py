"""Tokenizers of backbones: reading and checking them, and token statistics of texts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from translearn_core.config.text_cells import Cell, Word, joined, sides_of
from translearn_core.errors import BackboneError
from translearn_core.inputs.text import text_arguments
from translearn_core.storage.documents import MAX_BYTES, DocumentError, read_json_object

if TYPE_CHECKING:
    from translearn_core.data.dataset import TokenStatistics

PROBE = "A first sentence, 2 numbers & ünïcödé 中文."
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
SETTINGS = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
CHUNK = 1_024
SAMPLE = 20_000
HAN_KANA = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(f"[{HAN_KANA}]|[^\\s{HAN_KANA}]+")
"""Word: text between white space; each Chinese or Japanese character is one word."""


def has_tokenizer(names: Sequence[str]) -> bool:
    """Whether these file names include a tokenizer; without one, transformers may build an empty one."""
    return any(fnmatch(name, pattern) for name in names for pattern in VOCABULARIES)


def read_tokenizer(name: str, folder: Path) -> PreTrainedTokenizerFast:
    """Read the tokenizer in `folder` and try it on a sentence.

    Raises
    ------
    BackboneError
        If there is none or it does not work; a damaged one may panic inside the tokenizers library.
    """
    names = [path.name for path in folder.iterdir()]
    if not has_tokenizer(names):
        raise BackboneError(f"{name} has no tokenizer: copy tokenizer.json into its folder.")
    _refuse_damaged(name, folder, SETTINGS)
    for path in (folder / file for file in names if has_tokenizer([file])):
        if path.is_file() and (size := path.stat().st_size) > MAX_BYTES:
            raise BackboneError(f"{name}: {path.name} has {size:,} bytes, too many: fetch or copy it again.")
    if (piece := _only_sentencepiece(names)) and find_spec("sentencepiece") is None:
        raise BackboneError(
            f"{name} has its tokenizer only as {piece}: run 'pip install sentencepiece' and start again, "
            "or copy the tokenizer.json of the same model into its folder."
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        if not isinstance(tokenizer, PreTrainedTokenizerFast):
            raise BackboneError(f"{name} has no fast tokenizer: choose a model that ships tokenizer.json.")
        _fix_padding(tokenizer)
        _try(name, tokenizer)
    except BackboneError:
        raise
    except BaseException as error:
        # a Rust panic is a BaseException of a class that cannot be imported
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        _refuse_damaged(name, folder, ("tokenizer.json",))
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise BackboneError(
            f"{name}: its tokenizer cannot be used ({line[:160]}): choose a model with a sound one."
        ) from error
    tokenizer.name_or_path = name
    return tokenizer


def _refuse_damaged(name: str, folder: Path, files: Sequence[str]) -> None:
    for file in files:
        if not os.path.lexists(folder / file):
            continue
        try:
            read_json_object(folder / file)
        except DocumentError as error:
            raise BackboneError(f"{name}: {file} {error}: fetch or copy it again.") from error


def _only_sentencepiece(names: Sequence[str]) -> str | None:
    """Return the SentencePiece file if the tokenizer consists of nothing else."""
    if {"tokenizer.json", "vocab.txt"} & set(names):
        return None
    return next((name for name in sorted(names) if name.endswith(".model")), None)


def _try(name: str, tokenizer: PreTrainedTokenizerFast) -> None:
    """Refuse a tokenizer that knows no piece of `PROBE`, such as one built from missing files.

    One of whole words may be of any language.
    """
    if isinstance(tokenizer.backend_tokenizer.model, WordLevel):
        return
    ids = tokenizer(PROBE)["input_ids"]
    if not ids:
        raise BackboneError(
            f"{name}: its tokenizer.json makes nothing of a sentence: fetch or copy it again."
        )
    if set(ids) <= {*tokenizer.all_special_ids, tokenizer.unk_token_id}:
        raise BackboneError(
            f"{name}: its tokenizer knows no word or letter of a sentence, of {len(tokenizer):,} pieces: "
            "copy the tokenizer.json of the same model into its folder."
        )


def _fix_padding(tokenizer: PreTrainedTokenizerFast) -> None:
    tokenizer.padding_side = "right"
    tokenizer.truncation_side = "right"
    if tokenizer.pad_token_id is None:
        _pad_with_known(tokenizer)


def _pad_with_known(tokenizer: PreTrainedTokenizerFast) -> None:
    # pads are masked, so any piece in the vocabulary works
    candidates = (
        tokenizer.eos_token,
        tokenizer.bos_token,
        tokenizer.unk_token,
        tokenizer.convert_ids_to_tokens(0),
    )
    tokenizer.pad_token = next(token for token in candidates if token is not None)


def limit_to_vocabulary(name: str, tokenizer: PreTrainedTokenizerFast, rows: int) -> None:
    """Make sure that every token id is below `rows`, the model's number of word embeddings.

    Tokens added to the tokenizer but not to the model are removed, so that texts with them are tokenized as
    by the tokenizer that the model was trained with.

    Raises
    ------
    BackboneError
        If the tokenizer belongs to another model.
    """
    if added := [str(token) for k, token in tokenizer.added_tokens_decoder.items() if k >= rows]:
        _remove_tokens(tokenizer, added, rows)
    highest = max(*tokenizer.get_vocab().values(), *tokenizer(PROBE)["input_ids"])
    if highest >= rows:
        raise BackboneError(
            f"{name}: its tokenizer counts to {highest + 1:,} pieces, its model only to {rows:,}: "
            "fetch or copy the two from the same model."
        )
    if tokenizer.pad_token_id is None:
        _pad_with_known(tokenizer)


def _remove_tokens(tokenizer: PreTrainedTokenizerFast, tokens: Sequence[str], rows: int) -> None:
    """Remove added tokens with ids from `rows` on, also as special tokens."""
    backend = json.loads(tokenizer.backend_tokenizer.to_str())
    backend["added_tokens"] = [token for token in backend["added_tokens"] if token["id"] < rows]
    tokenizer._tokenizer = Tokenizer.from_str(json.dumps(backend))
    for kind, token in tokenizer.special_tokens_map.items():
        if isinstance(token, str) and token in tokens:
            setattr(tokenizer, kind, None)
    extra = [str(token) for token in tokenizer.extra_special_tokens]
    tokenizer.extra_special_tokens = [token for token in extra if token not in tokens]


def token_statistics(
    tokenizer: PreTrainedTokenizerFast, texts: Sequence[Cell], token_limit: int
) -> TokenStatistics:
    """Count tokens, unknown tokens and pieces per word of `texts`, of pairs in one sequence.

    Words in sentences count as the sentence that they stand in.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerFast
    texts : sequence of str, or of pairs of str
        Lengths are counted for all texts, shares on a fixed sample of 20,000.
    token_limit : int
        Copied into the result; longer texts will be truncated.

    Returns
    -------
    TokenStatistics
        `lengths` with special tokens, untruncated; `unknown_share` of the content tokens; `pieces_per_word`.
    """
    from translearn_core.data.dataset import TokenStatistics  # so that models load without the data packages

    special = tokenizer.num_special_tokens_to_add(pair=any(len(sides_of(text)) > 1 for text in texts))
    unknown = tokenizer.unk_token_id
    if unknown in (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id):
        unknown = None  # byte-level tokenizers have no unknown token
    sampled = np.zeros(len(texts), dtype=bool)
    sampled[np.random.default_rng(0).permutation(len(texts))[:SAMPLE]] = True
    lengths = np.zeros(len(texts), dtype=np.int64)
    unknowns = words = 0
    for start in range(0, len(texts), CHUNK):
        chunk = [cell.sentence if isinstance(cell, Word) else cell for cell in texts[start : start + CHUNK]]
        ids = tokenizer(
            **text_arguments(chunk),
            truncation=False,
            padding=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )["input_ids"]
        lengths[start : start + len(chunk)] = [len(row) for row in ids]
        for k in np.flatnonzero(sampled[start : start + len(chunk)]):
            unknowns += ids[k].count(unknown)
            words += len(WORD.findall(joined(chunk[k], " ")))
    content = int((lengths[sampled] - special).clip(min=0).sum())
    return TokenStatistics(
        backbone=tokenizer.name_or_path,
        token_limit=token_limit,
        unknown_share=unknowns / content if content else 0.0,
        pieces_per_word=content / words if words else 0.0,
        lengths=lengths,
        whole_words=isinstance(tokenizer.backend_tokenizer.model, WordLevel),
    )
