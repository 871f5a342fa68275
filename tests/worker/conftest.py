import pytest
from worker_bench import ME, Bench, reviews

from tests.architectures import tiny_folder
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
