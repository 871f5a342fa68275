"""Tiny random models of many architectures, and folders of them that `load` reads: real code, no download.

`TINY[name]()` builds a model with fresh weights; `tiny_folder(name, path)` adds a small real tokenizer.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedModel, PreTrainedTokenizerFast

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

WORDS = tuple(
    word
    for line in (
        "the a an and or but not no yes is was are it this that i you he she we they my of to in on",
        "at for with by very so too good great bad awful fine lovely terrible wonderful boring film",
        "movie book phone plot acting story battery screen music food service price card account",
        "bank money transfer refund late broken fast slow cheap happy sad love like hate enjoyed",
        "loved hated never always again one two three four five day week old new first last ##s",
        "##ing ##ed ##ly ##er ##est ##ful ##less , . ! ? '",
    )
    for word in line.split()
)

LETTERS = tuple("abcdefghijklmnopqrstuvwxyz0123456789")

VOCABULARY = (*SPECIALS, *WORDS, *LETTERS[1:8], *LETTERS[9:], *(f"##{c}" for c in LETTERS))
"""Pieces of the tiny tokenizer; its size is every tiny model's vocabulary ("a" and "i" are words)."""

SIZE = len(VOCABULARY)
WIDTH = 32
WINDOW = 64

TEXTS: tuple[str, ...] = (
    "a good film",
    "the acting was terrible and the plot was boring",
    "i loved this book",
    "bad",
    "my card is broken and the bank was very slow , i never want to transfer money with it again !",
    "lovely music , great food and fast service",
)
"""Texts of different lengths that the tiny tokenizer can read."""

BUILDERS: dict[str, Callable[[], PreTrainedModel]] = {}


def _tiny(name: str) -> Callable[[Callable[[], transformers.PreTrainedConfig]], None]:
    def register(config: Callable[[], transformers.PreTrainedConfig]) -> None:
        def build() -> PreTrainedModel:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(7)
                model = transformers.AutoModel.from_config(config())
                # biases and norms start at 0 and 1 everywhere: move them, or a swapped block could go unseen
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter.add_(torch.randn_like(parameter) * 0.05)
            return model.eval()

        BUILDERS[name] = build

    return register


_BERT = {
    "vocab_size": SIZE,
    "hidden_size": WIDTH,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": WINDOW,
    "pad_token_id": 0,
}
_DECODER = _BERT | {
    "num_key_value_heads": 2,
    "head_dim": 8,
    "bos_token_id": 2,
    "eos_token_id": 3,
}

_tiny("bert")(lambda: transformers.BertConfig(**_BERT))
_tiny("roberta")(
    lambda: transformers.RobertaConfig(
        **_BERT | {"max_position_embeddings": WINDOW + 1, "type_vocab_size": 1}
    )
)
_tiny("electra")(lambda: transformers.ElectraConfig(**_BERT, embedding_size=16))
_tiny("distilbert")(
    lambda: transformers.DistilBertConfig(
        vocab_size=SIZE,
        dim=WIDTH,
        n_layers=3,
        n_heads=4,
        hidden_dim=48,
        max_position_embeddings=WINDOW,
        pad_token_id=0,
    )
)
_tiny("mpnet")(
    lambda: transformers.MPNetConfig(**_BERT | {"max_position_embeddings": WINDOW + 2, "pad_token_id": 1})
)
_tiny("deberta-v2")(
    lambda: transformers.DebertaV2Config(
        **_BERT,
        relative_attention=True,
        position_buckets=8,
        pos_att_type=["p2c", "c2p"],
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        position_biased_input=False,
        type_vocab_size=0,
    )
)
_tiny("modernbert")(
    lambda: transformers.ModernBertConfig(
        **_BERT | {"num_hidden_layers": 4},
        local_attention=8,
        global_attn_every_n_layers=3,
        bos_token_id=2,
        eos_token_id=3,
        cls_token_id=2,
        sep_token_id=3,
    )
)
_tiny("gpt2")(
    lambda: transformers.GPT2Config(
        vocab_size=SIZE, n_embd=WIDTH, n_layer=3, n_head=4, n_positions=WINDOW, bos_token_id=2, eos_token_id=3
    )
)
_tiny("llama")(lambda: transformers.LlamaConfig(**_DECODER))
_tiny("qwen3")(
    lambda: transformers.Qwen3Config(
        **_DECODER | {"num_hidden_layers": 4},
        use_sliding_window=True,
        sliding_window=8,
        layer_types=["full_attention", "sliding_attention", "full_attention", "sliding_attention"],
    )
)
_tiny("gemma3")(
    lambda: transformers.Gemma3TextConfig(
        **_DECODER | {"num_hidden_layers": 4},
        sliding_window=8,
        query_pre_attn_scalar=8,
        layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
    )
)

