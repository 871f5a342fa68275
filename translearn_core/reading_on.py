"""What the command ``pretrain`` does: ask for a pre-training, put what it brought into words."""

from pathlib import Path
from typing import Any

from rich.console import Console

from translearn_core.commands import answer, ask, bring, valid
from translearn_core.config import ADAPTED, AnatomyConfig, BackboneConfig, PretrainConfig
from translearn_core.data import read
from translearn_core.data.columns import file_columns
from translearn_core.errors import DataError
from translearn_core.results import Anatomy, Pretraining
from translearn_core.runs import open_store
from translearn_core.settings import settings


def pretrain(
    file: Path, text: str, backbone: dict[str, Any], given: dict[str, Any], screen: Console
) -> dict[str, Any]:
    """Pre-train on the texts of a file; `given` are the settings where the defaults will not do.

    Returns what ``pretrain --json`` prints.
    """
    dataset = bring({"train": file})
    table, _ = read(open_store().workspace.sources(dataset.digest), settings(), fewest_columns=1)
    if text not in (names := file_columns(table)):  # said at once, before anything is started
        raise DataError(
            f"There is no column {text!r} in this file; it has {', '.join(map(repr, names))}: check --text."
        )
    if Path(backbone["id"]).is_dir():  # the engine may stand in another folder
        backbone = {**backbone, "id": str(Path(backbone["id"]).resolve())}
    source = valid(BackboneConfig, **backbone)
    anatomy = answer(ask(AnatomyConfig(backbone=source), "backbone", screen), Anatomy)
    limit = min(PretrainConfig.model_fields["token_limit"].default, anatomy.token_limit)
    config = valid(
        PretrainConfig,
        **{"dataset": dataset.digest, "text": text, "backbone": source, "token_limit": limit} | given,
    )
    run = ask(config, f"{dataset.name}, {config.epochs} epochs", screen)
    found = answer(run, Pretraining)
    return {
        "run": run.id,
        "backbone": f"{ADAPTED}{run.job.id}",
        "parent": found.parent,
        "texts": found.texts,
        "held_out": found.held_out,
        "tokens": found.tokens,
        "loss_before": found.loss_before,
        "loss_after": found.loss_after,
        "perplexity_before": found.perplexity_before,
        "perplexity_after": found.perplexity_after,
        "losses": list(found.losses),
        "head_epochs": found.head_epochs,
        "fresh_head": found.fresh_head,
        "seconds": found.seconds,
        "device": found.device,
        "precision": found.precision,
        "folder": str(open_store().workspace.backbone(run.job.id)),
    }


def show(found: dict[str, Any], screen: Console) -> None:
    """Print the losses before and after, and how to go on."""
    head = (
        f" A new prediction head learned first ({found['head_epochs']} epochs): the backbone brought none."
        if found["fresh_head"]
        else ""
    )
    screen.print(
        f"Loss on {found['held_out']:,} texts held out: {found['loss_before']:.3f} before, "
        f"{found['loss_after']:.3f} after (perplexity {found['perplexity_before']:,.1f} and "
        f"{found['perplexity_after']:,.1f}). It read {found['texts']:,} texts, {found['tokens']:,} tokens, "
        f"on {found['device']} in {found['seconds']:.1f} s.{head}\n"
        f"To train on it: translearn train FILE --text COLUMN --label COLUMN --backbone {found['backbone']}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
