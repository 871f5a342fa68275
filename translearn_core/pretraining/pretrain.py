"""Continued pretraining of a backbone on new texts with masked language modelling.

A new head trains alone at first, so that its large initial gradients do not disturb the backbone.

References
----------
Gururangan et al. 2020, arXiv:2004.10964.
"""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.backbones import Backbone, load
from translearn_core.config import PretrainConfig
from translearn_core.errors import ConfigError, DamagedFileError
from translearn_core.inputs.modality import embedding_table
from translearn_core.pretraining.checkpoint import PretrainingState
from translearn_core.pretraining.corpus import Corpus
from translearn_core.pretraining.loop import PretrainingLoop
from translearn_core.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.pretraining.save import save_backbone
from translearn_core.results import Pretraining
from translearn_core.runs import artifacts
from translearn_core.training.callbacks import Record

log = logging.getLogger(__name__)


def pretrain(
    config: PretrainConfig, texts: Sequence[str], folder: Path, *, report: ProgressCallback, record: Record
) -> Pretraining:
    """Pretrain on `texts`; save the new backbone and results under `folder`.

    Resumes from the last epoch finished by an earlier attempt in `folder`.

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
    loop = PretrainingLoop(model, corpus, config, compute, report, record)
    if (state := _read_checkpoint(folder, report)) is not None:
        loop.resume(state)
    spent = loop.state.seconds

    def seconds() -> float:
        return spent + time.perf_counter() - started

    loop.run(lambda: loop.checkpoint(seconds()).write(folder))
    after = loop.held_out_loss()
    report("keeping the backbone", 0, 0)
    save_backbone(folder, model.model, backbone)
    assert loop.state.before is not None
    result = Pretraining(
        parent=config.backbone.label,
        texts=len(corpus.train),
        held_out=len(corpus.held_out),
        tokens=int(corpus.tokens.cost[corpus.train].sum()),
        loss_before=loop.state.before,
        loss_after=after,
        losses=tuple(loop.state.losses),
        head_epochs=len(loop.state.losses) - config.epochs,
        fresh_head=model.fresh,
        seconds=round(seconds(), 3),
        device=compute.label,
        precision=compute.precision,
    )
    artifacts.save(folder, result)
    PretrainingState.forget(folder)
    return result


def _read_checkpoint(folder: Path, report: ProgressCallback) -> PretrainingState | None:
    """Return the checkpoint of an earlier attempt; None if there is none or it is damaged."""
    try:
        return PretrainingState.read(folder)
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
    name, tokenizer, anatomy = config.backbone.label, backbone.tokenizer, backbone.anatomy
    if anatomy.causal:
        raise ConfigError(
            "backbone", name, "a model that reads in both directions, such as BERT: this one sees only what "
            "stands before a word, so words cannot be covered for it"
        )  # fmt: skip
    if tokenizer.mask_token_id is None or tokenizer.mask_token_id >= anatomy.vocabulary:
        raise ConfigError("backbone", name, "a model whose tokenizer has a mask token: this one has none")
    if config.token_limit > anatomy.token_limit:
        raise ConfigError("token_limit", config.token_limit, f"at most {anatomy.token_limit} for {name}")
