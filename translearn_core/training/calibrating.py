"""What a token costs on this device: a few real steps of a backbone, timed."""

import time
from collections.abc import Callable

import numpy as np
import psutil
import torch
from numpy.typing import NDArray

from translearn_core.activations import Compute, Tokens, keep_states
from translearn_core.activations.split import prefix
from translearn_core.backbones import Backbone
from translearn_core.config import FreezePlan, HeadConfig, Pooling, TrainingConfig
from translearn_core.results import Calibration
from translearn_core.training.optimizer import make_optimizer
from translearn_core.transfer import Classifier, Inputs

LENGTH = 32
"""Tokens per calibration text."""


def calibrate(backbone: Backbone, compute: Compute, *, pooling: Pooling, batch_size: int = 32) -> Calibration:
    """Time forward passes, training steps and optimizer updates of `backbone` (it is changed.

    Give a copy of its own).
    """
    n = backbone.n_blocks
    random = np.random.default_rng(0)
    ids = random.integers(5, max(6, backbone.anatomy.vocabulary - 1), size=LENGTH * 128).astype(np.int32)
    tokens = Tokens(ids, np.arange(0, len(ids) + 1, LENGTH, dtype=np.int64), 0)
    everything = np.arange(len(tokens), dtype=np.int64)
    batch = everything[:batch_size]
    model = Classifier(backbone, FreezePlan.everything(n), pooling, HeadConfig(), 2).to(compute.device)

    def look(upto_blocks: bool) -> None:
        token_ids, mask = (t.to(compute.device) for t in tokens.padded(everything))
        with torch.inference_mode(), compute.autocast():
            if upto_blocks:
                prefix(model.backbone, backbone.blocks, 0, token_ids, mask)
            else:
                model.backbone(input_ids=token_ids, attention_mask=mask)

    def learn(inputs: Inputs) -> None:
        model.zero_grad(set_to_none=True)
        model(inputs, batch, compute).logsumexp(-1).sum().backward()

    model.eval()
    below = _seconds(lambda: look(True), compute) / len(ids)
    whole = _seconds(lambda: look(False), compute) / len(ids)
    model.train()
    batch_tokens = batch_size * LENGTH
    learn_all = _seconds(lambda: learn(Inputs(tokens)), compute) / batch_tokens
    optimizer = make_optimizer(model, TrainingConfig())
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    update = _seconds(optimizer.step, compute) / trained
    learn_blocks = _learn_blocks(backbone, pooling, tokens, compute, batch) / batch_tokens
    return Calibration(
        device=compute.label,
        precision=compute.precision,
        forward_block=max(0.0, whole - below) / n,
        train_block=learn_blocks / n,
        forward_embeddings=below,
        train_embeddings=max(0.0, learn_all - learn_blocks),
        update_parameter=update,
        state_bytes=float(backbone.anatomy.width * (34 if compute.bf16 else 48)),
        base_bytes=int(psutil.Process().memory_info().rss),
    )


def _learn_blocks(
    backbone: Backbone, pooling: Pooling, tokens: Tokens, compute: Compute, batch: NDArray[np.int64]
) -> float:
    plan = FreezePlan.everything(backbone.n_blocks, embeddings=False)
    model = Classifier(backbone, plan, pooling, HeadConfig(), 2).to(compute.device)
    inputs = Inputs(tokens)
    if backbone.anatomy.splittable:
        inputs = Inputs(tokens, kept=keep_states(model.eval().backbone, backbone.blocks, 0, tokens, compute))
    model.train()

    def learn() -> None:
        model.zero_grad(set_to_none=True)
        model(inputs, batch, compute).logsumexp(-1).sum().backward()

    return _seconds(learn, compute)


def _seconds(work: Callable[[], object], compute: Compute, repeats: int = 3) -> float:
    """Return the fastest of a few repeats, after one to warm up."""
    best = float("inf")
    for attempt in range(repeats + 1):
        started = time.perf_counter()
        work()
        if compute.device.type == "cuda":
            torch.cuda.synchronize()
        if attempt:
            best = min(best, time.perf_counter() - started)
    return best
