"""The word-vector backbone as a transformers model.

Layer 0 has the vector of each word, layer 1 the same vectors weighted, so that their mean over a text is the
weighted mean over the words that have a vector.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

MODEL_TYPE = "word-vectors"
PAD_ID, UNKNOWN_ID = 0, 1
"""Rows of the table before those of the words; both are zero and stay so."""


class WordVectorConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]
    """Size of the table; `spread` is the standard deviation of its values, which the random twin shares."""

    model_type = MODEL_TYPE

    def __init__(
        self, vocab_size: int = 2, hidden_size: int = 50, spread: float = 1.0, **others: Any
    ) -> None:
        self.vocab_size, self.hidden_size, self.spread = vocab_size, hidden_size, spread
        self.num_hidden_layers = 1
        self.pad_token_id = PAD_ID
        super().__init__(**others)


class WordWeighting(nn.Module):
    """Block that scales each word's vector by its weight over the mean weight of the text.

    Parameters
    ----------
    words, width : int
        Rows of the table, that of padding and that of unknown words included, whose weight is zero, and
        numbers of a row. The direction `common`, of length one or zero, is removed from every vector.
    """

    def __init__(self, words: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(words))
        self.common: Tensor
        self.register_buffer("common", torch.zeros(width))

    def forward(self, states: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
        """Return weighted vectors, shape (texts, words, width); zeros for words without one."""
        known = mask * (ids > UNKNOWN_ID)
        weights = self.weight[ids] * known
        mean = weights.sum(-1, keepdim=True) / mask.sum(-1, keepdim=True).clamp(min=1)
        states = states - (states @ self.common).unsqueeze(-1) * self.common
        return states * (weights / torch.where(mean == 0, 1.0, mean)).unsqueeze(-1)


class WordVectorModel(PreTrainedModel):  # type: ignore[no-untyped-call]
    """Table of word vectors and one `WordWeighting`."""

    config_class = WordVectorConfig
    base_model_prefix = "vectors"

    def __init__(self, config: WordVectorConfig) -> None:
        super().__init__(config)
        self.embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=PAD_ID)
        self.blocks = nn.ModuleList([WordWeighting(config.vocab_size, config.hidden_size)])
        self.post_init()  # type: ignore[no-untyped-call]

    def get_input_embeddings(self) -> nn.Module:
        """Return the table."""
        return self.embeddings

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the table."""
        assert isinstance(value, nn.Embedding)
        self.embeddings = value

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        output_hidden_states: bool = False,
        **_: Any,
    ) -> BaseModelOutput:
        """Return weighted vectors of the words as `last_hidden_state`."""
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        states = self.embeddings(input_ids)
        weighted = self.blocks[0](states, input_ids, mask.to(states.dtype))
        layers = (states, weighted) if output_hidden_states else None
        return BaseModelOutput(last_hidden_state=weighted, hidden_states=layers)

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=self.config.spread)
            with torch.no_grad():
                module.weight[: UNKNOWN_ID + 1] = 0
        elif isinstance(module, WordWeighting):
            nn.init.ones_(module.weight)


def register() -> None:
    """Make the architecture known to transformers."""
    AutoConfig.register(MODEL_TYPE, WordVectorConfig, exist_ok=True)
    AutoModel.register(WordVectorConfig, WordVectorModel, exist_ok=True)
