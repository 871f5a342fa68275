"""What a run will cost, from a few real steps timed on this device."""

from dataclasses import dataclass

from translearn_core.config import ExperimentConfig, HeadKind, LayerCombination, LrFinderConfig
from translearn_core.results.backbone_info import BackboneInfo
from translearn_core.results.diagnostics.snapshots import REPLAYED, snapshot_epochs

TRAINED_BYTES = 24
"""Bytes per trainable parameter beside its value: gradient, two moments, start, best epoch, one to write."""
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
class Workload:
    """What the table brings: rows to train on, to choose on and to report on, tokens a text, classes."""

    train: int
    validation: int
    test: int
    tokens_per_text: float
    classes: int


@dataclass(frozen=True)
class CostEstimate:
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
class CostModel:
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

    def estimate(self, anatomy: BackboneInfo, config: ExperimentConfig, task: Workload) -> CostEstimate:
        """Return the cost of `config` where nothing of it was computed before."""
        boundary = config.plan.first_trainable_block(anatomy.n_blocks)
        below = anatomy.trainable(config.plan, config.tuning)
        head = self._head(anatomy, config, task.classes)
        trainable = below + head
        memory = self.base_bytes + 4 * anatomy.parameters + TRAINED_BYTES * trainable
        above = anatomy.n_blocks - max(boundary, 0)
        batch_tokens = config.training.batch_size * task.tokens_per_text * BATCH_SPREAD
        memory += int(batch_tokens * self.saved_bytes * above)
        if not above:
            layers = len(config.features.selected_layers(anatomy.n_blocks))
            memory += int(
                (self._train(config, task) + task.validation + task.test) * anatomy.width * 4 * layers
            )
        return CostEstimate(
            boundary,
            trainable,
            anatomy.parameters + head,
            self._seconds(anatomy, config, task),
            memory,
            self.limit_bytes,
        )

    def search_seconds(self, anatomy: BackboneInfo, search: LrFinderConfig, task: Workload) -> float:
        """Return how long looking for a learning rate takes at most: it ends where the loss runs away."""
        config, n, length = search.experiment, anatomy.n_blocks, task.tokens_per_text
        boundary = config.plan.first_trainable_block(n)
        kept = self._cut(anatomy, boundary)
        rows = min(self._train(config, task), search.steps * config.training.batch_size)
        block = length * self.encode_block + self.encode_text
        once = PASS_SCATTER * (kept * block + length * self.encode_embeddings) if kept else 0.0
        step = self.head_step if boundary == n else self._step(anatomy, config, length, kept, boundary)
        return LOADS * self.load + rows * once + STEP_SCATTER * search.steps * step

    def lighter(
        self, anatomy: BackboneInfo, config: ExperimentConfig, task: Workload
    ) -> list[ExperimentConfig]:
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
            plan = type(config.plan).last_n(k, anatomy.n_blocks)
            whole = {"stages": (), "tuning": config.tuning if k else type(config.tuning)()}
            candidate = config.model_copy(update={"plan": plan, **whole})
            lower = plan.first_trainable_block(anatomy.n_blocks) > config.plan.first_trainable_block(
                anatomy.n_blocks
            )
            if lower and self.estimate(anatomy, candidate, task).fits:
                found.append(candidate)
                break
        return found

    def _seconds(self, anatomy: BackboneInfo, config: ExperimentConfig, task: Workload) -> float:
        n, length = anatomy.n_blocks, task.tokens_per_text
        train = self._train(config, task)
        rows = train + task.validation + task.test
        block = PASS_SCATTER * (length * self.encode_block + self.encode_text)
        below = PASS_SCATTER * length * self.encode_embeddings
        seconds, computed, lowest = LOADS * self.load, 0, n
        for stage in config.resolved_stages:
            boundary = stage.plan.first_trainable_block(n)
            steps = stage.epochs * -(-train // config.training.batch_size)
            kept = self._cut(anatomy, boundary)
            # what lies below is computed once; again from the lowest block that an earlier stage has changed
            computed = min(computed, lowest) if kept > lowest else computed
            seconds += rows * ((below if kept and not computed else 0.0) + max(0, kept - computed) * block)
            computed, lowest = max(computed, kept), min(lowest, max(boundary, 0))
            if boundary == n:
                seconds += STEP_SCATTER * steps * self.head_step
                continue
            # passes without gradients over what is above the cut: the scaling and each epoch's validation
            looked_at = (
                min(STANDARDISE_ROWS, train) * (stage is config.resolved_stages[0])
                + stage.epochs * task.validation
            )
            seconds += looked_at * ((n - kept) * block + below)
            seconds += STEP_SCATTER * steps * self._step(anatomy, config, length, kept, boundary)
        if config.trains_backbone and anatomy.supports_partial_forward:
            kept_moments = snapshot_epochs(config.training.epochs, len(config.stages))
            seconds += kept_moments * min(2 * REPLAYED, task.train + task.test) * (n * block + below)
        if boundary < n:
            seconds += (task.train + task.validation + task.test) * ((n - kept) * block + below)
        return seconds

    def _step(
        self, anatomy: BackboneInfo, config: ExperimentConfig, length: float, kept: int, boundary: int
    ) -> float:
        size = config.training.batch_size
        trained = anatomy.n_blocks - kept if anatomy.supports_partial_forward else anatomy.n_blocks
        scale = min(1.0, size / self.batch_size)
        step = self.step + trained * (self.step_block * scale + size * length * self.step_token)
        return step + (self.step_embeddings if boundary < 0 else 0.0)

    @staticmethod
    def _cut(anatomy: BackboneInfo, boundary: int) -> int:
        """Return below which block nothing is computed twice; 0 where every step runs the whole backbone."""
        return (
            boundary
            if boundary > 0 and (anatomy.supports_partial_forward or boundary == anatomy.n_blocks)
            else 0
        )

    @staticmethod
    def _train(config: ExperimentConfig, task: Workload) -> int:
        """Training rows, altered copies counted."""
        chosen = min(task.train, config.data.train_rows or task.train)
        return chosen * (1 + config.augment.copies)

    @staticmethod
    def _head(anatomy: BackboneInfo, config: ExperimentConfig, classes: int) -> int:
        layers, width = config.features.selected_layers(anatomy.n_blocks), anatomy.width
        mix = len(layers) + 1 if config.features.layers is LayerCombination.MIX else 0
        if config.features.layers is LayerCombination.CONCAT_4:
            width *= len(layers)
        if config.head.kind is HeadKind.LINEAR:
            return (width + 1) * classes + mix
        return (width + 1) * config.head.width + (config.head.width + 1) * classes + mix
