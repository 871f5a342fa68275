"""What a run will cost, from a few real steps timed on this device."""

from dataclasses import dataclass

from translearn_core.config import ExperimentConfig
from translearn_core.results.anatomy import Anatomy

TRAINED_BYTES = 20
"""Bytes per trainable parameter beside its value: gradient, two moments, best epoch, a copy to write."""
STANDARDISE_ROWS = 1024
"""Rows passed once to fit the head's scaling."""
BATCH_SPREAD = 1.7
"""How much longer than average the longest batch is."""
PASS_SCATTER, STEP_SCATTER = 1.15, 1.25
"""How much longer real passes and steps take than the timed ones, which repeat one shape: padding, shapes the
processor meets for the first time, keeping what comes out."""
LOADS = 3
"""What else a run does, in times of loading the backbone, which it does twice."""


@dataclass(frozen=True)
class Task:
    """What the table brings: rows to train on, to choose on and to report on, tokens a text, classes."""

    train: int
    validation: int
    test: int
    tokens_per_text: float
    classes: int


@dataclass(frozen=True)
class Estimate:
    """Seconds and bytes a run is expected to take, head and features counted."""

    boundary: int
    trainable: int
    total: int
    seconds: float
    memory_bytes: int
    limit_bytes: int

    @property
    def fits(self) -> bool:
        """Whether the memory is there."""
        return self.memory_bytes <= self.limit_bytes


@dataclass(frozen=True)
class Calibration:
    """Costs of one backbone on one device, in seconds, from a few timed steps.

    Without gradients a token takes `encode_embeddings` and in each block `encode_block`, and a text
    `encode_text` more in each block. A training step of
    `batch_size` texts takes `step` + blocks · (`step_block` + tokens · `step_token`), and `step_embeddings`
    more where the embeddings train; a step of the head alone `head_step`. `saved_bytes` is the memory a
    step keeps per token and block; `limit_bytes` what a run may take.
    """

    device: str
    precision: str
    batch_size: int
    encode_embeddings: float
    encode_block: float
    encode_text: float
    step: float
    step_block: float
    step_token: float
    step_embeddings: float
    head_step: float
    saved_bytes: float
    load: float
    base_bytes: int
    limit_bytes: int

    def estimate(self, anatomy: Anatomy, config: ExperimentConfig, task: Task) -> Estimate:
        """Return the cost of `config` where nothing of it was computed before."""
        boundary = config.plan.boundary(anatomy.n_blocks)
        trainable = anatomy.trainable(config.plan) + self._head(anatomy.width, config, task.classes)
        head = trainable - anatomy.trainable(config.plan)
        memory = self.base_bytes + 4 * anatomy.parameters + TRAINED_BYTES * trainable
        above = anatomy.n_blocks - max(boundary, 0)
        batch_tokens = config.training.batch_size * task.tokens_per_text * BATCH_SPREAD
        memory += int(batch_tokens * self.saved_bytes * above)
        if not above:
            memory += int((task.train + task.validation + task.test) * anatomy.width * 4)
        return Estimate(
            boundary,
            trainable,
            anatomy.parameters + head,
            self._seconds(anatomy, config, task),
            memory,
            self.limit_bytes,
        )

    def lighter(self, anatomy: Anatomy, config: ExperimentConfig, task: Task) -> list[ExperimentConfig]:
        """Return what would fit where `config` does not: the largest smaller batch, the lowest boundary."""
        found: list[ExperimentConfig] = []
        size = config.training.batch_size // 2
        while size:
            smaller = config.training.model_copy(update={"batch_size": size})
            candidate = config.model_copy(update={"training": smaller})
            if self.estimate(anatomy, candidate, task).fits:
                found.append(candidate)
                break
            size //= 2
        for k in range(anatomy.n_blocks, -1, -1):
            plan = type(config.plan).last(k, anatomy.n_blocks)
            candidate = config.model_copy(update={"plan": plan})
            lower = plan.boundary(anatomy.n_blocks) > config.plan.boundary(anatomy.n_blocks)
            if lower and self.estimate(anatomy, candidate, task).fits:
                found.append(candidate)
                break
        return found

    def _seconds(self, anatomy: Anatomy, config: ExperimentConfig, task: Task) -> float:
        n, boundary, training = anatomy.n_blocks, config.plan.boundary(anatomy.n_blocks), config.training
        rows, length = task.train + task.validation + task.test, task.tokens_per_text
        block = PASS_SCATTER * (length * self.encode_block + self.encode_text)
        below = PASS_SCATTER * length * self.encode_embeddings
        fixed = LOADS * self.load
        steps = training.epochs * -(-task.train // training.batch_size)
        if boundary == n:
            return fixed + rows * (below + n * block) + STEP_SCATTER * steps * self.head_step
        kept = boundary if boundary > 0 and anatomy.splittable else 0
        above = n - kept
        # passes without gradients over what is above the cut: the scaling, each epoch's validation, the end
        looked_at = min(STANDARDISE_ROWS, task.train) + training.epochs * task.validation + rows
        passes = looked_at * (above * block + below) + (rows * (below + kept * block) if kept else 0.0)
        trained = above if anatomy.splittable else n
        tokens = training.batch_size * length
        scale = training.batch_size / self.batch_size
        step = self.step + trained * (self.step_block * min(1.0, scale) + tokens * self.step_token)
        if boundary < 0:
            step += self.step_embeddings
        return fixed + passes + STEP_SCATTER * steps * step

    @staticmethod
    def _head(width: int, config: ExperimentConfig, classes: int) -> int:
        if config.head.kind == "linear":
            return (width + 1) * classes
        return (width + 1) * config.head.width + (config.head.width + 1) * classes
