"""The loop of a pre-training: phases of epochs, steps on covered words, the loss on texts held out.

Only the states of covered tokens go through the head: its vocabulary is by far the largest layer.
"""

import math
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
from translearn_core.errors import TrainingError
from translearn_core.pretraining.checkpoint import PretrainingState
from translearn_core.pretraining.corpus import Corpus
from translearn_core.pretraining.masking import IGNORE_INDEX, Masked
from translearn_core.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.batches import batch_order
from translearn_core.training.callbacks import STEP_POINTS
from translearn_core.training.checkpoint import copies, random_states, restore_random
from translearn_core.training.dropout import fast_cpu_dropout
from translearn_core.training.optimizer import make_optimizer, set_rates
from translearn_core.transfer import set_trainable

BODY = "body"
AT_A_TIME = 32
"""Batches read ahead, by all cores at once, where only the head learns."""

Record = Callable[[Sequence[StepPoint | EpochPoint]], None]


@dataclass(frozen=True)
class Phase:
    """Epochs in which the same parts train: `rates` has their peak rates, `name` is what people are told."""

    name: str
    epochs: range
    rates: Mapping[str, float]


@dataclass(frozen=True)
class MlmBatch:
    """A batch: its texts, a way to the states of their covered tokens, and the ids to guess."""

    index: NDArray[np.int64]
    states: Callable[[], Tensor]
    hidden: Tensor


