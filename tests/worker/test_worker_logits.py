"""Logits of the validation and test rows: saved with a run, computed once for a run that has none."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from worker_bench import Bench

from translearn_core.config import ExperimentConfig, Split
from translearn_core.errors import BackboneError, Stopped
from translearn_core.jobs import ErrorAnalysisConfig
from translearn_core.results import ErrorAnalysis, Evaluation, HeldOutLogits
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained
from translearn_core.worker.context import Context

NAME = artifacts.folder_name(HeldOutLogits)


@pytest.fixture(scope="module")
def trained(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


@pytest.fixture(scope="module")
def logits(bench: Bench, trained: str) -> HeldOutLogits:
    saved = artifacts.load(bench.store.workspace.run(trained), HeldOutLogits)
    assert saved is not None
    return saved


@pytest.fixture(scope="module")
def analysis(bench: Bench, trained: str, logits: HeldOutLogits) -> ErrorAnalysis:
    return bench.do(ErrorAnalysisConfig(job=trained), ErrorAnalysis)


@pytest.fixture
def folder(bench: Bench, trained: str, logits: HeldOutLogits, tmp_path: Path) -> Iterator[Path]:
    """Yield the run's folder, restored afterwards."""
    folder, copy = bench.store.workspace.run(trained), tmp_path / "copy"
    shutil.copytree(folder, copy)
    yield folder
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)


def assert_equal(one: HeldOutLogits, other: HeldOutLogits) -> None:
    np.testing.assert_allclose(one.validation, other.validation, atol=1e-5)
    np.testing.assert_allclose(one.test, other.test, atol=1e-5)


@pytest.mark.parametrize("split", [Split.VALIDATION, Split.TEST])
def test_saved_logits_equal_a_new_inference_and_the_saved_predictions(
    bench: Bench, trained: str, logits: HeldOutLogits, split: Split
) -> None:
    folder = bench.store.workspace.run(trained)
    evaluation, model = artifacts.load(folder, Evaluation), load_trained(folder)
    assert evaluation is not None
    rows = evaluation.predictions[evaluation.predictions["split"] == split]
    saved: np.ndarray = getattr(logits, split)
    assert saved.dtype == np.float32
    np.testing.assert_allclose(saved, model.predict(rows["text"].tolist()).logits, atol=1e-5)
    assert [evaluation.names[k] for k in saved.argmax(1)] == rows["predicted"].tolist()
    frame = logits.frame()
    assert (frame["split"] == split).sum() == len(rows)
    np.testing.assert_array_equal(frame.loc[frame["split"] == split, [0, 1]].to_numpy(), saved)


def test_error_analysis_needs_no_model(
    bench: Bench, trained: str, folder: Path, analysis: ErrorAnalysis
) -> None:
    shutil.rmtree(folder / "model")
    again = bench.do(ErrorAnalysisConfig(job=trained, bins=11), ErrorAnalysis)
    assert (again.raw.loss, again.scaled.loss) == (analysis.raw.loss, analysis.scaled.loss)
    shutil.rmtree(folder / NAME)
    with pytest.raises(BackboneError):
        bench.do(ErrorAnalysisConfig(job=trained, bins=12), ErrorAnalysis)


def test_a_run_of_an_earlier_version_is_completed_once(
    bench: Bench, trained: str, folder: Path, logits: HeldOutLogits, analysis: ErrorAnalysis
) -> None:
    shutil.rmtree(folder / NAME)
    first = bench.do(ErrorAnalysisConfig(job=trained, bins=13), ErrorAnalysis)
    assert first.scaled.loss == pytest.approx(analysis.scaled.loss, abs=1e-5)
    assert first.n_test == analysis.n_test
    completed = artifacts.read(folder, HeldOutLogits)
    assert completed is not None
    assert_equal(completed, logits)
    shutil.rmtree(folder / "model")
    second = bench.do(ErrorAnalysisConfig(job=trained, bins=14), ErrorAnalysis)
    assert second.scaled.loss == first.scaled.loss


def test_damaged_logits_are_computed_again(
    bench: Bench, trained: str, folder: Path, logits: HeldOutLogits
) -> None:
    (folder / NAME / "test.npy").write_bytes(b"broken")
    bench.do(ErrorAnalysisConfig(job=trained, bins=20), ErrorAnalysis)
    mended = artifacts.read(folder, HeldOutLogits)
    assert mended is not None
    assert_equal(mended, logits)


def test_a_stop_leaves_no_half_file(
    bench: Bench, trained: str, folder: Path, logits: HeldOutLogits, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(folder / NAME)
    before = sorted(path.name for path in folder.iterdir())

    def stop(context: Context, stage: str, done: float = 0, total: float = 0) -> None:
        if stage == "predicting":
            raise Stopped("stop")

    with monkeypatch.context() as patch:
        patch.setattr(Context, "report", stop)
        with pytest.raises(Stopped):
            bench.do(ErrorAnalysisConfig(job=trained, bins=16), ErrorAnalysis)
    assert sorted(path.name for path in folder.iterdir()) == before

    save = np.save

    def fail(path: Path, *given: object, **named: object) -> None:
        if path.name == "test.npy":
            raise OSError("no space left")
        save(path, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(artifacts.np, "save", fail)
        with pytest.raises(OSError, match="no space"):
            bench.do(ErrorAnalysisConfig(job=trained, bins=17), ErrorAnalysis)
    assert sorted(path.name for path in folder.iterdir()) == before
    bench.do(ErrorAnalysisConfig(job=trained, bins=18), ErrorAnalysis)
    completed = artifacts.read(folder, HeldOutLogits)
    assert completed is not None
    assert_equal(completed, logits)


def test_logits_of_a_model_trained_further_meanwhile_are_not_saved(
    bench: Bench, trained: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(folder / NAME)
    report = Context.report

    def train_further(context: Context, stage: str, *rest: float) -> None:
        if stage == "predicting":
            (folder / "model" / "model.json").touch()
        report(context, stage, *rest)

    monkeypatch.setattr(Context, "report", train_further)
    bench.do(ErrorAnalysisConfig(job=trained, bins=19), ErrorAnalysis)
    assert not (folder / NAME).exists()


def test_no_texts_have_no_outputs(bench: Bench, trained: str, logits: HeldOutLogits) -> None:
    outputs = load_trained(bench.store.workspace.run(trained)).predict([])
    assert outputs.logits.shape == outputs.predictions.shape == (0, 2)
    assert outputs.features.shape == (0, 32)
