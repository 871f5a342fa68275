"""Continued pretraining of a backbone on new texts with masked language modelling.

A new head trains alone at first, so that its large initial gradients do not disturb the backbone.

References
----------
Gururangan et al. 2020, arXiv:2004.10964.
"""

import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.backbones import Backbone, load
from translearn_core.config import FreezePlan, Stage, TrainingConfig
from translearn_core.errors import ConfigError, DamagedFileError
from translearn_core.inputs.modality import embedding_table
from translearn_core.jobs import PretrainConfig
from translearn_core.results import EpochPoint, Pretraining, StepPoint
from translearn_core.results.metric import LOSS
from translearn_core.runs import artifacts
from translearn_core.training.callbacks import Record, TrainingEvent
from translearn_core.training.checkpoints.checkpoint import FILE, Checkpoint
from translearn_core.training.checkpoints.checkpoint_file import CheckpointFile
from translearn_core.training.checkpoints.resume import resume
from translearn_core.training.loop import Loop
from translearn_core.training.pretraining.corpus import Corpus
from translearn_core.training.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.training.pretraining.save import save_backbone
from translearn_core.training.pretraining.task import MaskedInputs, MaskedTokens

log = logging.getLogger(__name__)

EARLIER = CheckpointFile("pretraining.pt", remedy="")
"""Checkpoint of unfinished pretrainings before they shared the training loop."""


def pretrain(
    config: PretrainConfig, texts: Sequence[str], folder: Path, *, report: ProgressCallback, record: Record
) -> Pretraining:
    """Pretrain on `texts`; save the new backbone and results under `folder`.

    The weights of the epoch with the lowest loss on held-out texts are saved. Resumes from the last epoch
    finished by an earlier attempt in `folder`.

    Raises
    ------
    ConfigError
        If the backbone does not support masking, or its token limit is too low.
    DataError
        If there are too few texts.
    Stopped
        If `report` asks to stop; running again resumes from the last epoch.
    """
    started = time.perf_counter()
    compute = Compute.choose(config.device, config.precision)
    report("loading the backbone", 0, 0)
    backbone = load(config.backbone)
    check(config, backbone)
    corpus = Corpus.of(texts, backbone, config, report)
    rows = embedding_table(backbone.model).num_embeddings
    model = MaskedLanguageModel.of(backbone, np.bincount(corpus.tokens.ids, minlength=rows), config.seed)
    stages = head_stage(config, fresh_head=model.fresh)
    task, inputs = MaskedTokens(corpus), MaskedInputs.of_corpus(corpus)
    training = training_config(config, fresh_head=model.fresh)
    loop = Loop(model.to(compute.device), inputs, task, training, compute, report, before=stages)
    before = math.nan if stages else task.validate(model, inputs, compute, report)[LOSS]
    if (state := _read_checkpoint(folder, report)) is not None:
        resume(loop, state)
        record([point for point in state.history if isinstance(point, StepPoint)])
    spent = loop.state.seconds_by_phase.get("train", 0.0)

    def seconds() -> float:
        return spent + time.perf_counter() - started

    def callback(event: TrainingEvent) -> None:
        if isinstance(event.point, EpochPoint):
            event.checkpoint({"train": seconds()}).write(folder)
        elif event.point is not None:
            record([event.point])
        trains_head = event.stage < len(stages)
        report("training the prediction head" if trains_head else "pre-training", event.step, event.steps)

    loop.run(callback)
    report("keeping the backbone", 0, 0)
    save_backbone(folder, model.backbone, backbone)
    result = _result(config, corpus, loop, fresh_head=model.fresh, before=before, seconds=seconds())
    artifacts.save(folder, result)
    FILE.forget(folder)
    return result


def _result(
    config: PretrainConfig, corpus: Corpus, loop: Loop, *, fresh_head: bool, before: float, seconds: float
) -> Pretraining:
    """Return the losses and costs; `before` is the first loss if no new head trained first."""
    epochs = [point for point in loop.state.history if isinstance(point, EpochPoint)]
    head_epochs = sum(point.stage < len(head_stage(config, fresh_head=fresh_head)) for point in epochs)
    return Pretraining(
        parent=config.backbone.label,
        texts=len(corpus.train),
        held_out=len(corpus.held_out),
        tokens=int(corpus.tokens.cost[corpus.train].sum()),
        loss_before=epochs[head_epochs - 1].validation[LOSS] if head_epochs else before,
        loss_after=epochs[loop.state.best_epoch - 1].validation[LOSS],
        losses=tuple(point.train[LOSS] for point in epochs),
        head_epochs=head_epochs,
        fresh_head=fresh_head,
        seconds=round(seconds, 3),
        device=loop.compute.label,
        precision=loop.compute.precision,
    )


def head_stage(config: PretrainConfig, *, fresh_head: bool) -> tuple[Stage, ...]:
    """Return the stage in which a new head trains alone, if there is one."""
    if not (fresh_head and config.head_epochs):
        return ()
    return (Stage(freeze=FreezePlan(), epochs=config.head_epochs),)


def training_config(config: PretrainConfig, *, fresh_head: bool) -> TrainingConfig:
    """Return the settings of the training loop; warm-up, decay and clipping are those of fine-tuning."""
    return TrainingConfig(
        epochs=config.epochs,
        lr=config.lr,
        head_lr=config.head_lr if fresh_head else config.lr,
        batch_size=config.batch_size,
        seed=config.seed,
    )


def _read_checkpoint(folder: Path, report: ProgressCallback) -> Checkpoint | None:
    """Return the checkpoint of an earlier attempt; None if there is none, or none that can be resumed."""
    if (folder / EARLIER.name).exists():
        log.warning("%s is of an earlier version: the pretraining starts again.", folder / EARLIER.name)
        report("starting again, because its checkpoint is of an earlier version", 0, 0)
        EARLIER.forget(folder)
    try:
        return Checkpoint.read(folder)
    except DamagedFileError as error:
        log.warning("%s It is started again.", error)
        report("starting again, because what was kept is damaged", 0, 0)
        return None


def check(config: PretrainConfig, backbone: Backbone) -> None:
    """Validate a backbone for masked language modelling.

    Raises
    ------
    ConfigError
        If it is causal, has no mask token, or its token limit is lower than asked for.
    """
    name, tokenizer, backbone_info = config.backbone.label, backbone.tokenizer, backbone.info
    if backbone_info.is_word_vectors:
        raise ConfigError("backbone", name, "a model that reads words in their context, such as BERT")
    if backbone_info.causal:
        raise ConfigError(
            "backbone", name, "a model that reads in both directions, such as BERT: this one sees only what "
            "stands before a word, so words cannot be covered for it"
        )  # fmt: skip
    if tokenizer.mask_token_id is None or tokenizer.mask_token_id >= backbone_info.vocabulary:
        raise ConfigError("backbone", name, "a model whose tokenizer has a mask token: this one has none")
    if config.token_limit > backbone_info.token_limit:
        raise ConfigError(
            "token_limit", config.token_limit, f"at most {backbone_info.token_limit} for {name}"
        )