TINY: dict[str, Callable[[], PreTrainedModel]] = dict(BUILDERS)
"""Architectures that split at any block, by name: each call builds the same tiny random model."""

_tiny("albert")(lambda: transformers.AlbertConfig(**_BERT, embedding_size=16))
_tiny("xlnet")(
    lambda: transformers.XLNetConfig(
        vocab_size=SIZE,
        d_model=WIDTH,
        n_layer=3,
        n_head=4,
        d_inner=48,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
    )
)
_tiny("squeezebert")(
    lambda: transformers.SqueezeBertConfig(
        **_BERT,
        embedding_size=WIDTH,
        q_groups=2,
        k_groups=2,
        v_groups=2,
        intermediate_groups=2,
        output_groups=2,
    )
)

UNSPLIT: tuple[str, ...] = ("albert", "xlnet", "squeezebert")
"""Architectures that train, but cannot be cut at a block."""

_tiny("t5")(
    lambda: transformers.T5Config(
        vocab_size=SIZE,
        d_model=WIDTH,
        d_kv=8,
        d_ff=48,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=0,
        pad_token_id=0,
    )
)
_tiny("funnel")(
    lambda: transformers.FunnelConfig(
        vocab_size=SIZE,
        d_model=WIDTH,
        n_head=4,
        d_head=8,
        d_inner=48,
        block_sizes=[2, 2],
        num_decoder_layers=1,
        pad_token_id=0,
        architectures=["FunnelModel"],
    )
)
_tiny("xlm")(
    lambda: transformers.XLMConfig(
        vocab_size=SIZE,
        emb_dim=WIDTH,
        n_layers=2,
        n_heads=4,
        max_position_embeddings=WINDOW,
        pad_index=0,
        unk_index=1,
    )
)
_tiny("vit")(
    lambda: transformers.ViTConfig(
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        image_size=16,
        patch_size=8,
    )
)

REFUSED: tuple[str, ...] = ("t5", "funnel", "xlm", "vit")
"""Architectures that no backbone can be made of."""

CAUSAL: frozenset[str] = frozenset({"gpt2", "llama", "qwen3", "gemma3"})
"""Names in `TINY` whose tokens see only what stands before them."""


def tiny_tokenizer(*, causal: bool = False, pad: bool = True, types: bool = False) -> PreTrainedTokenizerFast:
    """Build a WordPiece tokenizer over `VOCABULARY`; a causal one adds only a start token.

    With `types` it makes token types, 1 for the second text of a pair.
    """
    tokenizer = Tokenizer(
        models.WordPiece({piece: i for i, piece in enumerate(VOCABULARY)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    cls, sep = VOCABULARY.index("[CLS]"), VOCABULARY.index("[SEP]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A" if causal else "[CLS] $A [SEP]",
        pair="[CLS] $A $B:1" if causal else "[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", cls), ("[SEP]", sep)],
    )
    names = (
        {"bos_token": "[CLS]", "eos_token": "[SEP]"}
        if causal
        else {"cls_token": "[CLS]", "sep_token": "[SEP]"}
    )
    if not causal:
        names["mask_token"] = "[MASK]"
    if pad:
        names["pad_token"] = "[PAD]"
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        model_input_names=["input_ids", *(["token_type_ids"] if types else []), "attention_mask"],
        **names,
    )


def tiny_folder(name: str, path: Path, *, pad: bool | None = None, types: bool = False) -> Path:
    """Save the tiny model and tokenizer into `path`, as a model downloaded from the Hub would lie there."""
    model = BUILDERS[name]()
    causal = name in CAUSAL
    path.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(path)
    tiny_tokenizer(causal=causal, pad=not causal if pad is None else pad, types=types).save_pretrained(path)
    return path


def tokens_of(texts: Sequence[str] = TEXTS, **options: bool) -> dict[str, torch.Tensor]:
    """Return a right-padded batch of `texts`, as a tiny model takes it."""
    return dict(tiny_tokenizer(**options)(list(texts), padding=True, return_tensors="pt"))
