"""Masked-language-model heads: a checkpoint's own, or a new one tied to the word embeddings."""

from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import MODEL_FOR_MASKED_LM_MAPPING, AutoModelForMaskedLM, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

from translearn_core.activations import Compute
from translearn_core.backbones import Backbone
from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.backbones.silence import silence_transformers
from translearn_core.config import FreezePlan
from translearn_core.inputs.modality import embedding_table
from translearn_core.transfer import Batch, TransferModel
from translearn_core.transfer.objectives import IGNORE_INDEX


class MaskedLanguageModel(TransferModel):
    """A backbone and its head from top states, (tokens, width), to logits, (tokens, vocabulary).

    `fresh`: the head is new.
    """

    def __init__(self, backbone: Backbone, head: nn.Module, *, fresh: bool) -> None:
        super().__init__(backbone, FreezePlan.full(backbone.n_blocks), head)
        self.fresh = fresh

    @classmethod
    def of(cls, backbone: Backbone, counts: NDArray[np.int64], seed: int) -> "MaskedLanguageModel":
        """Return a backbone with the head of its checkpoint, or with a new one if it has none.

        `counts` are token frequencies in the texts, shape (vocabulary,).
        """
        if (whole := _pretrained_model(backbone)) is not None:
            body = whole.base_model
            assert isinstance(body, PreTrainedModel)
            return cls(replace(backbone, model=body), PretrainedHead(whole), fresh=False)
        head = NewHead(embedding_table(backbone.model), backbone.info.width, counts, seed)
        return cls(backbone, head, fresh=True)

    def forward(self, batch: Batch, compute: Compute) -> Tensor:
        """Return the logits of the masked tokens of some texts, float32, shape (masked, vocabulary).

        Only their states go through the head: its output is the largest layer.
        """
        batch = batch.to(compute.device)
        assert batch.inputs is not None
        assert batch.targets is not None
        with compute.autocast():
            states = self.backbone(**batch.inputs.tensors).last_hidden_state
            logits: Tensor = self.head(states[batch.targets != IGNORE_INDEX])
        return logits.float()


class PretrainedHead(nn.Module):
    """Head of a pretrained masked language model of any architecture.

    It runs the whole model with its body's output replaced by the given top states.
    """

    def __init__(self, whole: PreTrainedModel) -> None:
        super().__init__()
        self.whole = whole

    def forward(self, states: Tensor) -> Tensor:
        """Return the logits of tokens from their top states."""
        body = self.whole.base_model
        body.forward = partial(_body_output, states[None])  # instance attribute, deleted below
        try:
            dummy_ids = torch.zeros(1, len(states), dtype=torch.long, device=states.device)
            logits: Tensor = self.whole(input_ids=dummy_ids).logits
        finally:
            del body.forward
        return logits[0]


class NewHead(nn.Module):
    """New head as in BERT: dense, GELU, layer norm, output tied to the word embeddings.

    The bias starts at the log frequency of each token, so word frequencies need not be learned.
    """

    def __init__(self, table: nn.Embedding, width: int, counts: NDArray[np.int64], seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            self.dense = nn.Linear(width, table.embedding_dim)
        self.norm = nn.LayerNorm(table.embedding_dim)
        self.table = table
        shares = (counts + 1.0) / (counts + 1.0).sum()
        self.bias = nn.Parameter(torch.from_numpy(np.log(shares).astype(np.float32)))

    def forward(self, states: Tensor) -> Tensor:
        """Return the logits of tokens from their top states."""
        return functional.linear(self.norm(functional.gelu(self.dense(states))), self.table.weight, self.bias)


def _body_output(states: Tensor, *_: object, **__: object) -> BaseModelOutput:
    return BaseModelOutput(last_hidden_state=states)


def _pretrained_model(backbone: Backbone) -> PreTrainedModel | None:
    """Load the checkpoint as a masked language model; None if weights are missing or the backbone altered."""
    config, model = backbone.config, backbone.model
    altered = config.random_init or config.keep_blocks is not None or config.reinit_top_layers
    if altered or type(model.config) not in MODEL_FOR_MASKED_LM_MAPPING:
        return None
    with silence_transformers():
        whole, loading = AutoModelForMaskedLM.from_pretrained(
            resolve_backbone(config, network=False),
            config=model.config,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
    complete = not loading["missing_keys"] and not loading["mismatched_keys"]
    return whole if complete and type(whole.base_model) is type(model) else None
