"""Learning-rate finder and augmentation preview."""

import numpy as np
import pytest
from worker_bench import Bench

from translearn_core.config import AugmentConfig, ExperimentConfig, FeatureConfig, FreezePlan, Stage, job_id
from translearn_core.data import PreparedDataset
from translearn_core.jobs import AugmentationPreviewConfig, LrFinderConfig
from translearn_core.results import AugmentationPreview, LrFinderResult, RunSummary
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.lr_finder import sample_training_rows


@pytest.mark.parametrize("change", ["plan", "head only", "stages", "augmented"])
def test_a_rate_is_searched_for_every_kind_of_experiment(
    bench: Bench, experiment: ExperimentConfig, change: str
) -> None:
    parts: dict[str, object] = {
        "plan": {},
        "head only": {"freeze": FreezePlan()},
        "stages": {"stages": (Stage(freeze=FreezePlan()),)},
        "augmented": {"augment": AugmentConfig(copies=2)},
    }[change]
    config = LrFinderConfig(experiment=experiment.model_copy(update=parts), low=1e-5, high=1.0, steps=40)
    result = bench.do(config, LrFinderResult)
    assert result.setting == ("head_lr" if change == "head only" else "lr")
    assert len(result.losses) == len(result.rates) > 4
    assert result.reason


def test_activations_of_a_search_are_reused_in_training(bench: Bench, experiment: ExperimentConfig) -> None:
    head_only = experiment.model_copy(
        update={"freeze": FreezePlan(), "features": FeatureConfig(token_limit=24)}
    )
    bench.do(LrFinderConfig(experiment=head_only, low=1e-5, high=1.0, steps=20), LrFinderResult)
    reuse = bench.do(head_only, RunSummary).reuse
    assert reuse is not None
    assert reuse.encoded < reuse.texts


def test_a_search_samples_training_rows(bench: Bench, experiment: ExperimentConfig) -> None:
    prepared = load_prepared(bench.store.workspace, experiment.data)
    index = sample_training_rows(prepared, 20, seed=1)
    assert len(index) == 20
    assert not prepared.split[index].any()
    assert set(prepared.labels[index]) == {0, 1}
    train = np.flatnonzero(prepared.split == 0)
    np.testing.assert_array_equal(sample_training_rows(prepared, 10_000, seed=1), train)


def test_examples_are_training_texts_with_their_altered_copies(
    bench: Bench, experiment: ExperimentConfig
) -> None:
    augment = AugmentConfig(copies=2, delete=0.3, swap=0.3, insert=0.3)
    config = AugmentationPreviewConfig(
        data=experiment.data, backbone=experiment.backbone, augment=augment, texts=4
    )
    result = bench.do(config, AugmentationPreview)
    prepared: PreparedDataset = load_prepared(bench.store.workspace, experiment.data)
    training = {prepared.texts[i] for i in np.flatnonzero(prepared.split == 0)}
    assert len(result.original) == len(result.altered) == 8
    assert set(result.original) <= training
    assert result.original[0] == result.original[1] != result.original[2]
    assert all(a != b for a, b in zip(result.original, result.altered, strict=True))
    frame = result.frame()
    assert frame.columns.tolist() == ["original", "altered", "left out", "swapped", "added"]
    words = frame["original"].str.split().str.len() - frame["left out"] + frame["added"]
    assert words.tolist() == frame["altered"].str.split().str.len().tolist()


def test_a_search_saves_no_model(bench: Bench, experiment: ExperimentConfig) -> None:
    config = LrFinderConfig(experiment=experiment, low=1e-5, high=1.0, steps=20)
    bench.do(config, LrFinderResult)
    folder = bench.store.workspace.run(job_id(config))
    assert {path.name for path in folder.iterdir()} == {"lr_finder_result"}
