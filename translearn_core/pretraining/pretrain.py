"""Pre-training gone on with: a backbone reads new texts and guesses covered words.

A fresh head learns alone at first, so that its first mistakes do not shake what the backbone knows.

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
from translearn_core.backbones.inspection import embedding_table
from translearn_core.config import PretrainConfig
from translearn_core.errors import ConfigError, DamagedFileError
from translearn_core.pretraining.checkpoint import PretrainingState
from translearn_core.pretraining.corpus import Corpus
from translearn_core.pretraining.loop import PretrainingLoop, Record
from translearn_core.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.pretraining.save import save_backbone
from translearn_core.results import Pretraining
from translearn_core.runs import artifacts

log = logging.getLogger(__name__)


def pretrain(
    config: PretrainConfig, texts: Sequence[str], folder: Path, *, report: ProgressCallback, record: Record
) -> Pretraining:
    """Pre-train as `config` says on `texts`; keep the new backbone and what was measured under `folder`.

    Goes on from the epoch that an earlier attempt in `folder` has finished.

    Raises
    ------
    ConfigError
        If this backbone cannot guess covered words, or cannot read texts so long.
    DataError
        If there are too few texts.
    Stopped
        If `report` asks to stop; running again goes on from the last epoch.
    """
    began = time.perf_counter()
    compute = Compute.choose(config.device, config.precision)
    report("loading the backbone", 0, 0)
    backbone = load(config.backbone)
    check(config, backbone)
    corpus = Corpus.of(texts, backbone, config, report)
    rows = embedding_table(backbone.model).num_embeddings
    guesser = MaskedLanguageModel.of(backbone, np.bincount(corpus.tokens.ids, minlength=rows), config.seed)
    loop = PretrainingLoop(guesser, corpus, config, compute, report, record)
    if (earlier := _earlier(folder, report)) is not None:
        loop.resume(earlier)
    spent = loop.state.seconds

    def seconds() -> float:
        return spent + time.perf_counter() - began

    loop.run(lambda: loop.checkpoint(seconds()).write(folder))
    after = loop.held_out_loss()
    report("keeping the backbone", 0, 0)
    save_backbone(folder, guesser.model, backbone)
    assert loop.state.before is not None
    result = Pretraining(
        parent=config.backbone.label,
        texts=len(corpus.train),
        held_out=len(corpus.held_out),
        tokens=int(corpus.tokens.lengths[corpus.train].sum()),
        loss_before=loop.state.before,
        loss_after=after,
        losses=tuple(loop.state.losses),
        head_epochs=len(loop.state.losses) - config.epochs,
        fresh_head=guesser.fresh,
        seconds=round(seconds(), 3),
        device=compute.label,
        precision=compute.precision,
    )
    artifacts.save(folder, result)
    PretrainingState.forget(folder)
    return result


def _earlier(folder: Path, report: ProgressCallback) -> PretrainingState | None:
    """Return the state that an earlier attempt left; None if there is none that can be gone on from."""
    try:
        return PretrainingState.read(folder)
    except DamagedFileError as error:
        log.warning("%s It is started again.", error)
        report("starting again, because what was kept is damaged", 0, 0)
        return None


def check(config: PretrainConfig, backbone: Backbone) -> None:
    """Refuse a backbone that cannot guess covered words, before anything is computed."""
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
