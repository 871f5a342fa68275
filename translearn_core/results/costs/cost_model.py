"""Cost model: time and memory of a run, from a few steps timed on this device."""

from dataclasses import dataclass
from math import ceil

from translearn_core.config import (
    AdaptationMethod,
    ExperimentConfig,
    HeadKind,
    LayerCombination,
    TaskWeighting,
)
from translearn_core.config.few_labels.contrastive import VALIDATION_TEXTS
from translearn_core.config.pretraining import PretrainConfig
from translearn_core.results.backbone_info import BackboneInfo
from translearn_core.results.costs.workload import Workload
from translearn_core.results.diagnostics.snapshots import REPLAYED, snapshot_epochs
from translearn_core.results.training.pretraining import held_out_texts

TRAINED_BYTES = 24
"""Bytes per trainable parameter beside its value: gradient, two moments, start, best epoch, checkpoint."""
STANDARDISE_ROWS = 1024
"""Rows that the scaling of the head's input is fitted on."""
BATCH_SPREAD = 1.7
"""Ratio of the longest batch to the average one."""
PASS_SCATTER, STEP_SCATTER = 1.15, 1.25
"""Ratio of real to timed passes and steps, for padding, changing shapes and writing to the cache."""
LOADS = 3
"""Overhead of a run in multiples of loading the backbone, which is loaded twice."""


@dataclass(frozen=True)
class CostEstimate:
    """Expected time and memory of a run, with head and features."""

    boundary: int
    trainable: int
    total: int
    seconds: float
    memory_bytes: int
    limit_bytes: int

    @property
    def fits(self) -> bool:
        """Whether the memory suffices."""
        return self.memory_bytes <= self.limit_bytes


