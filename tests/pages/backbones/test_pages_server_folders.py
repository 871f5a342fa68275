"""Backbones from server folders: single user only, never inside the workspace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config

from pages._ui.backbones import server_folders
from translearn_core.config import ADAPTED, BackboneConfig, DataConfig, ExperimentConfig, StudyConfig
from translearn_core.config.settings import settings
from translearn_core.errors import BackboneError
from translearn_core.jobs import BackboneInfoConfig


@pytest.fixture
def address(workspace: Path) -> Iterator[None]:
    """Restore the server address option."""
    before = st.get_option("server.address")
    yield
    config.set_option("server.address", before)


@pytest.mark.parametrize(
    ("listens", "chosen", "offered"),
    [
        ("127.0.0.1", None, True),
        ("0.0.0.0", None, False),
        ("0.0.0.0", "true", True),
        ("127.0.0.1", "false", False),
    ],
)
def test_they_are_offered_to_one_person_unless_the_settings_say_otherwise(
    address: None,
    monkeypatch: pytest.MonkeyPatch,
    models: Path,
    listens: str,
    chosen: str | None,
    offered: bool,
) -> None:
    config.set_option("server.address", listens)
    if chosen:
        monkeypatch.setenv("TRANSLEARN_FOLDERS", chosen)
    settings.cache_clear()
    assert server_folders.offered() is offered
    config_of_it = BackboneInfoConfig(backbone=BackboneConfig(id=str(models)))
    if offered:
        server_folders.check(config_of_it)
    else:
        with pytest.raises(BackboneError, match="not offered"):
            server_folders.check(config_of_it)


def test_nothing_inside_the_workspace_is_a_backbone(
    address: None, workspace: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.set_option("server.address", "127.0.0.1")
    run = workspace / "runs" / "0123"
    run.mkdir(parents=True)
    (models / "link").symlink_to(run)
    monkeypatch.setenv("HOME", str(workspace))
    data = DataConfig(dataset="d", text="text", label="label")
    for id in (str(run), str(models / "link"), f"{run}/../0123", "~/runs", str(run / "gone")):
        backbone = BackboneConfig(id=id)
        for path in (
            BackboneInfoConfig(backbone=backbone),
            ExperimentConfig(data=data, backbone=backbone),
            StudyConfig(data=data, recipes=("linear",), backbones=(BackboneConfig(), backbone)),
        ):
            with pytest.raises(BackboneError, match="inside the workspace"):
                server_folders.check(path)
    for id in (BackboneConfig().id, f"{ADAPTED}{'0' * 20}", "owner/name", str(models)):
        server_folders.check(BackboneInfoConfig(backbone=BackboneConfig(id=id)))
