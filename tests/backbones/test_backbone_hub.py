"""Hub models: downloaded from a local hub, cached, and refused with the cause."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import close_session, constants

from tests.backbones.local_hub import COMMIT, LocalHub
from translearn_core.backbones import load, remote_size
from translearn_core.config import BackboneConfig, FeatureConfig, Pooling
from translearn_core.config.settings import settings
from translearn_core.errors import BackboneError, NetworkError

FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]


@pytest.mark.parametrize("id", ["ann/tiny", "tiny-legacy"])
def test_a_model_is_downloaded_once_and_then_read_from_the_cache(tiny: LocalHub, id: str):
    first = load(BackboneConfig(id=id), network=True)
    assert tiny.downloads() == FILES
    assert first.info.id == id
    tiny.requests.clear()
    again = load(BackboneConfig(id=id), network=True)
    assert tiny.requests == []
    assert again.info == first.info
    assert again.model is not first.model
    assert load(BackboneConfig(id=id)).info == first.info


def test_a_commit_can_be_named(tiny: LocalHub):
    config = BackboneConfig(id="ann/tiny", revision=COMMIT)
    assert load(config, network=True).info == load(config).info


def test_the_download_size_is_known_before_and_0_after(tiny: LocalHub):
    folder = tiny.folders["ann/tiny"]
    assert remote_size("ann/tiny") == sum((folder / name).stat().st_size for name in FILES)
    assert tiny.downloads() == []
    load(BackboneConfig(id="ann/tiny"), network=True)
    tiny.requests.clear()
    assert remote_size("ann/tiny") == 0
    assert tiny.requests == []


def test_nothing_is_downloaded_without_permission(tiny: LocalHub):
    with pytest.raises(BackboneError, match="ann/tiny is not on this machine"):
        load(BackboneConfig(id="ann/tiny"))
    assert tiny.requests == []


def test_the_settings_can_forbid_the_network(tiny: LocalHub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRANSLEARN_HUB", "0")
    settings.cache_clear()
    try:
        for ask in (
            lambda: load(BackboneConfig(id="ann/tiny"), network=True),
            lambda: remote_size("ann/tiny"),
        ):
            with pytest.raises(BackboneError, match=r"switched off here.*TRANSLEARN_HUB=1"):
                ask()
    finally:
        settings.cache_clear()
    assert tiny.requests == []


def test_an_incomplete_download_is_completed(tiny: LocalHub):
    config = BackboneConfig(id="ann/tiny")
    load(config, network=True)
    weights = next(Path(constants.HF_HUB_CACHE).rglob("snapshots/*/model.safetensors"))
    weights.resolve().unlink()
    weights.unlink()
    with pytest.raises(BackboneError, match="not on this machine"):
        load(config)
    tiny.requests.clear()
    load(config, network=True)
    assert tiny.downloads() == ["model.safetensors"]


@pytest.mark.parametrize(
    ("refusal", "kind", "says"),
    [
        ((401, "GatedRepo"), BackboneError, "bob/x is gated: .*/bob/x, then set HF_TOKEN"),
        ((403, "GatedRepo"), BackboneError, "bob/x is gated"),
        ((401, "RepoNotFound"), BackboneError, "bob/x is not on .* check the spelling"),
        ((403, ""), BackboneError, "refuses access to bob/x .status 403."),
        ((404, "RepoNotFound"), BackboneError, "bob/x is not on "),
        ((429, ""), NetworkError, "too many requests"),
        ((503, ""), NetworkError, "bob/x with status 503: try again"),
        ((200, ""), NetworkError, "not answer as a model hub.*HF_ENDPOINT"),
        (None, NetworkError, "cannot be reached.*bob/x"),
    ],
)
def test_every_refusal_is_explained(hub: LocalHub, refusal, kind: type, says: str):
    hub.refuse["bob/x"] = refusal
    for ask in (lambda: load(BackboneConfig(id="bob/x"), network=True), lambda: remote_size("bob/x")):
        with pytest.raises(BackboneError, match=says) as caught:
            ask()
        assert type(caught.value) is kind
        assert "\n" not in str(caught.value)


def test_a_gated_model_is_refused_before_its_size_is_given(tiny: LocalHub):
    tiny.gated.add("ann/tiny")
    for ask in (lambda: remote_size("ann/tiny"), lambda: load(BackboneConfig(id="ann/tiny"), network=True)):
        with pytest.raises(BackboneError, match="ann/tiny is gated"):
            ask()
    assert tiny.downloads() == []


def test_an_unknown_model_and_an_unknown_revision(tiny: LocalHub):
    with pytest.raises(BackboneError, match="nobody/nothing is not on "):
        load(BackboneConfig(id="nobody/nothing"), network=True)
    with pytest.raises(BackboneError, match="ann/tiny has no revision 'v9'"):
        load(BackboneConfig(id="ann/tiny", revision="v9"), network=True)


def test_an_unreachable_hub_is_named(hub: LocalHub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NetworkError, match=r"http://127.0.0.1:9 cannot be reached"):
        load(BackboneConfig(id="ann/tiny"), network=True)


def test_offline_by_environment_is_respected(tiny: LocalHub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    close_session()
    with pytest.raises(NetworkError, match="HF_HUB_OFFLINE is set"):
        load(BackboneConfig(id="ann/tiny"), network=True)
    assert tiny.requests == []


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("config.json", "has no config.json"),
        ("model.safetensors", "has its weights only as pytorch_model.bin"),
        ("tokenizer.json", "has no tokenizer"),
    ],
)
def test_a_model_that_lacks_a_part_is_refused_before_any_download(tiny: LocalHub, missing: str, says: str):
    (tiny.folders["ann/tiny"] / missing).unlink()
    with pytest.raises(BackboneError, match=f"ann/tiny {re.escape(says)}"):
        load(BackboneConfig(id="ann/tiny"), network=True)
    assert tiny.downloads() == []


@pytest.mark.parametrize(
    "id", ["a/b/c", "owner/na me", "../elsewhere", "/no/such/folder", "~nobody-of-this-name/x", "x" * 5000]
)
def test_a_name_that_is_neither_folder_nor_id_is_refused(hub: LocalHub, id: str):
    with pytest.raises(BackboneError, match=f"There is no folder {re.escape(id[:200])}"):
        load(BackboneConfig(id=id), network=True)
    assert hub.requests == []


@pytest.mark.parametrize(
    "id",
    ["https://huggingface.co/datasets/a/b", "https://huggingface.co/spaces/a/b", "https://example.org/a/b"],
)
def test_an_address_of_no_model_is_refused_without_asking(hub: LocalHub, id: str):
    with pytest.raises(BackboneError, match=f"{re.escape(id)} does not lead to a model"):
        load(BackboneConfig(id=id), network=True)
    assert hub.requests == []


def test_an_address_of_a_model_fetches_it(tiny: LocalHub):
    first = load(BackboneConfig(id=" https://huggingface.co/ann/tiny/tree/main "), network=True)
    assert first.info.id == "ann/tiny"
    assert first.info == load(BackboneConfig(id="ann/tiny")).info


def test_the_bundled_model_by_its_name_on_the_hub_is_not_fetched(hub: LocalHub):
    backbone = load(BackboneConfig(id="sentence-transformers/all-minilm-l6-v2"), network=True)
    assert backbone.info == load(BackboneConfig()).info
    assert hub.requests == []


def test_the_pooling_config_is_downloaded_too(tiny: LocalHub):
    folder = tiny.folders["ann/tiny"]
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense")]
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in kinds]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 24}')
    for name in ("1_Pooling", "2_Dense"):
        (folder / name).mkdir()
        (folder / name / "config.json").write_text('{"pooling_mode_cls_token": true}')
        (folder / name / "model.safetensors").write_bytes(b"never fetched")
    for _ in range(2):
        features = load(BackboneConfig(id="ann/tiny"), network=True).info.features
        assert features == FeatureConfig(pooling=Pooling.CLS, token_limit=24)
    assert [line for line in tiny.requests if "_Dense" in line] == []
    assert len([name for name in tiny.downloads() if name == "config.json"]) == 2


def test_an_adapter_is_refused_before_any_download(tiny: LocalHub):
    folder = tiny.folders["ann/tiny"]
    (folder / "config.json").rename(folder / "adapter_config.json")
    with pytest.raises(BackboneError, match=r"ann/tiny is an adapter \(LoRA\)"):
        load(BackboneConfig(id="ann/tiny"), network=True)
    assert tiny.downloads() == []


def test_the_endpoint_of_the_environment_is_used(tiny: LocalHub, tmp_path: Path):
    code = (
        "from translearn_core.backbones import load; from translearn_core.config import BackboneConfig;"
        "print(load(BackboneConfig(id='ann/tiny'), network=True).info.architecture)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
    environment |= {"HF_ENDPOINT": tiny.url, "HF_HOME": str(tmp_path / "home"), "PYTHONWARNINGS": "error"}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("BertModel\n", "", 0)