class PretrainingLoop:
    """One pre-training that can be left at the end of any epoch and gone on with."""

    def __init__(
        self,
        guesser: MaskedLanguageModel,
        corpus: Corpus,
        config: PretrainConfig,
        compute: Compute,
        report: ProgressCallback,
        record: Record,
    ) -> None:
        self.guesser, self.corpus, self.config, self.compute = guesser, corpus, config, compute
        self.report, self.record = report, record
        self.whole = nn.ModuleDict({BODY: guesser.model, HEAD: guesser.head}).to(compute.device)
        self.named = dict(self.whole.named_parameters())
        self.parts = {name: name.partition(".")[0] for name in self.named}
        # warm-up, decay, weight decay and clipping are those of a training
        self.rates = TrainingConfig(lr=config.lr, head_lr=config.head_lr)
        self.phases = phases(config, fresh_head=guesser.fresh)
        self.state = PretrainingState()
        self.optimizer: torch.optim.Optimizer | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one pass over the texts."""
        return -(-len(self.corpus.train) // self.config.batch_size)

    def resume(self, state: PretrainingState) -> None:
        """Go on from `state` as if nothing had happened."""
        self.state = state
        with torch.no_grad():
            for name, parameter in self.named.items():
                parameter.copy_(state.weights[name])
        self.record(state.steps)

    def checkpoint(self, seconds: float) -> PretrainingState:
        """Return the state at the end of an epoch, `seconds` having been spent on it so far."""
        assert self.optimizer is not None
        state = self.state
        state.seconds = seconds
        state.weights = copies(self.named)
        state.optimizer = self.optimizer.state_dict()
        state.random = random_states(self.compute.device)
        return state

    def run(self, keep: Callable[[], None]) -> None:
        """Go through all phases; `keep` is called after every epoch."""
        for phase in self.phases:
            if self.state.epoch < phase.epochs.stop:
                self._open(phase)
            while self.state.epoch < phase.epochs.stop:
                self.state.losses.append(self._epoch(phase))
                keep()

    @torch.no_grad()
    def held_out_loss(self) -> float:
        """Return the mean loss on the held-out texts, in which always the same words are covered."""
        self.whole.eval()
        rows, size = self.corpus.held_out, self.config.batch_size
        rows = rows[np.argsort(-self.corpus.tokens.lengths[rows], kind="stable")]
        order = [rows[start : start + size] for start in range(0, len(rows), size)]
        total, count = 0.0, 0
        tell = partial(self.report, "measuring on texts held out")
        for batch in self._precompute_batches(
            self.corpus.masked(), order, lambda done: tell(done, len(order))
        ):
            total += float(self._loss(batch, "sum"))
            count += len(batch.hidden)
        return total / count

    def _open(self, phase: Phase) -> None:
        """Let the parts of a phase learn; one that was left in the middle goes on where it was."""
        if BODY in phase.rates and self.state.before is None:
            self.state.before = self.held_out_loss()
        learning = [name for name, part in self.parts.items() if part in phase.rates]
        set_trainable(self.whole, learning)
        self.whole.zero_grad(set_to_none=True)
        self.optimizer = make_optimizer({name: self.named[name] for name in learning}, self.parts, self.rates)
        if self.state.epoch > phase.epochs.start:
            self.optimizer.load_state_dict(self.state.optimizer)
            restore_random(self.state.random, self.compute.device)
        else:
            torch.manual_seed(self.config.seed)

    def _epoch(self, phase: Phase) -> float:
        """Pass over the texts once and return the mean loss of a covered token."""
        state, epoch = self.state, self.state.epoch
        corpus, size, seed = self.corpus, self.config.batch_size, self.config.seed
        order = batch_order(corpus.tokens.lengths, corpus.train, size, seed=seed, epoch=epoch)
        stride = max(1, self.phases[-1].epochs.stop * len(order) // STEP_POINTS)
        total, count, tokens, began = 0.0, 0, 0, time.perf_counter()
        for done, batch in enumerate(self._batches(phase, corpus.masked(epoch), order), 1):
            loss, norm, rates = self._step(phase, batch)
            total, count = total + loss * len(batch.hidden), count + len(batch.hidden)
            tokens += int(corpus.tokens.lengths[batch.index].sum())
            if state.step % stride == 0:
                point = StepPoint(
                    step=state.step,
                    epoch=epoch + done / len(order),
                    loss=loss,
                    lr=rates.get(BODY, 0.0),
                    head_lr=rates[HEAD],
                    grad_norm=norm,
                    tokens_per_second=tokens / max(1e-9, time.perf_counter() - began),
                )
                state.steps.append(point)
                self.record([point])
            self._tell(phase)
        return total / count

    def _step(self, phase: Phase, batch: MlmBatch) -> tuple[float, float, dict[str, float]]:
        """Take one step; return its loss, the norm of its gradient and the rates it was taken at."""
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
            [p for p in self.named.values() if p.requires_grad], self.rates.clip
        )
        if not math.isfinite(value := loss.item()):
            raise TrainingError(
                f"The loss became {value} at step {state.step + 1}: lower the learning rate (now "
                f"{self.config.lr:g}, head {self.config.head_lr:g}) or choose float32."
            )
        self.optimizer.step()
        state.step += 1
        return value, float(norm), rates

    def _loss(self, batch: MlmBatch, reduction: str = "mean") -> Tensor:
        with self.compute.autocast():
            logits = self.guesser.head(batch.states())
        return functional.cross_entropy(logits.float(), batch.hidden, reduction=reduction)

    def _batches(self, phase: Phase, texts: Masked, order: Sequence[NDArray[np.int64]]) -> Iterator[MlmBatch]:
        """Yield the batches of an epoch; while only the head learns, many are read at a time."""
        if BODY in phase.rates:
            self.whole.train()
            for index in order:
                ids, mask, hidden = self._to_device(texts, index)
                yield MlmBatch(
                    index, partial(self._states, ids, mask, hidden), hidden[hidden != IGNORE_INDEX]
                )
            return
        for start in range(0, len(order), AT_A_TIME):
            part = order[start : start + AT_A_TIME]
            yield from self._precompute_batches(texts, part, lambda _: self._tell(phase))

    def _precompute_batches(
        self, texts: Masked, order: Sequence[NDArray[np.int64]], tell: Callable[[int], None]
    ) -> list[MlmBatch]:
        """Read batches without gradients, as many at a time as the device does well with."""
        self.whole.eval()

        def read(index: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
            ids, mask, hidden = self._to_device(texts, index)
            return self._states(ids, mask, hidden).float(), hidden[hidden != IGNORE_INDEX]

        found = []
        with self.compute.inference(self.guesser.model), self.compute.streams() as streams:
            for done, seen in enumerate(streams(read, order)):
                tell(done)
                found.append(seen)
        # copies, because what inference mode made can teach nothing
        return [
            MlmBatch(index, states.clone, hidden.clone())
            for index, (states, hidden) in zip(order, found, strict=True)
        ]

    def _to_device(self, texts: Masked, index: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        ids, mask, hidden = (tensor.to(self.compute.device) for tensor in texts.batch(index))
        return ids, mask, hidden

    def _states(self, ids: Tensor, mask: Tensor, hidden: Tensor) -> Tensor:
        """Return the top states of covered tokens, shape (covered, width)."""
        states: Tensor = self.guesser.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return states[hidden != IGNORE_INDEX]

    def _tell(self, phase: Phase) -> None:
        first, each = phase.epochs.start * self.steps_per_epoch, self.steps_per_epoch
        self.report(phase.name, self.state.step - first, len(phase.epochs) * each)


def phases(config: PretrainConfig, *, fresh_head: bool) -> list[Phase]:
    """Return what trains in which epochs: a fresh head alone, then everything."""
    alone = config.head_epochs if fresh_head else 0
    head = config.head_lr if fresh_head else config.lr
    return [
        *([Phase("training the prediction head", range(alone), {HEAD: head})] if alone else []),
        Phase("pre-training", range(alone, alone + config.epochs), {BODY: config.lr, HEAD: head}),
    ]
