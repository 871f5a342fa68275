"""A backbone's tokenizer: fast, right padding always, a pad token in any case; and what it makes of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from translearn_core.backbones.quiet import quiet
from translearn_core.errors import BackboneError

if TYPE_CHECKING:
    from translearn_core.data.prepared import TokenStatistics

PROBE = "A first sentence, 2 numbers & ünïcödé 中文."
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
CHUNK = 1_024
SAMPLE = 20_000
HAN_KANA = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(f"[{HAN_KANA}]|[^\\s{HAN_KANA}]+")
"""A word: what stands between white space; a Chinese or Japanese character is one of its own."""


def has_tokenizer(names: Sequence[str]) -> bool:
    """Whether files of these names make a tokenizer; without any, transformers may make up an empty one."""
    return any(fnmatch(name, pattern) for name in names for pattern in VOCABULARIES)


def read_tokenizer(name: str, folder: Path) -> PreTrainedTokenizerFast:
    """Read the tokenizer in `folder` and try it on a sentence.

    Raises
    ------
    BackboneError
        If there is none, or none that works: a damaged one can even panic inside the tokenizers library.
    """
    if not has_tokenizer([path.name for path in folder.iterdir()]):
        raise BackboneError(f"{name} has no tokenizer: copy tokenizer.json into its folder.")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        if not isinstance(tokenizer, PreTrainedTokenizerFast):
            raise BackboneError(f"{name} has no fast tokenizer: choose a model that ships tokenizer.json.")
        _settle(tokenizer)
        if not tokenizer(PROBE)["input_ids"]:
            raise BackboneError(
                f"{name}: its tokenizer.json makes nothing of a sentence: fetch or copy it again."
            )
    except BackboneError:
        raise
    except BaseException as error:
        # a panic in Rust arrives as a BaseException of a class that cannot be imported
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise BackboneError(
            f"{name}: its tokenizer cannot be used ({line[:160]}): choose a model with a sound one."
        ) from error
    tokenizer.name_or_path = name
    return tokenizer


def _settle(tokenizer: PreTrainedTokenizerFast) -> None:
    tokenizer.padding_side = "right"
    tokenizer.truncation_side = "right"
    if tokenizer.pad_token_id is None:
        _pad_with_known(tokenizer)


def _pad_with_known(tokenizer: PreTrainedTokenizerFast) -> None:
    # pads are masked, so any piece that the model knows will do
    known = (
        tokenizer.eos_token,
        tokenizer.bos_token,
        tokenizer.unk_token,
        tokenizer.convert_ids_to_tokens(0),
    )
    tokenizer.pad_token = next(token for token in known if token is not None)


def fit_to_table(name: str, tokenizer: PreTrainedTokenizerFast, rows: int) -> None:
    """Make sure that every piece the tokenizer gives has one of the model's `rows` of word embeddings.

    Raises
    ------
    BackboneError
        If tokenizer and model do not belong together.
    """
    added = set(
        tokenizer.added_tokens_decoder
    )  # some have no row and stand in no text, as an image's place holder
    pieces = {k for k in tokenizer.get_vocab().values() if k not in added} | set(
        tokenizer(PROBE)["input_ids"]
    )
    if (highest := max(pieces)) >= rows:
        raise BackboneError(
            f"{name}: its tokenizer counts to {highest + 1:,} pieces, its model only to {rows:,}: "
            "fetch or copy the two from the same model."
        )
    if tokenizer.pad_token_id >= rows:
        _pad_with_known(tokenizer)


class HasTokenizer(Protocol):
    """A backbone, seen from here."""

    tokenizer: PreTrainedTokenizerFast


def token_statistics(
    source: HasTokenizer | PreTrainedTokenizerFast, texts: Sequence[str], token_limit: int
) -> TokenStatistics:
    """Count what a tokenizer makes of `texts`.

    Parameters
    ----------
    source : Backbone or PreTrainedTokenizerFast
        A loaded backbone, or its tokenizer alone.
    texts : sequence of str
        All texts; lengths are counted for every one, the shares on a fixed sample of 20,000.
    token_limit : int
        Carried into the record, where `lengths` above it mean a text that will be cut.

    Returns
    -------
    TokenStatistics
        `lengths` with special tokens, uncut; `unknown_share` of the content tokens; `pieces_per_word`.
    """
    from translearn_core.data.prepared import TokenStatistics  # models must load where data cannot be read

    tokenizer = source if isinstance(source, PreTrainedTokenizerFast) else source.tokenizer
    special = tokenizer.num_special_tokens_to_add()
    unknown = tokenizer.unk_token_id
    if unknown in (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id):
        unknown = None  # byte-level tokenizers know every text and name a special token here
    sampled = np.zeros(len(texts), dtype=bool)
    sampled[np.random.default_rng(0).permutation(len(texts))[:SAMPLE]] = True
    lengths = np.zeros(len(texts), dtype=np.int64)
    unknowns = words = 0
    with quiet():
        for start in range(0, len(texts), CHUNK):
            chunk = list(texts[start : start + CHUNK])
            ids = tokenizer(
                chunk,
                truncation=False,
                padding=False,
                return_attention_mask=False,
                return_token_type_ids=False,
                verbose=False,
            )["input_ids"]
            lengths[start : start + len(chunk)] = [len(row) for row in ids]
            for k in np.flatnonzero(sampled[start : start + len(chunk)]):
                unknowns += ids[k].count(unknown)
                words += len(WORD.findall(chunk[k]))
    content = int((lengths[sampled] - special).clip(min=0).sum())
    return TokenStatistics(
        backbone=tokenizer.name_or_path,
        token_limit=token_limit,
        unknown_share=unknowns / content if content else 0.0,
        pieces_per_word=content / words if words else 0.0,
        lengths=lengths,
    )
