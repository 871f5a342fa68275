"""Continued pretraining: masks, heads of several architectures, the loop, resuming, the saved backbone."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from safetensors.torch import load_file

from tests.architectures import TEXTS, tiny_folder, tiny_tokenizer
from tests.corpora import SENTENCES, whole_model, with_head
from translearn_core.backbones import load
from translearn_core.config import BackboneConfig, FreezePlan, Precision
from translearn_core.errors import ConfigError, DataError, Stopped, TrainingError
from translearn_core.inputs.text import tokenize
from translearn_core.jobs import PretrainConfig
from translearn_core.results import EpochPoint, Pretraining, StepPoint
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import FILE, Checkpoint
from translearn_core.training.pretraining import pretrain
from translearn_core.training.pretraining.corpus import Corpus
from translearn_core.training.pretraining.masking import MaskableIds, masked
from translearn_core.training.pretraining.mlm_head import MaskedLanguageModel
from translearn_core.training.pretraining.pretrain import EARLIER, head_stage, training_config
from translearn_core.training.pretraining.task import MaskedTokens
from translearn_core.transfer.objectives import IGNORE_INDEX

FEW = SENTENCES[:240]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("models")
    names = ("bert", "roberta", "distilbert", "electra", "mpnet", "modernbert", "deberta-v2")
    with_heads = {f"{name} + head": str(with_head(name, root / f"{name}-head")) for name in names}
    bare = ("bert", "roberta", "distilbert", "electra", "gpt2", "modernbert", "xlnet")
    return with_heads | {name: str(tiny_folder(name, root / name)) for name in bare}


class Script:
    """Recorder of progress and points that stops at a step of a stage."""

    def __init__(self, stop_at: tuple[str, int] | None = None) -> None:
        self.stop_at, self.points, self.stages = stop_at, [], []

    def report(self, stage: str, done: float, total: float) -> None:
        self.stages.append(stage)
        assert 0 <= done <= max(total, 0)
        if self.stop_at is not None and stage == self.stop_at[0] and done >= self.stop_at[1]:
            raise Stopped

    def record(self, points: Sequence[StepPoint | EpochPoint]) -> None:
        self.points += points

    def run(self, config: PretrainConfig, folder: Path, texts: Sequence[str] = FEW) -> Pretraining:
        folder.mkdir(exist_ok=True)
        return pretrain(config, texts, folder, report=self.report, record=self.record)


def pretrain_config(folder: str, **settings: object) -> PretrainConfig:
    source = {"id": folder, **settings.pop("backbone", {})}
    values = {
        "epochs": 2, "lr": 2e-3, "head_lr": 5e-3, "batch_size": 16, "token_limit": 32,
        "precision": Precision.FLOAT32, **settings,
    }  # fmt: skip
    return PretrainConfig(dataset="d", text="t", backbone=BackboneConfig(**source), **values)


# -- masks


@given(some.integers(0, 10_000), some.floats(0.01, 0.5))
def test_masks_keep_to_ordinary_tokens_and_every_text_has_one(seed: int, share: float) -> None:
    tokenizer = tiny_tokenizer()
    tokens = tokenize(tokenizer, [*TEXTS, "zzzz ~ unknown ☃"], 32)
    words = MaskableIds.of(tokenizer, len(tokenizer) + 7)
    result = masked(tokens, words, share, np.random.default_rng(seed))
    special = np.isin(tokens.ids, tokenizer.all_special_ids)
    chosen = result.hidden.ids != IGNORE_INDEX
    assert not (chosen & special).any()
    assert (result.seen.ids[~chosen] == tokens.ids[~chosen]).all()
    assert (result.hidden.ids[chosen] == tokens.ids[chosen]).all()
    assert (np.add.reduceat(chosen, tokens.offsets[:-1]) >= 1).all()
    assert words.ordinary[result.seen.ids[chosen & (result.seen.ids != words.mask)]].all()
    inputs, hidden = result.batch(np.arange(len(tokens)))
    assert not ((hidden != IGNORE_INDEX) & (inputs.mask == 0)).any()
    assert {tensor.shape for tensor in inputs.tensors.values()} == {hidden.shape}


def test_four_in_five_are_covered_one_in_ten_swapped_one_in_ten_left() -> None:
    tokenizer = tiny_tokenizer()
    tokens = tokenize(tokenizer, list(SENTENCES) * 20, 32)
    words = MaskableIds.of(tokenizer, len(tokenizer))
    result = masked(tokens, words, 0.15, np.random.default_rng(0))
    chosen = result.hidden.ids != IGNORE_INDEX
    assert chosen[words.ordinary[tokens.ids]].mean() == pytest.approx(0.16, abs=0.02)  # at least one per text
    covered = (result.seen.ids[chosen] == words.mask).mean()
    left = (result.seen.ids[chosen] == tokens.ids[chosen]).mean()
    assert covered == pytest.approx(0.8, abs=0.01)
    assert left == pytest.approx(0.1, abs=0.01)


# -- corpus


def corpus(folder: str, texts: Sequence[str] = FEW, **settings: object) -> Corpus:
    config = pretrain_config(folder, **settings)
    return Corpus.of(texts, load(config.backbone), config, Script().report)


def test_masks_follow_from_seed_and_epoch_and_those_held_out_stay(folders: dict[str, str]) -> None:
    one, same, other = (corpus(folders["bert"], seed=seed) for seed in (1, 1, 2))
    hidden = [c.masked(e).hidden.ids for c, e in ((one, 0), (same, 0), (one, 1), (other, 0), (one, None))]
    assert (hidden[0] == hidden[1]).all()
    assert all((hidden[0] != later).any() for later in hidden[2:])
    assert (one.held_out == same.held_out).all()


def test_only_different_texts_count_and_some_are_held_out(folders: dict[str, str]) -> None:
    texts = corpus(folders["bert"], [*FEW, *FEW, "☃", "~ ~"])
    assert len(texts.train) + len(texts.held_out) == len(FEW)
    assert len(texts.held_out) == 20
    assert not set(texts.train) & set(texts.held_out)
    assert len(corpus(folders["bert"], SENTENCES).held_out) == 36


def test_too_few_texts_are_refused_by_name(folders: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'t' has 99 .* needs 100"):
        Script().run(pretrain_config(folders["bert"]), tmp_path, FEW[:99] * 3)
    with pytest.raises(DataError, match="has 0 "):
        Script().run(pretrain_config(folders["bert"]), tmp_path, [])


# -- heads


@pytest.mark.parametrize(
    "name", ["bert", "roberta", "distilbert", "electra", "mpnet", "modernbert", "deberta-v2"]
)
def test_the_heads_of_checkpoints_say_what_their_models_say(folders: dict[str, str], name: str) -> None:
    folder = folders[f"{name} + head"]
    model = MaskedLanguageModel.of(load(BackboneConfig(id=folder)), np.zeros(1, np.int64), 0)
    assert not model.fresh
    tokenizer = tiny_tokenizer()
    batch = tokenizer(list(TEXTS), padding=True, return_tensors="pt")
    ids, mask = batch["input_ids"], batch["attention_mask"]
    at = (mask == 1) & (torch.rand(mask.shape, generator=torch.Generator().manual_seed(0)) < 0.4)
    with torch.no_grad():
        states = model.backbone(input_ids=ids, attention_mask=mask).last_hidden_state
        logits = model.head(states[at])
        again = model.backbone(input_ids=ids, attention_mask=mask).last_hidden_state
        expected = whole_model(Path(folder))(input_ids=ids, attention_mask=mask).logits[at]
    assert torch.equal(states, again)
    assert torch.allclose(logits, expected, atol=1e-5)


@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert", "electra", "xlnet"])
def test_a_checkpoint_without_a_head_gets_a_fresh_one_tied_to_its_words(
    folders: dict[str, str], name: str
) -> None:
    backbone = load(BackboneConfig(id=folders[name]))
    table = backbone.model.get_input_embeddings()
    counts = np.arange(table.num_embeddings)
    model = MaskedLanguageModel.of(backbone, counts, 0)
    assert model.fresh
    logits = model.head(torch.randn(5, backbone.info.width))
    assert logits.shape == (5, table.num_embeddings)
    logits.sum().backward()
    assert table.weight.grad is not None
    assert table.weight.grad.any()
    shares = torch.softmax(model.head.bias, 0)
    assert shares[2].item() / shares[1].item() == pytest.approx(3 / 2)


@pytest.mark.parametrize("altered", [{"random_init": True}, {"keep_blocks": 2}, {"reinit_top_layers": 1}])
def test_a_head_does_not_fit_a_backbone_that_was_altered(
    folders: dict[str, str], altered: dict[str, object]
) -> None:
    backbone = load(BackboneConfig(id=folders["bert + head"], **altered))
    assert MaskedLanguageModel.of(backbone, np.zeros(backbone.info.vocabulary), 0).fresh


# -- validation


def test_a_causal_model_is_refused(folders: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"backbone.*both directions"):
        Script().run(pretrain_config(folders["gpt2"]), tmp_path)


def test_a_tokenizer_without_a_mask_token_is_refused(tmp_path: Path) -> None:
    folder = tiny_folder("bert", tmp_path / "model")
    tokenizer = tiny_tokenizer(causal=True, pad=True)
    for file in folder.glob("token*"):
        file.unlink()
    tokenizer.save_pretrained(folder)
    with pytest.raises(ConfigError, match="mask token"):
        Script().run(pretrain_config(str(folder)), tmp_path / "run")


def test_a_token_limit_over_the_models_is_refused(folders: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"token_limit.*65.*64"):
        Script().run(pretrain_config(folders["bert"], token_limit=65), tmp_path)


def test_a_loss_that_runs_away_is_one_sentence(folders: dict[str, str], tmp_path: Path) -> None:
    folder = with_head("bert", tmp_path / "model")
    model = whole_model(folder)
    with torch.no_grad():
        model.cls.predictions.bias.fill_(math.nan)
    model.save_pretrained(folder)
    with pytest.raises(TrainingError, match="lower the learning rate"):
        Script().run(pretrain_config(str(folder)), tmp_path / "run")


# -- the loop


@pytest.mark.parametrize(
    "name", ["bert", "bert + head", "roberta", "roberta + head", "distilbert", "distilbert + head"]
)
def test_held_out_texts_are_guessed_better_afterwards(
    folders: dict[str, str], name: str, tmp_path: Path
) -> None:
    script = Script()
    result = script.run(pretrain_config(folders[name], epochs=4), tmp_path, SENTENCES)
    fresh = "head" not in name
    assert result.fresh_head is fresh
    assert (result.head_epochs, len(result.losses)) == ((1, 5) if fresh else (0, 4))
    assert result.loss_after < 0.8 * result.loss_before
    assert result.losses[-1] < result.losses[0]
    assert result.perplexity_after == pytest.approx(math.exp(result.loss_after))
    assert (result.texts, result.held_out) == (684, 36)
    assert result.frame()["trained"].tolist() == ["prediction head"] * fresh + ["all"] * 4
    assert artifacts.load(tmp_path, Pretraining) == result
    assert not (tmp_path / FILE.name).exists()
    steps = [point.step for point in script.points]
    assert steps == list(range(1, len(result.losses) * 43 + 1))
    assert script.points[-1].epoch == pytest.approx(len(result.losses))
    lr = [point.lr for point in script.points]
    assert max(lr) == pytest.approx(2e-3)
    assert (lr[0] == 0.0) is fresh
    expected = {"training the prediction head"} if fresh else set()
    assert {"pre-training", "measuring on texts held out", "keeping the backbone"} | expected <= set(
        script.stages
    )


def test_while_the_head_learns_alone_the_backbone_stays(folders: dict[str, str], tmp_path: Path) -> None:
    script = Script(stop_at=("pre-training", 0))
    config = pretrain_config(folders["bert"], head_epochs=2)
    with pytest.raises(Stopped):
        script.run(config, tmp_path)
    state = Checkpoint.read(tmp_path)
    assert state is not None
    assert state.epoch == 2
    before = load(config.backbone).model
    assert all(
        torch.equal(state.weights[f"backbone.{name}"], parameter)
        for name, parameter in before.named_parameters()
    )
    assert not torch.equal(state.weights["head.norm.weight"], torch.ones(32))


def test_the_new_backbone_loads_like_any_other_and_is_another(
    folders: dict[str, str], tmp_path: Path
) -> None:
    result = Script().run(pretrain_config(folders["bert"]), tmp_path)
    assert result.parent == folders["bert"]
    new, old = load(BackboneConfig(id=str(tmp_path / "backbone"))), load(BackboneConfig(id=folders["bert"]))
    assert new.info.digest != old.info.digest
    assert new.info.parameters == old.info.parameters
    assert new.tokenizer(list(TEXTS))["input_ids"] == old.tokenizer(list(TEXTS))["input_ids"]
    tensors = load_file(tmp_path / "backbone" / "model.safetensors")
    assert set(tensors) == set(new.model.state_dict())
    moved = [name for name, p in old.model.named_parameters() if not torch.equal(p, tensors[name])]
    assert len(moved) == len(tensors)


@pytest.mark.parametrize(("name", "blocks"), [("bert", 2), ("distilbert", 1), ("modernbert", 2)])
def test_a_backbone_with_fewer_blocks_is_kept_as_that(
    folders: dict[str, str], tmp_path: Path, name: str, blocks: int
) -> None:
    Script().run(pretrain_config(folders[name], epochs=1, backbone={"keep_blocks": blocks}), tmp_path)
    assert load(BackboneConfig(id=str(tmp_path / "backbone"))).n_blocks == blocks


def test_a_random_init_twin_may_read_too(folders: dict[str, str], tmp_path: Path) -> None:
    config = pretrain_config(folders["bert + head"], backbone={"random_init": True})
    result = Script().run(config, tmp_path)
    assert result.fresh_head
    assert "random init" in result.parent


def test_bf16_learns_as_well(folders: dict[str, str], tmp_path: Path) -> None:
    result = Script().run(
        pretrain_config(folders["bert"], epochs=3, precision=Precision.BF16), tmp_path, SENTENCES
    )
    assert result.precision == "bf16"
    assert result.loss_after < result.loss_before


def test_only_a_new_head_trains_alone_and_at_its_own_rate() -> None:
    config = pretrain_config("x", epochs=3, head_epochs=2)
    (stage,) = head_stage(config, fresh_head=True)
    assert (stage.freeze, stage.epochs) == (FreezePlan(), 2)
    assert head_stage(config, fresh_head=False) == ()
    assert head_stage(pretrain_config("x", head_epochs=0), fresh_head=True) == ()
    new, pretrained = (training_config(config, fresh_head=fresh) for fresh in (True, False))
    assert (new.epochs, new.lr, new.head_lr) == (3, 2e-3, 5e-3)
    assert (pretrained.lr, pretrained.head_lr) == (2e-3, 2e-3)


# -- resuming


STOPS = [
    ("training the prediction head", 12),
    ("pre-training", 17),
    ("pre-training", 34),
    ("pre-training", 42),
]


@pytest.mark.parametrize("stop_at", STOPS, ids=[f"{stage} {step}" for stage, step in STOPS])
def test_stopped_and_gone_on_with_it_is_the_same(
    folders: dict[str, str], tmp_path: Path, stop_at: tuple[str, int]
) -> None:
    config = pretrain_config(folders["bert"], batch_size=32)  # 7 steps an epoch
    config = config.model_copy(update={"epochs": 4, "head_epochs": 2})
    straight, again = Script(), Script()
    whole = straight.run(config, tmp_path / "straight")
    broken = Script(stop_at)
    with pytest.raises(Stopped):
        broken.run(config, tmp_path / "broken")
    assert not (tmp_path / "broken" / "backbone").exists()
    assert artifacts.load(tmp_path / "broken", Pretraining) is None
    result = again.run(config, tmp_path / "broken")
    assert (result.loss_before, result.loss_after, result.losses) == (
        whole.loss_before, whole.loss_after, whole.losses,
    )  # fmt: skip
    one, other = (
        load_file(tmp_path / name / "backbone" / "model.safetensors") for name in ("straight", "broken")
    )
    assert all(torch.equal(one[name], other[name]) for name in one)
    same = [(p.step, p.loss, p.lr, p.grad_norm) for p in straight.points]
    assert [(p.step, p.loss, p.lr, p.grad_norm) for p in again.points] == same


def test_lost_after_its_last_epoch_it_only_measures(folders: dict[str, str], tmp_path: Path) -> None:
    config = pretrain_config(folders["bert"])
    first = Script().run(config, tmp_path / "first")
    stop = Script(stop_at=("keeping the backbone", 0))
    with pytest.raises(Stopped):
        stop.run(config, tmp_path / "second")
    (tmp_path / "second" / "backbone").mkdir()  # partly written
    later = Script()
    again = later.run(config, tmp_path / "second")
    assert (again.loss_before, again.loss_after) == (first.loss_before, first.loss_after)
    assert "pre-training" not in later.stages
    assert load(BackboneConfig(id=str(tmp_path / "second" / "backbone"))).n_blocks == 3


def test_an_unfinished_pretraining_of_an_earlier_version_starts_again(
    folders: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / EARLIER.name).write_bytes(b"the state of a loop that is gone")
    script = Script()
    script.run(pretrain_config(folders["bert"], epochs=1), tmp_path)
    assert [stage for stage in script.stages if "earlier version" in stage]
    assert not (tmp_path / EARLIER.name).exists()


def test_the_backbone_of_the_epoch_with_the_lowest_held_out_loss_is_saved(
    folders: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([9.0, 3.0, 1.0, 2.0])  # after the head's epoch and each of three
    monkeypatch.setattr(MaskedTokens, "validate", lambda *_: {"loss": next(losses)})
    stop = Script(stop_at=("keeping the backbone", 0))
    with pytest.raises(Stopped):
        stop.run(pretrain_config(folders["bert"], epochs=3), tmp_path)
    state = Checkpoint.read(tmp_path)
    assert state is not None
    assert (state.best_epoch, state.best_score) == (3, -1.0)
    result = Script().run(pretrain_config(folders["bert"], epochs=3), tmp_path)
    assert (result.loss_before, result.loss_after) == (9.0, 1.0)
    saved = load_file(tmp_path / "backbone" / "model.safetensors")
    assert all(torch.equal(saved[name], state.best[f"backbone.{name}"]) for name in saved)


def test_a_pretraining_whose_state_is_damaged_begins_again_and_says_so(
    folders: dict[str, str], tmp_path: Path
) -> None:
    first = Script().run(pretrain_config(folders["bert"]), tmp_path / "first")
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / FILE.name).write_bytes(b"PK\x03\x04 half of it")
    script = Script()
    again = script.run(pretrain_config(folders["bert"]), tmp_path / "second")
    assert again.losses == first.losses
    assert [stage for stage in script.stages if "damaged" in stage]
