from pathlib import Path

import pytest
import torch
import transformers
from worker_bench import ME, Bench, reviews

from tests.architectures import SIZE, WIDTH, WINDOW, tiny_folder, tiny_tokenizer
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    TrainingConfig,
)
from translearn_core.config.settings import Settings


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> BackboneConfig:
    return BackboneConfig(id=str(tiny_folder("bert", tmp_path_factory.mktemp("tiny"))))


@pytest.fixture(scope="module")
def data(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "reviews.csv", {"train": reviews()}, Settings())
    return DataConfig(dataset=dataset.digest, text="text", label="liked")


@pytest.fixture(scope="module")
def experiment(data: DataConfig, backbone: BackboneConfig) -> ExperimentConfig:
    """Fine-tune the top block of three of a tiny backbone on 96 reviews."""
    return ExperimentConfig(
        data=data,
        backbone=backbone,
        freeze=FreezePlan(blocks=(2,)),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(lr=1e-3, head_lr=1e-2, batch_size=8, precision=Precision.FLOAT32),
    )


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
