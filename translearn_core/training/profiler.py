"""Step profiling: timed forward passes and training steps of a backbone, fitted to a cost model."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import psutil
import torch
from torch import Tensor, nn

from translearn_core.activations import Compute, PartialForward, ProgressCallback, no_progress
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.backbones import Backbone
from translearn_core.config import FeatureConfig, FreezePlan, HeadConfig, Pooling, TrainingConfig
from translearn_core.errors import out_of_memory
from translearn_core.inputs.text import IDS, TokenizedTexts
from translearn_core.results import CostModel
from translearn_core.tasks import Target
from translearn_core.training.loop import Loop
from translearn_core.training.optimizer import make_optimizer
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Batch, Classifier, Inputs

SHORT, LONG = 12, 48
"""Tokens per profiled text; typical tables lie between."""
REPEATS, ENOUGH_SECONDS = 3, 4.0
"""Timed calls of a measurement, and the seconds after which no further one is made."""
MEASUREMENTS = 10
"""Number of measurements where memory suffices for all."""
SAMPLE = 4_000_000
"""Parameters whose update is timed where memory does not suffice for that of all embeddings."""


def profile_steps(
    backbone: Backbone,
    compute: Compute,
    *,
    pooling: Pooling,
    training: TrainingConfig,
    load: float,
    limit_bytes: int,
    report: ProgressCallback = no_progress,
) -> CostModel:
    """Time forward passes, head-only steps and training steps of `backbone`, those that need least first.

    Where memory does not suffice for a step of all blocks, steps of fewer are timed; where it does not for
    the embeddings, the update of a sample of their parameters is. The backbone's weights change: pass a copy.
    `load` is its loading time in seconds, `limit_bytes` the memory a run may use.

    Raises
    ------
    MemoryError, RuntimeError
        If memory does not suffice for a step of one block.
    """
    profiler = _Profiler(backbone, compute, pooling, training, report)
    n, size = backbone.n_blocks, training.batch_size
    below = profiler.forward(LONG, stop=0)
    short, long = (max(0.0, profiler.forward(length) - below) / n for length in (SHORT, LONG))
    text = max(0.0, (short - long) / (1 / SHORT - 1 / LONG))
    head_step = profiler.head_step()
    steps = profiler.block_steps()
    step, block, token = fit_steps(steps, size)
    most = max(blocks for blocks, _ in steps)
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
        step_embeddings=profiler.embedding_seconds(steps.get((n, LONG))),
        head_step=head_step,
        saved_bytes=profiler.saved_bytes(FreezePlan.last_n(most, n)) / most,
        load=load,
        base_bytes=int(psutil.Process().memory_info().rss),
        limit_bytes=limit_bytes,
    )


def fit_steps(steps: Mapping[tuple[int, int], float], size: int) -> tuple[float, float, float]:
    """Fit seconds = step + blocks · (block + tokens · token) to steps by their blocks and tokens of a text.

    Least squares of relative errors, so that a short step weighs as much as a long one; `size` is the number
    of texts of a batch.
    """
    design = [(1.0, float(blocks), float(blocks * size * length)) for blocks, length in steps]
    weight = 1 / np.asarray(list(steps.values()))
    solved = np.linalg.lstsq(np.asarray(design) * weight[:, None], np.ones(len(design)), rcond=None)[0]
    step, block, token = (max(0.0, float(value)) for value in solved)
    return step, block, token


@dataclass
class _Profiler:
    """Measurements of one backbone, which report before every timed call."""

    backbone: Backbone
    compute: Compute
    pooling: Pooling
    training: TrainingConfig
    report: ProgressCallback
    measured: int = field(default=0, init=False)

    def forward(self, length: int, *, stop: int | None = None) -> float:
        """Return seconds per token of a forward pass of texts to block `stop`, or to the top."""
        compute, length = self.compute, min(length, self.backbone.info.token_limit)
        tokens = self._texts(TOKENS_PER_BATCH[compute.device.type] // length, length)
        model: nn.Module = self.backbone.model
        model.to(compute.device).eval()
        inputs = tokens.batch(np.arange(len(tokens))).to(compute.device)
        split = PartialForward.of(self.backbone)
        batches = 2 * compute.width
        with compute.inference(model), split.open(stop=stop) as run, compute.streams() as streams:
            all_batches = self._seconds(lambda: list(streams(lambda _: run(inputs), range(batches))))
        return all_batches / (batches * len(tokens.ids))

    def block_steps(self) -> dict[tuple[int, int], float]:
        """Return seconds per training step of the top block, and of as many as memory suffices for.

        Keys are the number of blocks and of tokens of a text.
        """
        n = self.backbone.n_blocks
        steps = {(1, length): self.step(FreezePlan.last_n(1, n), length) for length in (SHORT, LONG)}
        blocks = n
        while blocks > 1:
            plan = FreezePlan.last_n(blocks, n)
            timed = self._if_it_fits(partial(self._both_steps, plan))
            if timed is not None:
                return steps | {(blocks, LONG): timed[0], (blocks, SHORT): timed[1]}
            blocks //= 2
        return steps

    def _both_steps(self, plan: FreezePlan) -> list[float]:
        return [self.step(plan, length) for length in (LONG, SHORT)]

    def embedding_seconds(self, of_blocks: float | None) -> float:
        """Return what a step takes longer if the embeddings train too.

        `of_blocks` is the time of a step of all blocks, None if memory does not suffice for it.
        """
        info = self.backbone.info
        full = FreezePlan.full(info.n_blocks)
        if of_blocks is not None:
            timed = self._if_it_fits(lambda: [self.step(full, LONG)])
            if timed is not None:
                return max(0.0, timed[0] - of_blocks)
        return self.update_seconds(info.embedding_parameters)

    def update_seconds(self, parameters: int) -> float:
        """Return seconds of updating so many parameters, from the update of a sample."""
        sample = nn.Parameter(torch.zeros(max(1, min(SAMPLE, parameters)), device=self.compute.device))
        optimizer = make_optimizer({"sample": sample}, {"sample": "embeddings"}, self.training)

        def update() -> None:
            sample.grad = torch.zeros_like(sample)
            nn.utils.clip_grad_norm_([sample], 1.0)
            optimizer.step()

        return self._seconds(update) * parameters / sample.numel()

    def step(self, plan: FreezePlan, length: int) -> float:
        """Return seconds per training step; cached states are replaced by random ones."""
        backbone, size = self.backbone, self.training.batch_size
        tokens = self._texts(size, min(length, backbone.info.token_limit))
        loop = self._loop(plan, Inputs.of(tokens))
        index = np.arange(size)
        batch = loop.inputs.batch(index)
        cut = plan.first_trainable_block(backbone.n_blocks)
        if backbone.info.supports_partial_forward and cut > 0:
            shape = (size, int(tokens.cost.max()), backbone.info.width)
            batch = Batch(batch.inputs, cut, torch.randn(shape).to(self.compute.cache_dtype))
        try:
            return self._seconds(lambda: loop.step(index, batch, 1000, 1000))
        finally:  # the next plan finds the memory of this one's gradients free
            backbone.model.zero_grad(set_to_none=True)

    def head_step(self) -> float:
        """Return seconds per step of the head alone."""
        size = self.training.batch_size
        pooled = torch.randn(size, self.backbone.info.width)
        inputs = Inputs(np.ones(size, dtype=np.int64), pooled=pooled, standardised=pooled)
        loop = self._loop(FreezePlan(), inputs)
        index = np.arange(size)

        def steps() -> None:
            for _ in range(20):
                loop.step(index, loop.inputs.batch(index, learning=True), 1000, 1000)

        return self._seconds(steps) / 20

    def saved_bytes(self, plan: FreezePlan) -> float:
        """Return bytes per token that autograd saves for the backward pass."""
        tokens = self._texts(4, min(LONG, self.backbone.info.token_limit))
        model = self._classifier(plan)
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
            loss = model(Inputs.of(tokens).batch(np.arange(len(tokens))), self.compute).sum()
        del loss
        return sum(sizes.values()) / len(tokens.ids)

    def _texts(self, count: int, length: int) -> TokenizedTexts:
        random, vocabulary = np.random.default_rng(0), self.backbone.info.vocabulary
        ids = random.integers(5, max(6, vocabulary - 1), size=length * count).astype(np.int32)
        return TokenizedTexts({IDS: ids}, np.arange(0, len(ids) + 1, length, dtype=np.int64), {IDS: 0})

    def _classifier(self, plan: FreezePlan) -> Classifier:
        features = FeatureConfig(pooling=self.pooling)
        return Classifier(self.backbone, plan, features, HeadConfig(), 2).to(self.compute.device)

    def _loop(self, plan: FreezePlan, inputs: Inputs) -> Loop:
        model, rows = self._classifier(plan), np.arange(len(inputs.cost))
        target = Target("", model.problem, ("0", "1"), rows % 2)
        model.train()
        return Loop(model, inputs, TrainingRows(target, rows, rows), self.training, self.compute)

    def _if_it_fits(self, measure: Callable[[], list[float]]) -> list[float] | None:
        """Return measurements; None if memory does not suffice for them."""
        gc.collect()
        try:
            return measure()
        except Exception as error:
            if not out_of_memory(error):
                raise
        gc.collect()
        return None

    def _seconds(self, work: Callable[[], object]) -> float:
        """Return the median seconds of `work`, after one warm-up call."""
        seconds: list[float] = []
        while len(seconds) < 2 or (len(seconds) <= REPEATS and sum(seconds) < ENOUGH_SECONDS):
            self.report("timing a few steps", self.measured, MEASUREMENTS)
            started = time.perf_counter()
            work()
            if self.compute.device.type == "cuda":
                torch.cuda.synchronize()
            seconds.append(time.perf_counter() - started)
        self.measured = min(self.measured + 1, MEASUREMENTS)
        return statistics.median(seconds[1:])
