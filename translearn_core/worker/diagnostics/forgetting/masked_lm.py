"""Whether a trained backbone can still guess covered words, under the head its checkpoint came with."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel

from translearn_core.activations import Compute, ProgressCallback, by_length, tokenize
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.analysis.comparison.paired_comparison import bootstrap_means
from translearn_core.analysis.metrics import ALPHA_TAIL
from translearn_core.backbones import Backbone
from translearn_core.backbones.inspection import embedding_table
from translearn_core.pretraining.masking import IGNORE_INDEX, MaskableIds, Masked, masked
from translearn_core.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.results import Interval, MaskedLmLoss

SHARE = 0.15
"""Of the words that are covered, as in pre-training (arXiv:1810.04805)."""
DRAWS = 2000

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
    """Compare the loss at guessing the same covered words before and after; None where nothing can guess.

    That is: a causal model, a tokenizer without a mask token, a checkpoint without a prediction head.
    """  # fmt: skip
    tokenizer, anatomy = before.tokenizer, before.anatomy
    if anatomy.causal or tokenizer.mask_token_id is None or tokenizer.mask_token_id >= anatomy.vocabulary:
        return None
    rows = embedding_table(before.model).num_embeddings
    guesser = MaskedLanguageModel.of(before, np.zeros(rows, dtype=np.int64), seed)
    if guesser.fresh:
        return None
    tokens = tokenize(tokenizer, list(texts), limit, report)
    covered = masked(tokens, MaskableIds.of(tokenizer, rows), SHARE, np.random.default_rng(seed))
    nn.Module.to(guesser.head, compute.device)
    losses = [
        _losses(model, guesser.head, covered, compute, partial(report, f"guessing covered words {when}"))
        for when, model in (("as it came", guesser.model), ("after the training", after.model))
    ]
    words = np.add.reduceat(covered.hidden.ids != IGNORE_INDEX, covered.hidden.offsets[:-1], dtype=np.int64)
    return _told(losses[0], losses[1], words, seed)


def _losses(
    model: PreTrainedModel,
    head: nn.Module,
    covered: Masked,
    compute: Compute,
    tell: Callable[[float, float], None],
) -> FloatArray:
    """Return the loss at the covered words of each text, summed, in nats, shape (texts,)."""
    nn.Module.to(model, compute.device)
    nn.Module.train(model, False)
    head.train(False)
    found = np.zeros(len(covered.seen))
    parts = list(by_length(covered.seen.lengths, TOKENS_PER_BATCH[compute.device.type]))
    for done, index in enumerate(parts):
        tell(done, len(parts))
        ids, mask, hidden = (tensor.to(compute.device) for tensor in covered.batch(index))
        chosen = hidden != IGNORE_INDEX
        with compute.inference(model):
            states = model(input_ids=ids, attention_mask=mask).last_hidden_state[chosen].float()
        with torch.inference_mode():
            loss = functional.cross_entropy(head(states).float(), hidden[chosen], reduction="none")
        np.add.at(found, index[chosen.nonzero()[:, 0].cpu().numpy()], loss.double().cpu().numpy())
    return found


def _told(before: FloatArray, after: FloatArray, words: NDArray[np.int64], seed: int) -> MaskedLmLoss | None:
    """Put losses into words: means over covered words, their difference drawn anew over texts."""
    there = words > 0
    if there.sum() < 2:
        return None
    before, after, words = before[there], after[there], words[there]
    columns = np.stack([after - before, words.astype(np.float64)], axis=1)
    drawn = bootstrap_means(columns, DRAWS, np.random.default_rng(seed))
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [ALPHA_TAIL, 1 - ALPHA_TAIL])
    start, end = float(before.sum() / words.sum()), float(after.sum() / words.sum())
    if low > 0:
        verdict = f"got harder: the loss rose by {end - start:.2f} [{low:.2f}, {high:.2f}]"
    elif high < 0:
        verdict = f"got easier: the loss fell by {start - end:.2f} [{-high:.2f}, {-low:.2f}]"
    else:
        verdict = f"did not measurably change: the loss moved by {end - start:+.2f} [{low:+.2f}, {high:+.2f}]"
    sentence = (
        f"Guessing covered words in {len(words):,} texts {verdict} nats, from {start:.2f} to {end:.2f}."
    )
    return MaskedLmLoss(len(words), start, end, Interval(float(low), float(high)), sentence)
