"""Words in sentences with tags of entities: the table, its task, and a run of it."""

import pytest
from word_bench import sentences, table, words_data, words_experiment
from worker_bench import ME, Bench

from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig
from translearn_core.config.settings import Settings


@pytest.fixture(scope="module")
def data(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "words.csv", {"train": table(sentences())}, Settings())
    return words_data(dataset.digest)


@pytest.fixture(scope="module")
def experiment(data: DataConfig, backbone: BackboneConfig) -> ExperimentConfig:
    return words_experiment(data, backbone)


@pytest.fixture(scope="module")
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)
