"""Masked-language-model loss of a backbone before and after training, with its pretrained head."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.analysis.intervals import bootstrap_means
from translearn_core.backbones import Backbone
from translearn_core.inputs.examples import batches_by_cost
from translearn_core.inputs.modality import embedding_table
from translearn_core.inputs.text import tokenize
from translearn_core.results import MaskedLmLoss
from translearn_core.results.format import magnitude
from translearn_core.results.interval_estimate import percentile_interval
from translearn_core.training.pretraining.masking import MaskableIds, Masked, masked
from translearn_core.training.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.transfer.objectives import IGNORE_INDEX

MASK_SHARE = 0.15
"""Share of masked tokens, as in pretraining (arXiv:1810.04805)."""
RESAMPLES = 2000

FloatArray = NDArray[np.float64]


def measure_mlm_loss(
    before: Backbone,
    after: Backbone,
    texts: Sequence[str],
    limit: int,
    compute: Compute,
    report: ProgressCallback,
    seed: int,
) -> MaskedLmLoss | None:
    """Compare the loss at the same masked tokens before and after training.

    None for a causal model, a tokenizer without mask token, or a checkpoint without prediction head.
    """  # fmt: skip
    tokenizer, backbone_info = before.tokenizer, before.info
    if (
        backbone_info.causal
        or tokenizer.mask_token_id is None
        or tokenizer.mask_token_id >= backbone_info.vocabulary
    ):
        return None
    rows = embedding_table(before.model).num_embeddings
    mlm = MaskedLanguageModel.of(before, np.zeros(rows, dtype=np.int64), seed)
    if mlm.fresh:
        return None
    tokens = tokenize(tokenizer, list(texts), limit, report, names=before.input_names.taken)
    batch = masked(tokens, MaskableIds.of(tokenizer, rows), MASK_SHARE, np.random.default_rng(seed))
    nn.Module.to(mlm.head, compute.device)
    losses = [
        _losses(model, mlm.head, batch, compute, partial(report, f"guessing covered words {when}"))
        for when, model in (("as it came", mlm.backbone), ("after the training", after.model))
    ]
    words = np.add.reduceat(batch.hidden.ids != IGNORE_INDEX, batch.hidden.offsets[:-1], dtype=np.int64)
    return _mlm_result(losses[0], losses[1], words, seed)


def _losses(
    model: PreTrainedModel,
    head: nn.Module,
    batch: Masked,
    compute: Compute,
    progress: Callable[[float, float], None],
) -> FloatArray:
    """Return the summed loss at the masked tokens of each text, in nats, shape (texts,)."""
    nn.Module.to(model, compute.device)
    nn.Module.train(model, False)
    head.train(False)
    losses = np.zeros(len(batch.seen))
    parts = list(batches_by_cost(batch.seen.cost, TOKENS_PER_BATCH[compute.device.type]))
    for done, index in enumerate(parts):
        progress(done, len(parts))
        inputs, labels = batch.batch(index)
        hidden = labels.to(compute.device)
        masked_tokens = hidden != IGNORE_INDEX
        with compute.inference(model):
            states = model(**inputs.to(compute.device).tensors).last_hidden_state[masked_tokens].float()
        with torch.inference_mode():
            loss = functional.cross_entropy(head(states).float(), hidden[masked_tokens], reduction="none")
        np.add.at(losses, index[masked_tokens.nonzero()[:, 0].cpu().numpy()], loss.double().cpu().numpy())
    return losses


def _mlm_result(
    before: FloatArray, after: FloatArray, words: NDArray[np.int64], seed: int
) -> MaskedLmLoss | None:
    """Return mean losses per masked token, with a bootstrap interval over texts of their difference."""
    masked_texts = words > 0
    if masked_texts.sum() < 2:
        return None
    before, after, words = before[masked_texts], after[masked_texts], words[masked_texts]
    columns = np.stack([after - before, words.astype(np.float64)], axis=1)
    means = bootstrap_means(columns, RESAMPLES, np.random.default_rng(seed))
    start, end = float(before.sum() / words.sum()), float(after.sum() / words.sum())
    rise = percentile_interval(end - start, means[:, 0] / means[:, 1])
    low, high = rise.low, rise.high
    if low > 0:
        verdict = f"got harder: the loss rose by {magnitude(rise.value, 2)} {rise.brackets(2)}"
    elif high < 0:
        verdict = f"got easier: the loss fell by {magnitude(rise.value, 2)} {(-rise).brackets(2)}"
    else:
        verdict = f"did not measurably change: the loss moved by {end - start:+.2f} [{low:+.2f}, {high:+.2f}]"
    sentence = (
        f"Guessing covered words in {len(words):,} texts {verdict} nats, from {start:.2f} to {end:.2f}."
    )
    return MaskedLmLoss(len(words), start, end, rise, sentence)