@dataclass(frozen=True)
class CostModel:
    """Costs of one backbone on one device, in seconds, from a few timed steps.

    Without gradients a token takes `encode_embeddings` and in each block `encode_block`, and a text
    `encode_text` more in each block. A training step of `batch_size` texts takes `step` + blocks ·
    (`step_block` + tokens · `step_token`), and `step_embeddings` more if the embeddings train; a step of the
    head alone takes `head_step`. `saved_bytes` is the activation memory per token and block; `limit_bytes`
    the memory limit of a run.
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

    def estimate(self, backbone_info: BackboneInfo, config: ExperimentConfig, task: Workload) -> CostEstimate:
        """Return the cost of `config` with an empty cache."""
        boundary = config.freeze.first_trainable_block(backbone_info.n_blocks)
        below = backbone_info.trainable(config.freeze, config.tuning)
        head = self._head(backbone_info, config, task.n_outputs)
        trainable = below + head
        memory = self.base_bytes + 4 * backbone_info.parameters + TRAINED_BYTES * trainable
        above = backbone_info.n_blocks - max(boundary, 0)
        batch_tokens = config.training.batch_size * task.tokens_per_text * BATCH_SPREAD
        memory += int(batch_tokens * self.saved_bytes * above)
        if not above:
            layers = len(config.features.selected_layers(backbone_info.n_blocks))
            rows = self._train_rows(config, task) + task.validation + task.test
            width = backbone_info.width * config.features.pair_encoding.vectors
            memory += int(rows * width * 4 * layers)
        return CostEstimate(
            boundary,
            trainable,
            backbone_info.parameters + head,
            self._seconds(backbone_info, config, task),
            memory,
            self.limit_bytes,
        )

    def search_seconds(
        self, backbone_info: BackboneInfo, config: ExperimentConfig, steps: int, task: Workload
    ) -> float:
        """Return an upper bound on the seconds of a learning-rate range test, which may end early."""
        n, length = backbone_info.n_blocks, task.tokens_per_text
        boundary = config.freeze.first_trainable_block(n)
        cached = self._cached_blocks(backbone_info, boundary)
        rows = min(task.texts(self._train_rows(config, task)), steps * config.training.batch_size)
        block = length * self.encode_block + self.encode_text
        once = PASS_SCATTER * (cached * block + length * self.encode_embeddings) if cached else 0.0
        step = (
            self.head_step if boundary == n else self._step(backbone_info, config, length, cached, boundary)
        )
        return LOADS * self.load + rows * once + STEP_SCATTER * steps * step

    def pretraining_seconds(
        self, backbone_info: BackboneInfo, config: PretrainConfig, task: Workload
    ) -> float:
        """Return the seconds of a pretraining on the texts of `task` without labels, with a new head.

        The head guesses masked tokens among the whole vocabulary: per guess it costs as many times a block as
        it has weights.
        """
        n, sides = backbone_info.n_blocks, len(config.text_columns)
        texts, length = (
            sides * task.texts(task.unlabelled),
            min(task.tokens_per_text / sides, config.token_limit),
        )
        held_out = min(texts, held_out_texts(texts))
        train = texts - held_out
        size = min(config.batch_size, train)
        weights = sum(backbone_info.block_parameters) / max(1, n)
        head = config.mlm_probability * backbone_info.vocabulary * backbone_info.width / max(1.0, weights)
        step = self.step + n * self.step_block * min(1.0, size / self.batch_size) + self.step_embeddings
        step += (n + head) * size * length * self.step_token
        block = length * self.encode_block + self.encode_text
        passed = PASS_SCATTER * (n * block + length * self.encode_embeddings)
        guessed = head * length * self.encode_block
        epoch = STEP_SCATTER * ceil(train / config.batch_size) * step + held_out * (passed + guessed)
        head_epoch = texts * passed + (held_out + 3 * train) * guessed  # its gradients cost two passes more
        return LOADS * self.load + config.epochs * epoch + config.head_epochs * head_epoch

    def lighter(
        self, backbone_info: BackboneInfo, config: ExperimentConfig, task: Workload
    ) -> list[ExperimentConfig]:
        """Return variants of `config` that fit: the largest smaller batch, the lowest higher boundary."""
        variants: list[ExperimentConfig] = []
        size = config.training.batch_size // 2
        while size:
            smaller = config.training.model_copy(update={"batch_size": size})
            candidate = config.model_copy(update={"training": smaller})
            if self.estimate(backbone_info, candidate, task).fits:
                variants.append(candidate)
                break
            size //= 2
        for k in range(backbone_info.n_blocks, -1, -1):
            plan = type(config.freeze).last_n(k, backbone_info.n_blocks)
            tuning = config.tuning if k else type(config.tuning)()
            candidate = config.model_copy(update={"freeze": plan, "stages": (), "tuning": tuning})
            boundary = plan.first_trainable_block(backbone_info.n_blocks)
            higher = boundary > config.freeze.first_trainable_block(backbone_info.n_blocks)
            if higher and self.estimate(backbone_info, candidate, task).fits:
                variants.append(candidate)
                break
        return variants

    def _seconds(self, backbone_info: BackboneInfo, config: ExperimentConfig, task: Workload) -> float:
        n, length = backbone_info.n_blocks, task.tokens_per_text
        train, validation = task.texts(self._train_rows(config, task)), task.texts(task.validation)
        extra = self._unlabelled(config, task)
        chosen = config.self_training
        copies = 1 if chosen is not None and chosen.per_step else 0
        rows = train + validation + task.texts(task.test) + extra * (1 + copies)
        block = PASS_SCATTER * (length * self.encode_block + self.encode_text)
        below = PASS_SCATTER * length * self.encode_embeddings
        seconds, computed, lowest = LOADS * self.load, 0, n
        for number, stage in enumerate(config.resolved_stages):
            boundary = stage.freeze.first_trainable_block(n)
            trained, measured = _rows_of_stage(config, number, task, train, validation)
            # at most: every text without a label gets a pseudo-label before the second training
            added = extra if number and chosen is not None else 0
            steps = stage.epochs * config.steps_per_epoch(trained + added)
            cached = self._cached_blocks(backbone_info, boundary)
            # frozen blocks are computed once; again from the lowest block that an earlier stage has changed
            computed = min(computed, lowest) if cached > lowest else computed
            seconds += rows * (
                (below if cached and not computed else 0.0) + max(0, cached - computed) * block
            )
            computed, lowest = max(computed, cached), min(lowest, max(boundary, 0))
            if boundary == n:
                seconds += STEP_SCATTER * steps * self.head_step
                continue
            # passes without gradients above the cached blocks: the scaling and each epoch's validation
            held_out = measured if config.contrastive is None else min(measured, VALIDATION_TEXTS)
            passes = (
                min(STANDARDISE_ROWS, train) * (stage is config.resolved_stages[0])
                + stage.epochs * (held_out + extra * copies)
                + added
            )
            seconds += passes * ((n - cached) * block + below)
            seconds += STEP_SCATTER * steps * self._step(backbone_info, config, length, cached, boundary)
        if config.adaptation is not None and config.adaptation.method is AdaptationMethod.IMPORTANCE:
            seconds += (train + extra) * (n - computed) * block  # features that the weights are computed from
        if config.trains_backbone and backbone_info.supports_partial_forward:
            snapshots = snapshot_epochs(config.training.epochs, len(config.stages))
            seconds += snapshots * min(2 * REPLAYED, task.texts(task.train + task.test)) * (n * block + below)
        if boundary < n:
            seconds += task.texts(task.train + task.validation + task.test) * ((n - cached) * block + below)
        return seconds

    def _step(
        self, backbone_info: BackboneInfo, config: ExperimentConfig, length: float, cached: int, boundary: int
    ) -> float:
        aligned = config.adaptation is not None and config.adaptation.method.aligns
        extra = 0 if config.self_training is None else config.self_training.per_step  # altered copies
        size = config.training.batch_size * ((2 if aligned else 1) + extra)  # with as many rows of the target
        blocks = (
            backbone_info.n_blocks - cached
            if backbone_info.supports_partial_forward
            else backbone_info.n_blocks
        )
        scale = min(1.0, size / self.batch_size)
        step = self.step + blocks * (self.step_block * scale + size * length * self.step_token)
        return step + (self.step_embeddings if boundary < 0 else 0.0)

    @staticmethod
    def _cached_blocks(backbone_info: BackboneInfo, boundary: int) -> int:
        """Return how many blocks are cached; 0 if every step runs the whole backbone."""
        cacheable = backbone_info.supports_partial_forward or boundary == backbone_info.n_blocks
        return max(0, boundary) if cacheable else 0

    @staticmethod
    def _unlabelled(config: ExperimentConfig, task: Workload) -> int:
        """Count the texts that are learned from without labels."""
        adaptation = config.adaptation
        adapts = adaptation is not None and adaptation.method.needs_target_texts
        return task.texts(task.unlabelled) if adapts or config.self_training is not None else 0

    @staticmethod
    def _train_rows(config: ExperimentConfig, task: Workload) -> int:
        """Count training rows with augmented copies."""
        rows = min(task.train, config.data.train_rows or task.train)
        return rows * (1 + config.augment.copies)

    @staticmethod
    def _head(backbone_info: BackboneInfo, config: ExperimentConfig, n_outputs: int) -> int:
        """Count the parameters of the heads of all targets."""
        layers = config.features.selected_layers(backbone_info.n_blocks)
        width = backbone_info.width * config.features.pair_encoding.vectors
        mix = len(layers) + 1 if config.features.layer_combination is LayerCombination.MIX else 0
        if config.features.layer_combination is LayerCombination.CONCAT_4:
            width *= len(layers)
        heads = len(config.data.targets)
        shared = mix + heads * (config.training.task_weighting is TaskWeighting.UNCERTAINTY)
        if config.head.kind is not HeadKind.MLP:
            return (width + 1) * n_outputs + shared
        return heads * (width + 1) * config.head.width + (config.head.width + 1) * n_outputs + shared


def _rows_of_stage(
    config: ExperimentConfig, number: int, task: Workload, train: int, validation: int
) -> tuple[int, int]:
    """Return the texts that train and those that are validated in a stage; `train`, `validation`: all."""
    if not config.source_first:
        return train, validation
    of_target, held_out = task.texts(task.target_train), task.texts(task.target_validation)
    last = number == len(config.resolved_stages) - 1
    return of_target if last else max(0, train - of_target), held_out or validation
