"""Resolve a backbone to a folder: bundled, in the workspace, local, or in the Hub's cache."""

import os
import re
from pathlib import Path

from translearn_core.backbones import hub
from translearn_core.backbones.bundled import bundled_folder
from translearn_core.backbones.converted import from_word_vectors
from translearn_core.backbones.download import Report
from translearn_core.backbones.folders import local_path, model_folder, shorten
from translearn_core.config import ADAPTED, BUNDLED_BACKBONES, BackboneConfig
from translearn_core.config.model_names import is_address
from translearn_core.config.settings import settings
from translearn_core.errors import BackboneError
from translearn_core.runs import Workspace
from translearn_core.storage import verify_folder

ADAPTED_ID = re.compile(re.escape(ADAPTED) + r"([0-9a-f]{20})")
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[\w.-]{1,96})?")


def resolve_backbone(config: BackboneConfig, *, network: bool, report: Report | None = None) -> Path:
    """Return the folder with the backbone's files; download it from the Hub only if `network`.

    Raises
    ------
    BackboneError
        If there is no such model, or it would have to be downloaded without `network`.
    DamagedFileError
        If it is the result of a pretraining and its files have changed.
    NetworkError
        If the Hub cannot be reached.
    """
    if folder := is_cached(config):
        return folder
    if not network:
        revision = f" at revision {config.revision}" if config.revision else ""
        raise BackboneError(
            f"{config.id}{revision} is not on this machine: allow it to be fetched from the Hub, "
            "or give the path of a local folder."
        )
    return hub.fetch(config.id, config.revision, report)


def is_cached(config: BackboneConfig) -> Path | None:
    """Return the folder with the backbone's files, None if they must be downloaded from the Hub."""
    if config.id in BUNDLED_BACKBONES:
        return bundled_folder(config.id)
    if config.is_tfidf:
        raise BackboneError(
            "TF-IDF counts words and has no layers to look into or to train: choose a pretrained backbone "
            "for this."
        )
    if config.id.startswith(ADAPTED):
        return _adapted(config.id)
    if (path := local_path(config.id)) is not None:
        return from_word_vectors(path) if path.is_file() else model_folder(path)
    if is_address(config.id):
        raise BackboneError(
            f"{shorten(config.id)} does not lead to a model on the Hub: give its page, such as "
            "https://huggingface.co/owner/name, its id owner/name, or a folder."
        )
    if config.id.startswith((".", "~", os.sep)) or not HUB_ID.fullmatch(config.id):
        raise BackboneError(
            f"There is no folder {shorten(config.id)}: give an existing folder, or a Hub id such as "
            "owner/name."
        )
    return hub.cached(config.id, config.revision)


def _adapted(id: str) -> Path:
    job = ADAPTED_ID.fullmatch(id)
    folder = Workspace(settings().workspace).backbone(job[1]) if job else None
    if folder is None or not folder.is_dir():
        raise BackboneError(
            f"{id} is no longer here: the pre-training that made it was deleted or never finished. "
            "Choose another backbone, or pre-train it again."
        )
    verify_folder(folder, "resume the pre-training that made it, or choose another backbone", cached=True)
    return folder
