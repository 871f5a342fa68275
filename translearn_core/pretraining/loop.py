"""Pretraining loop: phases of epochs, masked language modelling steps, held-out loss.

Only the states of masked tokens go through the head: its output over the vocabulary is the largest layer.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.config import PretrainConfig, TrainingConfig
from translearn_core.config.lr_schedule import HEAD, rate_factor
from translearn_core.inputs import ModelInput
from translearn_core.pretraining.checkpoint import PretrainingState
from translearn_core.pretraining.corpus import Corpus
from translearn_core.pretraining.masking import IGNORE_INDEX, Masked
from translearn_core.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.results import StepPoint
from translearn_core.training.batches import batch_order
from translearn_core.training.callbacks import STEP_POINTS, Record
from translearn_core.training.checkpoint import copies, random_states, restore_random
from translearn_core.training.dropout import fast_cpu_dropout
from translearn_core.training.gradients import check_finite
from translearn_core.training.optimizer import make_optimizer, set_rates
from translearn_core.transfer import set_trainable

BODY = "body"
PRECOMPUTED_BATCHES = 32
"""Batches whose states are computed in parallel at a time while only the head trains."""


@dataclass(frozen=True)
class Phase:
    """Epochs in which the same parts train, at peak `rates`; `name` is shown as progress."""

    name: str
    epochs: range
    rates: Mapping[str, float]


@dataclass(frozen=True)
class MlmBatch:
    """Batch: indices of texts, a function that returns the states of masked tokens, and their true ids."""

    index: NDArray[np.int64]
    states: Callable[[], Tensor]
    targets: Tensor


class PretrainingLoop:
    """Pretraining loop; resumable at epoch boundaries."""

    def __init__(
        self,
        model: MaskedLanguageModel,
        corpus: Corpus,
        config: PretrainConfig,
        compute: Compute,
        report: ProgressCallback,
        record: Record,
    ) -> None:
        self.model, self.corpus, self.config, self.compute = model, corpus, config, compute
        self.report, self.record = report, record
        self.modules = nn.ModuleDict({BODY: model.model, HEAD: model.head}).to(compute.device)
        self.parameters = dict(self.modules.named_parameters())
        self.parts = {name: name.partition(".")[0] for name in self.parameters}
        # warm-up, decay, weight decay and clipping as in fine-tuning
        self.rates = TrainingConfig(lr=config.lr, head_lr=config.head_lr)
        self.phases = phases(config, fresh_head=model.fresh)
        self.state = PretrainingState()
        self.optimizer: torch.optim.Optimizer | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the training texts."""
        return -(-len(self.corpus.train) // self.config.batch_size)

    def resume(self, state: PretrainingState) -> None:
        """Resume from `state` exactly."""
        self.state = state
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(state.weights[name])
        self.record(state.steps)

    def checkpoint(self, seconds: float) -> PretrainingState:
        """Return the state at the end of an epoch; `seconds` is the total time so far."""
        assert self.optimizer is not None
        state = self.state
        state.seconds = seconds
        state.weights = copies(self.parameters)
        state.optimizer = self.optimizer.state_dict()
        state.random = random_states(self.compute.device)
        return state

    def run(self, save: Callable[[], None]) -> None:
        """Run all phases; call `save` after every epoch."""
        for phase in self.phases:
            if self.state.epoch < phase.epochs.stop:
                self._start(phase)
            while self.state.epoch < phase.epochs.stop:
                self.state.losses.append(self._epoch(phase))
                save()

    @torch.no_grad()
    def held_out_loss(self) -> float:
        """Return the mean loss per masked token of the held-out texts, under a fixed mask."""
        self.modules.eval()
        rows, size = self.corpus.held_out, self.config.batch_size
        rows = rows[np.argsort(-self.corpus.tokens.cost[rows], kind="stable")]
        order = [rows[start : start + size] for start in range(0, len(rows), size)]
        total, count = 0.0, 0

        def report(done: int) -> None:
            self.report("measuring on texts held out", done, len(order))

        for batch in self._precompute_batches(self.corpus.masked(), order, report):
            total += float(self._loss(batch, "sum"))
            count += len(batch.targets)
        return total / count

    def _start(self, phase: Phase) -> None:
        """Set up the trainable parts and optimizer of a phase, restoring a phase that was interrupted."""
        if BODY in phase.rates and self.state.before is None:
            self.state.before = self.held_out_loss()
        trainable = [name for name, part in self.parts.items() if part in phase.rates]
        set_trainable(self.modules, trainable)
        self.modules.zero_grad(set_to_none=True)
        self.optimizer = make_optimizer(
            {name: self.parameters[name] for name in trainable}, self.parts, self.rates
        )
        if self.state.epoch > phase.epochs.start:
            self.optimizer.load_state_dict(self.state.optimizer)
            restore_random(self.state.random, self.compute.device)
        else:
            torch.manual_seed(self.config.seed)

    def _epoch(self, phase: Phase) -> float:
        """Train one epoch; return the mean loss per masked token."""
        state, epoch = self.state, self.state.epoch
        corpus, size, seed = self.corpus, self.config.batch_size, self.config.seed
        order = batch_order(corpus.tokens.cost, corpus.train, size, seed=seed, epoch=epoch)
        stride = max(1, self.phases[-1].epochs.stop * len(order) // STEP_POINTS)
        total, count, tokens, started = 0.0, 0, 0, time.perf_counter()
        for done, batch in enumerate(self._batches(phase, corpus.masked(epoch), order), 1):
            loss, norm, rates = self._step(phase, batch)
            total, count = total + loss * len(batch.targets), count + len(batch.targets)
            tokens += int(corpus.tokens.cost[batch.index].sum())
            if state.step % stride == 0:
                point = StepPoint(
                    step=state.step,
                    epoch=epoch + done / len(order),
                    loss=loss,
                    lr=rates.get(BODY, 0.0),
                    head_lr=rates[HEAD],
                    grad_norm=norm,
                    tokens_per_second=tokens / max(1e-9, time.perf_counter() - started),
                )
                state.steps.append(point)
                self.record([point])
            self._report(phase)
        return total / count

    def _step(self, phase: Phase, batch: MlmBatch) -> tuple[float, float, dict[str, float]]:
        """Take one step; return its loss, gradient norm and learning rates."""
        assert self.optimizer is not None
        state, each = self.state, self.steps_per_epoch
        done, steps = state.step - phase.epochs.start * each, len(phase.epochs) * each
        factor = rate_factor(done, steps, self.rates)
        rates = {part: peak * factor for part, peak in phase.rates.items()}
        set_rates(self.optimizer, rates)
        self.optimizer.zero_grad(set_to_none=True)
        with fast_cpu_dropout(self.compute.device):
            loss = self._loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(
            [p for p in self.parameters.values() if p.requires_grad], self.rates.clip
        )
        check_finite(value := loss.item(), state.step + 1, self.rates)
        self.optimizer.step()
        state.step += 1
        return value, float(norm), rates

    def _loss(self, batch: MlmBatch, reduction: str = "mean") -> Tensor:
        with self.compute.autocast():
            logits = self.model.head(batch.states())
        return functional.cross_entropy(logits.float(), batch.targets, reduction=reduction)

    def _batches(self, phase: Phase, texts: Masked, order: Sequence[NDArray[np.int64]]) -> Iterator[MlmBatch]:
        """Yield the batches of an epoch; while only the head trains, states are precomputed in parallel."""
        if BODY in phase.rates:
            self.modules.train()
            for index in order:
                inputs, labels = self._to_device(texts, index)
                states = partial(self._states, inputs, labels)
                yield MlmBatch(index, states, labels[labels != IGNORE_INDEX])
            return
        for start in range(0, len(order), PRECOMPUTED_BATCHES):
            part = order[start : start + PRECOMPUTED_BATCHES]
            yield from self._precompute_batches(texts, part, lambda _: self._report(phase))

    def _precompute_batches(
        self, texts: Masked, order: Sequence[NDArray[np.int64]], report: Callable[[int], None]
    ) -> list[MlmBatch]:
        """Compute the states of batches without gradients, in parallel where the device benefits."""
        self.modules.eval()

        def compute(index: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
            inputs, labels = self._to_device(texts, index)
            return self._states(inputs, labels).float(), labels[labels != IGNORE_INDEX]

        computed = []
        with self.compute.inference(self.model.model), self.compute.streams() as streams:
            for done, batch in enumerate(streams(compute, order)):
                report(done)
                computed.append(batch)
        # cloned: autograd cannot save inference tensors for backward
        return [
            MlmBatch(index, states.clone, targets.clone())
            for index, (states, targets) in zip(order, computed, strict=True)
        ]

    def _to_device(self, texts: Masked, index: NDArray[np.int64]) -> tuple[ModelInput, Tensor]:
        inputs, labels = texts.batch(index)
        return inputs.to(self.compute.device), labels.to(self.compute.device)

    def _states(self, inputs: ModelInput, labels: Tensor) -> Tensor:
        """Return the top states of masked tokens, shape (masked, width)."""
        states: Tensor = self.model.model(**inputs.tensors).last_hidden_state
        return states[labels != IGNORE_INDEX]

    def _report(self, phase: Phase) -> None:
        first, each = phase.epochs.start * self.steps_per_epoch, self.steps_per_epoch
        self.report(phase.name, self.state.step - first, len(phase.epochs) * each)


def phases(config: PretrainConfig, *, fresh_head: bool) -> list[Phase]:
    """Return the phases: a new head alone, then everything."""
    alone = config.head_epochs if fresh_head else 0
    head = config.head_lr if fresh_head else config.lr
    return [
        *([Phase("training the prediction head", range(alone), {HEAD: head})] if alone else []),
        Phase("pre-training", range(alone, alone + config.epochs), {BODY: config.lr, HEAD: head}),
    ]
