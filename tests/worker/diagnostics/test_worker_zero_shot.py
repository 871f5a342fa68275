"""Zero-shot classification on a case whose answer is known, and by entailment of a tiny NLI model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from worker_bench import ME, Bench

from tests.architectures import SIZE, WIDTH, WINDOW, tiny_folder, tiny_tokenizer
from translearn_core.backbones.entailment import entailment_index, entailment_label, load_entailment
from translearn_core.config import BackboneConfig, DataConfig, FeatureConfig, Precision, Split
from translearn_core.config.few_labels.zero_shot import ZeroShotMethod
from translearn_core.config.settings import Settings
from translearn_core.errors import BackboneError, ConfigError
from translearn_core.jobs import ZeroShotConfig
from translearn_core.jobs.diagnostics.unlabelled_texts import DescribedClassesConfig
from translearn_core.results.diagnostics.few_labels.clustering import Clustering
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.few_labels.zero_shot import MAX_UNLABELLED, unlabelled_sample

MONEY = ("my card is broken", "the bank was slow", "a money transfer", "the refund was late", "my account")
FOOD = ("great food and service", "the food was bad", "i loved the food", "food for two", "lovely food")
DESCRIBED = [
    {"name": "0", "text": "bank money card account refund transfer"},
    {"name": "1", "text": "food food food lovely great service"},
]


def table() -> bytes:
    lines = [
        f"{texts[i % 5]} {['one', 'two', 'three', 'four', 'five', 'day', 'week', 'old'][i // 5 % 8]},{label}"
        for label, texts in enumerate((MONEY, FOOD))
        for i in range(40)
    ]
    return ("text,kind\n" + "\n".join(lines)).encode()


@pytest.fixture(scope="module")
def kinds(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "kinds.csv", {"train": table()}, Settings())
    return DataConfig(dataset=dataset.digest, text="text", label="kind")


def config(kinds: DataConfig, backbone: BackboneConfig, **values: object) -> ZeroShotConfig:
    return ZeroShotConfig.model_validate(
        {
            "data": kinds, "backbone": backbone, "features": FeatureConfig(token_limit=32),
            "precision": Precision.FLOAT32,
            "classes": {"template": "{}", "descriptions": DESCRIBED}, **values,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(bench: Bench, kinds: DataConfig, backbone: BackboneConfig) -> ZeroShot:
    return bench.do(config(kinds, backbone), ZeroShot)


def test_words_shared_with_a_description_decide(bench: Bench, kinds: DataConfig, found: ZeroShot):
    prepared = load_prepared(bench.store.workspace, kinds)
    test = prepared.split_indices(Split.TEST)
    assert (found.method, found.n_test) == (ZeroShotMethod.SIMILARITY, len(test))
    assert found.metrics["accuracy"].value >= 0.9
    assert found.constant_baseline == np.bincount(prepared.labels[test]).max() / len(test)
    assert found.alarm == ""
    right = (found.predictions["label"] == found.predictions["predicted"]).mean()
    assert right == pytest.approx(found.metrics["accuracy"].value)
    assert found.classes["predicted"].sum() == found.classes["test texts"].sum() == len(test)
    assert found.classes["description"].tolist() == [one["text"] for one in DESCRIBED]


def test_the_space_is_that_of_most_information(found: ZeroShot):
    choices = found.choices
    assert len(choices) == 2 * 4
    assert choices["chosen"].sum() == 1
    best = choices.loc[choices["mutual information"].idxmax()]
    chosen = choices[choices["chosen"]].iloc[0]
    assert chosen["mutual information"] == best["mutual information"]
    assert (found.layer, found.centred) == (chosen["layer"], chosen["centred"])
    assert chosen["test accuracy"] == pytest.approx(found.metrics["accuracy"].value)


def test_labels_have_no_part_in_the_predictions(
    bench: Bench, kinds: DataConfig, backbone: BackboneConfig, found: ZeroShot
):
    swapped = b"\n".join(
        line if k == 0 else line[:-1] + (b"1" if line.endswith(b"0") else b"0")
        for k, line in enumerate(table().splitlines())
    )
    dataset = bench.store.add_dataset(ME, "swapped.csv", {"train": swapped}, Settings())
    other = config(kinds.model_copy(update={"dataset": dataset.digest}), backbone)
    result = bench.do(other, ZeroShot)
    assert result.choices["mutual information"].tolist() == pytest.approx(
        found.choices["mutual information"].tolist(), abs=0.02
    )
    assert result.metrics["accuracy"].value <= 0.1
    assert "worse here than always giving the most frequent class" in result.alarm


def test_a_description_of_no_class_is_named(bench: Bench, kinds: DataConfig, backbone: BackboneConfig):
    wrong = config(kinds, backbone, classes={"descriptions": [{"name": "sport", "text": "tennis"}]})
    with pytest.raises(ConfigError, match="sport"):
        bench.do(wrong, ZeroShot)


@pytest.fixture(scope="module")
def nli(tmp_path_factory: pytest.TempPathFactory) -> BackboneConfig:
    """A tiny random NLI model, as a fine-tuned one lies in its folder."""
    folder: Path = tmp_path_factory.mktemp("nli")
    settings = transformers.BertConfig(
        vocab_size=SIZE, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=WINDOW, num_labels=3,
        id2label={0: "CONTRADICTION", 1: "NEUTRAL", 2: "ENTAILMENT"},
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        transformers.BertForSequenceClassification(settings).save_pretrained(folder)
    tiny_tokenizer(types=True).save_pretrained(folder)
    return BackboneConfig(id=str(folder))


def test_an_nli_model_is_asked_what_a_text_entails(bench: Bench, kinds: DataConfig, nli: BackboneConfig):
    assert entailment_index(nli) == 2
    found = bench.do(config(kinds, nli), ZeroShot)
    assert (found.method, found.layer) == (ZeroShotMethod.ENTAILMENT, -1)
    assert found.choices.empty
    model = load_entailment(nli)
    for _, line in found.predictions.head(3).iterrows():
        logits = []
        for one in DESCRIBED:
            encoded = model.tokenizer(line["text"], one["text"], return_tensors="pt")
            with torch.inference_mode():
                logits.append(float(model.model(**encoded).logits[0, 2]))
        assert line["predicted"] == str(int(logits[1] > logits[0]))
        assert line["margin"] == pytest.approx(abs(logits[1] - logits[0]), abs=1e-4)


def test_an_nli_model_can_be_compared_by_similarity_too(bench: Bench, kinds: DataConfig, nli: BackboneConfig):
    found = bench.do(config(kinds, nli, method=ZeroShotMethod.SIMILARITY), ZeroShot)
    assert found.layer >= 0


def test_which_labels_are_entailment():
    assert entailment_label({0: "entailment", 1: "not_entailment"}) == 0
    assert entailment_label({0: "LABEL_0", 1: "LABEL_1"}) is None
    assert entailment_label({0: "entailment"}) is None
    assert entailment_label(None) is None


def test_a_backbone_without_entailment_says_so(
    bench: Bench, kinds: DataConfig, tmp_path: Path, backbone: BackboneConfig
):
    assert entailment_index(backbone) is None
    plain = BackboneConfig(id=str(tiny_folder("gpt2", tmp_path / "tiny")))
    with pytest.raises(BackboneError, match="is no NLI model"):
        bench.do(config(kinds, plain, method=ZeroShotMethod.ENTAILMENT), ZeroShot)


def test_a_description_that_leaves_no_room_for_a_text_is_refused(
    bench: Bench, kinds: DataConfig, nli: BackboneConfig
):
    long = [{"name": "0", "text": "food " * 40}, {"name": "1", "text": "money"}]
    wrong = config(kinds, nli, classes={"template": "{}", "descriptions": long})
    with pytest.raises(ConfigError, match=r"description is 'food.*fewer words"):
        bench.do(wrong, ZeroShot)
    near = [{"name": "0", "text": "food " * 23}, {"name": "1", "text": "money"}]
    assert bench.do(config(kinds, nli, classes={"template": "{}", "descriptions": near}), ZeroShot).n_test


def test_texts_without_any_label_are_asked_what_they_entail(
    bench: Bench, kinds: DataConfig, nli: BackboneConfig
):
    described = DescribedClassesConfig.model_validate(
        {
            "dataset": kinds.dataset, "text": "text", "backbone": nli, "template": "{}",
            "features": FeatureConfig(token_limit=32), "precision": Precision.FLOAT32, "classes": DESCRIBED,
        }
    )  # fmt: skip
    result = bench.do(described, Clustering)
    scored = bench.do(config(kinds, nli, seed=1), ZeroShot).predictions
    predicted = dict(zip(scored["text"], scored["predicted"], strict=True))
    given = dict(zip(result.rows["text"], result.cluster_names(), strict=True))
    assert all(given[text] == name for text, name in predicted.items())
    assert result.settings["compared by"] == "entailment"
    assert result.rows["probability"].between(0.5, 1).all()
    assert np.isnan(result.silhouette)
    for number, typical in enumerate(result.clusters["typical text"]):
        of_class = result.rows[result.rows["cluster"] == number].groupby("text")["probability"].max()
        assert of_class[typical] == of_class.max()


def test_texts_without_a_label_are_drawn_from_all_of_them(bench: Bench, kinds: DataConfig):
    prepared = load_prepared(bench.store.workspace, kinds)
    many = replace(prepared, unlabelled=tuple(f"text {i}" for i in range(3 * MAX_UNLABELLED)))
    drawn = unlabelled_sample(many, seed=0)[len(prepared.split_indices(Split.TRAIN)) :]
    numbers = [int(str(text).split()[1]) for text in drawn]
    assert len(set(numbers)) == len(numbers) == MAX_UNLABELLED
    assert np.mean(numbers) == pytest.approx(1.5 * MAX_UNLABELLED, rel=0.1)
