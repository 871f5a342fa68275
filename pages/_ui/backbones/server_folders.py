"""Backbones from folders of the server; enabled by default for single-user installations."""

import os
from collections.abc import Iterator
from pathlib import Path

from pages._ui.server import allowed_hosts
from translearn_core.config import ADAPTED, BUNDLED, BackboneConfig, BaseConfig
from translearn_core.config.settings import settings
from translearn_core.errors import BackboneError


def offered() -> bool:
    """Whether folders may be used; by default only where the app serves one person."""
    chosen = settings().folders
    return allowed_hosts.for_one_person() if chosen is None else chosen


def check(config: BaseConfig) -> None:
    """Raise `BackboneError` if a configuration names a folder that the app may not read.

    A folder inside the workspace is always refused: it may hold other people's runs.
    """
    for backbone in _backbones(config):
        if not is_folder(backbone.id):
            continue
        if not offered():
            raise BackboneError("Models from folders are not offered here: give a Hub id such as owner/name.")
        workspace = settings().workspace.expanduser().resolve()
        if Path(os.path.expanduser(backbone.id)).resolve().is_relative_to(workspace):
            raise BackboneError(
                f"{backbone.id} lies inside the workspace of this server: give a folder outside of it, or "
                "choose what was pre-trained here by its name."
            )


def is_folder(id: str) -> bool:
    """Whether a backbone's id is a local path, existing or not."""
    if id == BUNDLED or id.startswith(ADAPTED):
        return False
    return id.startswith((".", "~")) or os.path.isabs(id) or os.path.exists(id)


def _backbones(part: object) -> Iterator[BackboneConfig]:
    if isinstance(part, BackboneConfig):
        yield part
    elif isinstance(part, BaseConfig):
        for name in type(part).model_fields:
            yield from _backbones(getattr(part, name))
    elif isinstance(part, tuple):
        for item in part:
            yield from _backbones(item)
