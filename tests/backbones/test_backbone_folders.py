"""Local model folders: models in subfolders are offered, saved settings are read, damage is named."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

from tests.architectures import SIZE, tiny_folder
from translearn_core.backbones import Backbone, load
from translearn_core.config import BackboneConfig, FeatureConfig, Pooling
from translearn_core.errors import BackboneError

DEEP = "[" * 200_000


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in made:
            made[name] = tiny_folder(name, tmp_path_factory.mktemp(name))
        return made[name]

    return make


@pytest.fixture
def folder(models: Callable[[str], Path], tmp_path: Path) -> Path:
    return shutil.copytree(models("bert"), tmp_path / "tiny")


def at(folder: Path, **options: Any) -> Backbone:
    return load(BackboneConfig(id=str(folder), **options))


def edit(path: Path, **changes: Any) -> None:
    values = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(values | changes))


def reweigh(folder: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    stored = load_file(folder / "model.safetensors")
    change(stored)
    save_file(stored, folder / "model.safetensors", {"format": "pt"})


def refused(folder: Path, **options: Any) -> str:
    with pytest.raises(BackboneError) as caught:
        at(folder, **options)
    message = str(caught.value)
    assert str(folder) in message
    assert "\n" not in message
    assert ":" in message
    assert len(message.replace(str(folder), "")) < 400
    return message


# -- models in subfolders --------------------------------------------------------------------------


def test_training_checkpoints_are_offered_the_latest_first(folder: Path, tmp_path: Path):
    out = tmp_path / "out"
    for step in (500, 1000):
        shutil.copytree(folder, out / f"checkpoint-{step}")
    latest = out / "checkpoint-1000"
    message = refused(out)
    assert "checkpoint-500 and checkpoint-1000" in message
    assert message.endswith(f": give {latest}.")
    assert at(latest).info.architecture == "BertModel"
    for step in (2, 30, 1500):
        shutil.copytree(folder, out / f"checkpoint-{step}")
    message = refused(out)
    assert "2 more, checkpoint-500, checkpoint-1000 and checkpoint-1500" in message
    assert message.endswith(f": give {out}/checkpoint-1500.")


def test_a_model_in_the_cache_of_the_hub_is_offered(folder: Path, tmp_path: Path):
    cached = tmp_path / "models--ann--tiny"
    shutil.copytree(folder, cached / "snapshots" / "abc")
    assert refused(cached).endswith(f": give {cached}/snapshots/abc.")


# -- sentence-transformers -------------------------------------------------------------------------


def sentence_folder(home: Path, pooling: dict[str, Any], limit: Any = 32, path: str = "") -> None:
    modules = [
        {"idx": 0, "name": "0", "path": path, "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (home / "modules.json").write_text(json.dumps(modules))
    (home / "1_Pooling").mkdir()
    (home / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (home / path / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": limit}))


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, Pooling.CLS),
        ({"pooling_mode_max_tokens": True}, Pooling.MAX),
        ({"pooling_mode": "cls"}, Pooling.CLS),
        ({"pooling_mode": ["cls"]}, Pooling.CLS),
        ({"pooling_mode": ["cls", "max"]}, Pooling.MEAN),
        ({"pooling_mode_lasttoken": True}, Pooling.MEAN),  # no pooling of an encoder
        ({"pooling_mode": 7}, Pooling.MEAN),
        ({}, Pooling.MEAN),
    ],
)
def test_a_saved_pooling_is_the_default(folder: Path, pooling, expected: Pooling):
    sentence_folder(folder, pooling)
    backbone_info = at(folder).info
    assert backbone_info.pooling is expected
    assert backbone_info.features == FeatureConfig(pooling=expected, token_limit=32)


@pytest.mark.parametrize(("limit", "expected"), [(512, 64), (16, 16), (2, 8), (None, 64)])
def test_a_saved_token_limit_is_the_default(folder: Path, limit, expected: int):
    sentence_folder(folder, {}, limit)
    assert at(folder).info.features.token_limit == expected


def test_a_saved_pooling_is_the_default_of_a_decoder_too(models, tmp_path: Path):
    folder = shutil.copytree(models("llama"), tmp_path / "llama")
    assert at(folder).info.pooling is Pooling.LAST
    sentence_folder(folder, {"pooling_mode": "mean"})
    assert at(folder).info.pooling is Pooling.MEAN


def test_a_transformer_in_a_subfolder_is_found_from_both_folders(folder: Path, tmp_path: Path):
    home = tmp_path / "sentences"
    shutil.copytree(folder, home / "0_Transformer")
    sentence_folder(home, {"pooling_mode_cls_token": True}, path="0_Transformer")
    for path in (home, home / "0_Transformer"):
        assert at(path).info.features == FeatureConfig(pooling=Pooling.CLS, token_limit=32)


def test_the_bundled_model_defaults_to_128_tokens():
    assert load(BackboneConfig()).info.features == FeatureConfig(pooling=Pooling.MEAN, token_limit=128)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("modules.json", DEEP, "modules.json is nested"),
        ("modules.json", "{}", "modules.json is not a list of modules"),
        ("modules.json", '[{"type": "x.Transformer", "path": "../up"}]', "modules.json gives '../up' as the"),
        ("1_Pooling/config.json", "[]", "1_Pooling/config.json is not a JSON object"),
        ("1_Pooling/config.json", DEEP, "1_Pooling/config.json is nested"),
        ("sentence_bert_config.json", DEEP, "sentence_bert_config.json is nested"),
        ("sentence_bert_config.json", '{"max_seq_length": "256"}', "gives '256' as max_seq_length"),
        ("sentence_bert_config.json", '{"max_seq_length": -1}', "gives -1 as max_seq_length"),
    ],
)
def test_damaged_settings_are_named(folder: Path, file: str, text: str, says: str):
    sentence_folder(folder, {})
    (folder / file).write_text(text)
    assert says in refused(folder)


# -- tokenizers ------------------------------------------------------------------------------------


def test_added_tokens_without_an_embedding_are_split_into_pieces(folder: Path, tmp_path: Path):
    plain = at(folder).tokenizer
    text = "a good <user> film <extra> was bad"
    expected = plain(text)["input_ids"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([f"<unused {k}>" for k in range(SIZE - len(tokenizer))] + ["<user>"])
    tokenizer.add_special_tokens({"extra_special_tokens": ["<extra>"], "mask_token": "<cover>"})
    tokenizer.save_pretrained(folder)
    assert max(AutoTokenizer.from_pretrained(folder)(text)["input_ids"]) >= SIZE

    backbone = at(folder)
    ids = backbone.tokenizer(text)["input_ids"]
    assert ids == expected
    with torch.no_grad():
        states = backbone.model(input_ids=torch.tensor([ids])).last_hidden_state
    assert states.isfinite().all()
    assert backbone.tokenizer.mask_token_id is None
    backbone.tokenizer.save_pretrained(tmp_path / "saved")
    assert AutoTokenizer.from_pretrained(tmp_path / "saved")(text)["input_ids"] == expected


def test_a_pad_token_without_an_embedding_is_replaced(folder: Path):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"pad_token": "<pad>"})
    tokenizer.save_pretrained(folder)
    batch = at(folder).tokenizer(["a", "a good film"], padding=True)
    assert batch["attention_mask"][0] == [1, 1, 1, 0, 0]
    assert max(map(max, batch["input_ids"])) < SIZE


def sentencepiece_only(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "spiece.model").write_bytes(b"\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02")


def no_pieces(folder: Path) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = {piece: k for piece, k in vocabulary.items() if k < 5}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


def huge(name: str) -> Callable[[Path], None]:
    def grow(folder: Path) -> None:
        (folder / name).touch()
        os.truncate(folder / name, 10**11)

    return grow


def write(name: str, text: str | bytes) -> Callable[[Path], None]:
    return lambda folder: (
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text) and None
    )


def loop(name: str) -> Callable[[Path], None]:
    def link(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(name)

    return link


def only(name: str, *, config: bool = True) -> Callable[[Path], None]:
    def leave(folder: Path) -> None:
        (folder / "model.safetensors").unlink()
        if not config:
            (folder / "config.json").unlink()
        (folder / name).write_bytes(b"x")

    return leave


def config(**changes: Any) -> Callable[[Path], None]:
    return lambda folder: edit(folder / "config.json", **changes)


def weight(name: str, tensor: torch.Tensor) -> Callable[[Path], None]:
    return lambda folder: reweigh(folder, lambda stored: stored.update({name: tensor}))


def nan_weight(folder: Path) -> None:
    reweigh(folder, lambda stored: stored["encoder.layer.1.output.dense.weight"][0, :2].fill_(float("nan")))


def wrong_index(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    (folder / "model.safetensors.index.json").write_text(DEEP)


def no_index(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")


DENSE = "encoder.layer.1.output.dense.weight"


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (sentencepiece_only, "spiece.model: run 'pip install sentencepiece'"),
        (no_pieces, "tokenizer knows no word .* of 5 pieces"),
        (huge("tokenizer.json"), "tokenizer.json has 100,000,000,000 bytes"),
        (huge("config.json"), "config.json has 100,000,000,000 bytes"),
        (write("tokenizer.json", DEEP), "tokenizer.json is nested"),
        (write("tokenizer.json", b"\xff\xfe"), "tokenizer.json is not text in UTF-8"),
        (write("tokenizer.json", ""), "tokenizer.json is not JSON"),
        (write("tokenizer.json", "[]"), "tokenizer.json is not a JSON object"),
        (loop("tokenizer.json"), "tokenizer.json is not there"),
        (write("tokenizer_config.json", DEEP), "tokenizer_config.json is nested"),
        (write("tokenizer_config.json", "[]"), "tokenizer_config.json is not a JSON object"),
        (loop("tokenizer_config.json"), "tokenizer_config.json is not there"),
        (write("special_tokens_map.json", DEEP), "special_tokens_map.json is nested"),
        (write("added_tokens.json", DEEP), "added_tokens.json is nested"),
        (write("config.json", DEEP), "config.json is nested .*: fetch or copy it again"),
        (write("config.json", "version https://git-lfs.github.com/spec/v1"), "is only a Git LFS pointer"),
        (loop("config.json"), "config.json is not there"),
        (wrong_index, "model.safetensors.index.json is nested"),
        (no_index, "several files, but no model.safetensors.index.json"),
        (config(hidden_size="32"), "does not describe a bert model .*'hidden_size' expected int"),
        (config(hidden_size=[32]), "does not describe a bert model"),
        (config(model_type=["bert"]), r"of type \['bert'\], which cannot be read"),
        (config(num_hidden_layers=10**12), "num_hidden_layers as 1,000,000,000,000,"),
        (config(num_hidden_layers=-1), "num_hidden_layers as -1, .* 1 to 1,000"),
        (config(vocab_size=0), "gives vocab_size as 0"),
        (config(num_attention_heads=-4), "gives num_attention_heads as -4"),
        (config(num_hidden_layers=2), "fewer blocks than the weight files.*encoder"),
        (config(layer_norm_eps=float("nan")), "makes NaN or infinite states"),
        (nan_weight, rf"2 of the 1,536 numbers in {DENSE} are NaN"),
        (weight(DENSE, torch.full((32, 48), float("inf"))), "1,536 of the 1,536 numbers"),
        (weight(DENSE, torch.zeros(3, 5)), rf"{DENSE} is 3 × 5 .* 32 × 48"),
        (weight(DENSE, torch.zeros(32, 48, dtype=torch.int8)), rf"holds {DENSE} as I8: quantised"),
        (weight("encoder.layer.0.x.lora_A.weight", torch.zeros(2, 2)), r"hold an adapter \(LoRA\) beside"),
        (only("pytorch_model.bin"), r"convert it .*AutoModel.from_pretrained"),
        (only("model.gguf", config=False), r"only as model.gguf \(GGUF"),
        (only("model.onnx"), r"only as model.onnx \(ONNX"),
        (only("tf_model.h5"), r"only as tf_model.h5 \(.*TensorFlow"),
        (only("flax_model.msgpack"), r"only as flax_model.msgpack \(.*Flax"),
        (only("weights.safetensors"), "weights.safetensors and no model.safetensors"),
        (only("training_args.bin"), "model.safetensors is missing"),
        (
            write("adapter_config.json", '{"base_model_name_or_path": "ann/base"}'),
            r"is an adapter \(LoRA\), .*give ann/base, or merge",
        ),
        (write("adapter_config.json", DEEP), "is an adapter .*give the model"),
        (config(model_type="whisper"), "whisper"),
    ],
)  # fmt: skip
def test_a_broken_folder_is_refused_with_the_cause(folder: Path, damage: Callable[[Path], None], says: str):
    if damage is sentencepiece_only and find_spec("sentencepiece"):
        pytest.skip("sentencepiece is installed")
    damage(folder)
    assert re.search(says, refused(folder))


def test_heads_of_other_tasks_are_ignored(folder: Path):
    reweigh(folder, lambda stored: stored.update({"cls.predictions.bias": torch.zeros(SIZE)}))
    assert at(folder).n_blocks == 3


def test_large_finite_weights_are_not_taken_for_infinite(folder: Path):
    name = "embeddings.word_embeddings.weight"
    reweigh(folder, lambda stored: stored[name][150:].fill_(3e38))
    with pytest.raises(BackboneError, match="makes NaN or infinite states"):
        at(folder)
    assert at(folder, random_init=True).n_blocks == 3


# -- links and permissions -------------------------------------------------------------------------


def test_broken_links_are_named(tmp_path: Path):
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    for name in ("round", "gone"):
        assert "is a link that leads nowhere" in refused(tmp_path / name)


@pytest.fixture
def readable(folder: Path) -> Iterator[Path]:
    """A model in a world-readable folder; the test runs without root rights, which could read all."""
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        copy = shutil.copytree(folder, Path(home) / "tiny")
        own = os.geteuid()
        for path in (copy, *copy.iterdir()):
            os.chown(path, 65_534 if own == 0 else own, -1)
        if own == 0:
            os.seteuid(65_534)
        try:
            yield copy
        finally:
            os.seteuid(own)


@pytest.mark.parametrize("name", ["", "config.json", "tokenizer.json", "model.safetensors"])
def test_a_file_without_read_permission_is_named(readable: Path, name: str):
    assert at(readable).n_blocks == 3
    (readable / name).chmod(0)
    assert f"{name} cannot be read (Permission denied)" in refused(readable)
    (readable / name).chmod(0o755)


def test_a_folder_in_an_unreadable_one_is_not_reported_missing(readable: Path):
    readable.chmod(0)
    assert "cannot be read (Permission denied)" in refused(readable / "inner")
    readable.chmod(0o755)
