"""What a run costs on this device: a few real passes and training steps of a backbone, timed."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import psutil
import torch
from torch import Tensor, nn

from translearn_core.activations import Compute, PartialForward, TokenizedTexts
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.backbones import Backbone
from translearn_core.config import FeatureConfig, FreezePlan, HeadConfig, Pooling, TrainingConfig
from translearn_core.results import CostModel
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Batch, Classifier, Inputs

SHORT, LONG = 12, 48
"""Tokens per calibration text: most tables lie between."""
REPEATS = 3


def profile_steps(
    backbone: Backbone,
    compute: Compute,
    *,
    pooling: Pooling,
    training: TrainingConfig,
    load: float,
    limit_bytes: int,
) -> CostModel:
    """Time passes without gradients, training steps and the head's steps of `backbone`.

    It is changed by that: give a copy of its own. `load` is the seconds loading it took, `limit_bytes` the
    memory a run may take.
    """
    n = backbone.n_blocks
    everything = FreezePlan.full(n)
    blocks = FreezePlan.full(n, embeddings=False)
    top = FreezePlan.last_n(1, n)
    below = _forward(backbone, compute, LONG, stop=0)
    short, long = (max(0.0, _forward(backbone, compute, length) - below) / n for length in (SHORT, LONG))
    text = max(0.0, (short - long) / (1 / SHORT - 1 / LONG))
    steps = {
        (plan, length): _step(backbone, compute, pooling, training, plan, length)
        for plan in (blocks, top)
        for length in (SHORT, LONG)
    }
    size = training.batch_size
    # seconds = step + blocks · (block + tokens · token), by least squares over what was measured
    facts = [
        (1.0, float(len(plan.blocks)), float(len(plan.blocks) * size * length)) for plan, length in steps
    ]
    # relative errors count: a small step weighs as much as a large one
    weight = 1 / np.asarray(list(steps.values()))
    solved = np.linalg.lstsq(np.asarray(facts) * weight[:, None], np.ones(len(facts)), rcond=None)[0]
    step, block, token = (max(0.0, float(value)) for value in solved)
    with_embeddings = _step(backbone, compute, pooling, training, everything, LONG)
    return CostModel(
        device=compute.label,
        precision=compute.precision,
        batch_size=size,
        encode_embeddings=below,
        encode_block=max(0.0, long - text / LONG),
        encode_text=text,
        step=step,
        step_block=block,
        step_token=token,
        step_embeddings=max(0.0, with_embeddings - steps[blocks, LONG]),
        head_step=_head_step(backbone, compute, pooling, training),
        saved_bytes=_saved_bytes(backbone, compute, pooling, blocks) / n,
        load=load,
        base_bytes=int(psutil.Process().memory_info().rss),
        limit_bytes=limit_bytes,
    )


def _texts(backbone: Backbone, count: int, length: int) -> TokenizedTexts:
    random = np.random.default_rng(0)
    ids = random.integers(5, max(6, backbone.anatomy.vocabulary - 1), size=length * count).astype(np.int32)
    return TokenizedTexts(ids, np.arange(0, len(ids) + 1, length, dtype=np.int64), 0)


def _forward(backbone: Backbone, compute: Compute, length: int, *, stop: int | None = None) -> float:
    """Seconds a token of texts so long takes to block `stop`, or to the top, as the pass runs it."""
    length = min(length, backbone.anatomy.token_limit)
    tokens = _texts(backbone, TOKENS_PER_BATCH[compute.device.type] // length, length)
    model: nn.Module = backbone.model
    model.to(compute.device).eval()
    ids, mask = (t.to(compute.device) for t in tokens.padded(np.arange(len(tokens))))
    split = PartialForward.of(backbone)
    batches = 2 * compute.width
    with compute.inference(model), split.open(stop=stop) as run, compute.streams() as streams:
        all_batches = _seconds(lambda: list(streams(lambda _: run(ids, mask), range(batches))), compute)
    return all_batches / (batches * ids.numel())


def _step(
    backbone: Backbone,
    compute: Compute,
    pooling: Pooling,
    training: TrainingConfig,
    plan: FreezePlan,
    length: int,
) -> float:
    """Seconds a training step takes; states that would be kept are made up."""
    size = training.batch_size
    tokens = _texts(backbone, size, min(length, backbone.anatomy.token_limit))
    model = Classifier(backbone, plan, FeatureConfig(pooling=pooling), HeadConfig(), 2).to(compute.device)
    loop = _loop(model, Inputs.from_tokens(tokens), training, compute)
    index = np.arange(size)
    batch = loop.inputs.batch(index)
    if backbone.anatomy.supports_partial_forward and plan.first_trainable_block(backbone.n_blocks) > 0:
        assert batch.ids is not None
        states = torch.randn(*batch.ids.shape, backbone.anatomy.width).to(compute.cache_dtype)
        batch = Batch(batch.ids, batch.mask, states)
    return _seconds(lambda: loop.step(index, batch, 1000, 1000), compute)


def _head_step(backbone: Backbone, compute: Compute, pooling: Pooling, training: TrainingConfig) -> float:
    """Seconds a step of the head alone takes."""
    size = training.batch_size
    model = Classifier(backbone, FreezePlan(), FeatureConfig(pooling=pooling), HeadConfig(), 2).to(
        compute.device
    )
    pooled = torch.randn(size, backbone.anatomy.width)
    loop = _loop(
        model, Inputs(np.ones(size, dtype=np.int64), pooled=pooled, scaled=pooled), training, compute
    )
    index = np.arange(size)

    def steps() -> None:
        for _ in range(20):
            loop.step(index, loop.inputs.batch(index, learning=True), 1000, 1000)

    return _seconds(steps, compute) / 20


def _loop(model: Classifier, inputs: Inputs, training: TrainingConfig, compute: Compute) -> Loop:
    labels = np.arange(len(inputs.lengths)) % 2
    everything = np.arange(len(labels))
    model.train()
    return Loop(model, inputs, TrainingRows(labels, everything, everything, 2), training, compute)


def _saved_bytes(backbone: Backbone, compute: Compute, pooling: Pooling, plan: FreezePlan) -> float:
    """Bytes per token that a forward pass keeps for the backward one, as autograd counts them."""
    tokens = _texts(backbone, 4, min(LONG, backbone.anatomy.token_limit))
    model = Classifier(backbone, plan, FeatureConfig(pooling=pooling), HeadConfig(), 2).to(compute.device)
    model.train()
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    seen: dict[int, int] = {}

    def count(saved: Tensor) -> Tensor:
        storage = saved.untyped_storage()
        if storage.data_ptr() not in weights:
            seen[storage.data_ptr()] = storage.nbytes()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(count, lambda saved: saved):
        loss = model(Inputs.from_tokens(tokens).batch(np.arange(len(tokens))), compute).sum()
    del loss
    return sum(seen.values()) / len(tokens.ids)


def _seconds(work: Callable[[], object], compute: Compute) -> float:
    """Return the median of a few repeats, after one to warm up."""
    took = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        work()
        if compute.device.type == "cuda":
            torch.cuda.synchronize()
        took.append(time.perf_counter() - started)
    return statistics.median(took[1:])
