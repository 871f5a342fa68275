"""Step profiling: timed forward passes and training steps of a backbone, fitted to a cost model."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import psutil
import torch
from torch import Tensor, nn

from translearn_core.activations import Compute, PartialForward
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.backbones import Backbone
from translearn_core.config import FeatureConfig, FreezePlan, HeadConfig, Pooling, TrainingConfig
from translearn_core.inputs.text import IDS, TokenizedTexts
from translearn_core.results import CostModel
from translearn_core.tasks import Target
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Batch, Classifier, Inputs

SHORT, LONG = 12, 48
"""Tokens per profiled text; typical tables lie between."""
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
    """Time forward passes, training steps and head-only steps of `backbone`.

    The backbone's weights change: pass a copy. `load` is its loading time in seconds, `limit_bytes` the
    memory a run may use.
    """
    n = backbone.n_blocks
    full = FreezePlan.full(n)
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
    # seconds = step + blocks · (block + tokens · token), by least squares over the timings
    design = [
        (1.0, float(len(plan.blocks)), float(len(plan.blocks) * size * length)) for plan, length in steps
    ]
    # minimise relative errors: a short step weighs as much as a long one
    weight = 1 / np.asarray(list(steps.values()))
    solved = np.linalg.lstsq(np.asarray(design) * weight[:, None], np.ones(len(design)), rcond=None)[0]
    step, block, token = (max(0.0, float(value)) for value in solved)
    with_embeddings = _step(backbone, compute, pooling, training, full, LONG)
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
    ids = random.integers(5, max(6, backbone.info.vocabulary - 1), size=length * count).astype(np.int32)
    return TokenizedTexts({IDS: ids}, np.arange(0, len(ids) + 1, length, dtype=np.int64), {IDS: 0})


def _forward(backbone: Backbone, compute: Compute, length: int, *, stop: int | None = None) -> float:
    """Return seconds per token of a forward pass to block `stop`, or to the top, for texts of `length`."""
    length = min(length, backbone.info.token_limit)
    tokens = _texts(backbone, TOKENS_PER_BATCH[compute.device.type] // length, length)
    model: nn.Module = backbone.model
    model.to(compute.device).eval()
    inputs = tokens.batch(np.arange(len(tokens))).to(compute.device)
    split = PartialForward.of(backbone)
    batches = 2 * compute.width
    with compute.inference(model), split.open(stop=stop) as run, compute.streams() as streams:
        all_batches = _seconds(lambda: list(streams(lambda _: run(inputs), range(batches))), compute)
    return all_batches / (batches * len(tokens.ids))


def _step(
    backbone: Backbone,
    compute: Compute,
    pooling: Pooling,
    training: TrainingConfig,
    plan: FreezePlan,
    length: int,
) -> float:
    """Return seconds per training step; cached states are replaced by random ones."""
    size = training.batch_size
    tokens = _texts(backbone, size, min(length, backbone.info.token_limit))
    model = Classifier(backbone, plan, FeatureConfig(pooling=pooling), HeadConfig(), 2).to(compute.device)
    loop = _loop(model, Inputs.of(tokens), training, compute)
    index = np.arange(size)
    batch = loop.inputs.batch(index)
    if backbone.info.supports_partial_forward and plan.first_trainable_block(backbone.n_blocks) > 0:
        shape = (size, int(tokens.cost.max()), backbone.info.width)
        cut = plan.first_trainable_block(backbone.n_blocks)
        batch = Batch(batch.inputs, cut, torch.randn(shape).to(compute.cache_dtype))
    return _seconds(lambda: loop.step(index, batch, 1000, 1000), compute)


def _head_step(backbone: Backbone, compute: Compute, pooling: Pooling, training: TrainingConfig) -> float:
    """Return seconds per step of the head alone."""
    size = training.batch_size
    model = Classifier(backbone, FreezePlan(), FeatureConfig(pooling=pooling), HeadConfig(), 2).to(
        compute.device
    )
    pooled = torch.randn(size, backbone.info.width)
    loop = _loop(
        model, Inputs(np.ones(size, dtype=np.int64), pooled=pooled, standardised=pooled), training, compute
    )
    index = np.arange(size)

    def steps() -> None:
        for _ in range(20):
            loop.step(index, loop.inputs.batch(index, learning=True), 1000, 1000)

    return _seconds(steps, compute) / 20


def _loop(model: Classifier, inputs: Inputs, training: TrainingConfig, compute: Compute) -> Loop:
    rows = np.arange(len(inputs.cost))
    target = Target("", model.problem, ("0", "1"), rows % 2)
    model.train()
    return Loop(model, inputs, TrainingRows(target, rows, rows), training, compute)


def _saved_bytes(backbone: Backbone, compute: Compute, pooling: Pooling, plan: FreezePlan) -> float:
    """Return bytes per token that autograd saves for the backward pass."""
    tokens = _texts(backbone, 4, min(LONG, backbone.info.token_limit))
    model = Classifier(backbone, plan, FeatureConfig(pooling=pooling), HeadConfig(), 2).to(compute.device)
    model.freeze(plan)
    model.train()
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    sizes: dict[int, int] = {}

    def count(saved: Tensor) -> Tensor:
        storage = saved.untyped_storage()
        if storage.data_ptr() not in weights:
            sizes[storage.data_ptr()] = storage.nbytes()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(count, lambda saved: saved):
        loss = model(Inputs.of(tokens).batch(np.arange(len(tokens))), compute).sum()
    del loss
    return sum(sizes.values()) / len(tokens.ids)


def _seconds(work: Callable[[], object], compute: Compute) -> float:
    """Return the median seconds of `work`, after one warm-up call."""
    seconds = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        work()
        if compute.device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])
