"""Entailment by an NLI model: the probability that a text entails a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification, PreTrainedModel, PreTrainedTokenizerFast

from translearn_core.backbones import architecture
from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.backbones.silence import silence_transformers
from translearn_core.config import BackboneConfig
from translearn_core.errors import BackboneError, ConfigError
from translearn_core.inputs.tokenizer_loading import read_tokenizer

ENTAILMENT = "entail"
"""Beginning of the label of entailment in an NLI model's config, of any case."""
FEWEST_TOKENS = 4
"""Tokens of a text that must have room beside a sentence."""


@dataclass(frozen=True, eq=False)
class EntailmentModel:
    """NLI model; `entailment` is the index of that label among its outputs."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    entailment: int

    def logits(self, texts: list[str], sentence: str, token_limit: int, device: torch.device) -> Tensor:
        """Return the logit of entailment of a sentence by each text, shape (texts,), float32.

        Texts are cut to `token_limit` tokens with the sentence, which stays whole (see `check_room`).
        """
        encoded = self.tokenizer(
            texts,
            [sentence] * len(texts),
            truncation="only_first",
            max_length=token_limit,
            padding=True,
            return_tensors="pt",
        ).to(device)
        logits: Tensor = self.model(**encoded).logits
        return logits[:, self.entailment].float().cpu()

    def check_room(self, sentences: Sequence[str], token_limit: int) -> None:
        """Raise `ConfigError` for the first sentence that leaves no room for a text within `token_limit`."""
        for sentence in sentences:
            length = len(self.tokenizer("", sentence).input_ids)
            if length > token_limit - FEWEST_TOKENS:
                raise ConfigError(
                    "description",
                    sentence,
                    f"fewer words: it takes {length} tokens and a text at least {FEWEST_TOKENS}, of a token "
                    f"limit of {token_limit}",
                )


def entailment_label(id2label: Mapping[Any, str] | None) -> int | None:
    """Return the index of entailment among a classifier's labels; None without it, or without another."""
    labels = id2label or {}
    entailing = [index for index, label in labels.items() if str(label).lower().startswith(ENTAILMENT)]
    return int(entailing[0]) if len(entailing) == 1 and len(labels) > 1 else None


def entailment_index(config: BackboneConfig) -> int | None:
    """Return the index of entailment if a backbone's files are those of an NLI model, else None.

    Raises
    ------
    BackboneError
        If the backbone is missing or its config cannot be read.
    """
    if config.random_init or config.is_tfidf:
        return None
    folder = resolve_backbone(config, network=False)
    with silence_transformers():
        read = architecture.read_config(config.id, folder)
    classifies = any("SequenceClassification" in str(name) for name in read.architectures or ())
    return entailment_label(read.id2label) if classifies else None


def load_entailment(config: BackboneConfig) -> EntailmentModel:
    """Load an NLI model with its classifier.

    Raises
    ------
    BackboneError
        If it is none.
    """
    index = entailment_index(config)
    if index is None:
        raise BackboneError(
            f"{config.label} is no NLI model: its config names no label of entailment. Compare by "
            "similarity, or choose a model trained on inference, such as one fine-tuned on MNLI."
        )
    folder = resolve_backbone(config, network=False)
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True}
    with silence_transformers():
        tokenizer = read_tokenizer(config.id, folder)
        model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, **options)
    model.train(False)
    return EntailmentModel(model, tokenizer, index)
