"""What a run will cost, from a few real steps timed on this device."""

from dataclasses import dataclass

from translearn_core.config import ExperimentConfig
from translearn_core.results.anatomy import Anatomy

ADAMW_BYTES = 16
"""Bytes per trainable float32 parameter: value, gradient and two moments."""


@dataclass(frozen=True)
class Estimate:
    """Seconds and bytes a run is expected to take, head and features counted."""

    boundary: int
    trainable: int
    total: int
    seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class Calibration:
    """Costs of one backbone on one device, per token, from a few timed steps.

    `forward_block` is the seconds one block takes per token without gradients, `train_block` forward and
    backward,
    `forward_embeddings` and `train_embeddings` the same for everything below the blocks;
    `update_parameter` the optimizer's seconds per
    trainable parameter and step; `state_bytes` is the memory training keeps per token and trained block.
    """

    device: str
    precision: str
    forward_block: float
    train_block: float
    forward_embeddings: float
    train_embeddings: float
    update_parameter: float
    state_bytes: float
    base_bytes: int

    def estimate(
        self,
        anatomy: Anatomy,
        config: ExperimentConfig,
        *,
        classes: int,
        rows: int,
        evaluated: int,
        tokens_per_text: float,
    ) -> Estimate:
        """Return the cost of `config` on `rows` training texts (and `evaluated` others, each epoch)."""
        boundary = config.plan.boundary(anatomy.n_blocks)
        kept = max(boundary, 0)
        above = anatomy.n_blocks - kept
        epochs = config.training.epochs
        tokens, other = rows * tokens_per_text, evaluated * tokens_per_text
        below = self.forward_embeddings + kept * self.forward_block
        seconds = (tokens + other) * below
        if above:
            step = above * self.train_block
            look = above * self.forward_block
            if boundary < 0:
                step, look = step + self.train_embeddings, look + self.forward_embeddings
                seconds = 0.0
            seconds += epochs * (tokens * step + other * look)
        trainable = anatomy.trainable(config.plan)
        head = self._head(anatomy.width, config, classes)
        steps = epochs * max(1, rows // config.training.batch_size)
        seconds += steps * (trainable + head) * self.update_parameter
        batch_tokens = config.training.batch_size * tokens_per_text * 1.5
        memory = self.base_bytes + 4 * anatomy.parameters + ADAMW_BYTES * (trainable + head)
        memory += int(batch_tokens * self.state_bytes * above)
        if boundary >= 0:
            memory += int((tokens + other) * anatomy.width * (4 if above else 0))
        return Estimate(boundary, trainable + head, anatomy.parameters + head, seconds, memory)

    @staticmethod
    def _head(width: int, config: ExperimentConfig, classes: int) -> int:
        if config.head.kind == "linear":
            return (width + 1) * classes
        return (width + 1) * config.head.width + (config.head.width + 1) * classes
