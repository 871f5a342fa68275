"""Backbones from folders of the server: offered by default where one person alone uses the app."""

import os
from collections.abc import Iterator
from pathlib import Path

from pages._ui.shell import allowed_hosts
from translearn_core.config import ADAPTED, BUNDLED, BackboneConfig, BaseConfig
from translearn_core.errors import BackboneError
from translearn_core.settings import settings


def offered() -> bool:
    """Whether the app takes backbones from folders; by default where it serves one person."""
    chosen = settings().folders
    return allowed_hosts.for_one_person() if chosen is None else chosen


def check(config: BaseConfig) -> None:
    """Raise `BackboneError` if a configuration names a folder that the app may not read.

    A folder inside the workspace never is one: other people's runs lie there.
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
    """Whether a backbone's id is the path of a file or folder here, there or not."""
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
        for one in part:
            yield from _backbones(one)
