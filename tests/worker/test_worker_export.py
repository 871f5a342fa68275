"""Export of a trained run: files, model card, refusals, repetition from the files."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from worker_bench import ME, Bench, reviews

from translearn_core.backbones.metadata import licence_of
from translearn_core.backbones.silence import silence_transformers
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    Tuning,
    TuningConfig,
    job_id,
    optional_deps,
)
from translearn_core.config.table_edits import CellEdit, RowDrop, TableEdits
from translearn_core.errors import ConfigError, NotFoundError, TranslearnError
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.exporting.templates.repeat import repeat
from translearn_core.exporting.weights import in_float32
from translearn_core.jobs import BaselinesConfig, ExportConfig, PredictConfig, ReadConfig
from translearn_core.results import Baselines, Evaluation, ExportFile, Prediction, RunSummary, TableProfile
from translearn_core.runs import State, artifacts
from translearn_core.transfer import load_trained

HOSTILE = "![x](http://evil.example/p.png) <img src=x>"


@pytest.fixture(scope="module")
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment.model_copy(update={"tuning": TuningConfig(kind=Tuning.LORA, rank=2)}))


@pytest.fixture(scope="module")
def export_config(run: str) -> ExportConfig:
    return ExportConfig(job=run, onnx=True, name=HOSTILE, data="reviews.csv")


@pytest.fixture(scope="module")
def result(bench: Bench, export_config: ExportConfig) -> ExportFile:
    bench.do(BaselinesConfig(job=export_config.job), Baselines)
    return bench.do(export_config, ExportFile)


@pytest.fixture(scope="module")
def folder(
    bench: Bench, result: ExportFile, export_config: ExportConfig, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = bench.store.workspace.run(bench.store.submit(ME, export_config).job.id) / result.file
    assert path.stat().st_size == result.bytes
    out = tmp_path_factory.mktemp("taken")
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        assert tuple(sorted(packed.namelist())) == result.files
        packed.extractall(out)
    return out


def test_the_export_holds_all_files(result: ExportFile) -> None:
    assert set(result.files) >= {
        "README.md", "backbone/config.json", "backbone/model.safetensors", "backbone/tokenizer.json",
        "experiment.json", "head.json", "head.safetensors", "labels.json", "model.onnx", "predict.py",
        "predict_onnx.py", "repeat.py", "scores.json",
    }  # fmt: skip
    assert result.onnx_difference is not None
    assert 0 <= result.onnx_difference < 1e-5


def test_the_export_predicts_as_the_run_does(bench: Bench, run: str, folder: Path) -> None:
    texts = [line.split('"')[1] for line in reviews().decode().splitlines()[1:]]
    ours = in_float32(load_trained(bench.store.workspace.run(run))).predict(texts).predictions
    with silence_transformers():
        model = Classifier(folder)
    np.testing.assert_allclose(model.answer(texts).numpy(), ours, atol=1e-5)
    prediction = bench.do(PredictConfig(job=run, texts=tuple(texts[:4]), neighbours=0), Prediction)
    np.testing.assert_allclose(prediction.outputs, ours[:4], atol=1e-5)
    assert model.labels == list(prediction.names)


def test_a_run_with_adapters_is_exported_with_them(
    bench: Bench, experiment: ExperimentConfig, tmp_path: Path
) -> None:
    tuning = TuningConfig(kind=Tuning.ADAPTERS, bottleneck=8)
    config = ExportConfig(job=bench.train(experiment.model_copy(update={"tuning": tuning})))
    result = bench.do(config, ExportFile)
    with zipfile.ZipFile(bench.store.workspace.run(job_id(config)) / result.file) as packed:
        packed.extractall(tmp_path)
    assert "adapters.safetensors" in result.files
    texts = ("great lovely film one", "awful acting and bad music late")
    expected = bench.do(PredictConfig(job=config.job, texts=texts, neighbours=0), Prediction)
    with silence_transformers():
        outputs = Classifier(tmp_path).answer(texts).numpy()
    np.testing.assert_allclose(outputs, expected.outputs, atol=1e-5)


def test_the_card_holds_scores_baselines_limits_and_hashes(
    bench: Bench, run: str, folder: Path, experiment: ExperimentConfig
) -> None:
    card = (folder / "README.md").read_text(encoding="utf-8")
    test = artifacts.load(bench.store.workspace.run(run), Evaluation).metrics["test"]
    value, low, high = (100 * x for x in (test.headline.value, test.headline.low, test.headline.high))
    assert f"| {test.n} | {value:.1f} % ({low:.1f} to {high:.1f} %)" in card
    for words in (
        "TF-IDF",
        "LoRA",
        "32 tokens",
        "no licence",
        "14 test rows",
        "reviews\\.csv",
        "column liked",
    ):
        assert words in card
    assert "![x](" not in card
    assert "<img" not in card.replace("\\<", "")
    assert experiment.data.dataset in card
    assert card.count("| backbone/model.safetensors | ") == 1


def test_the_export_holds_no_local_path_but_that_of_the_backbone(
    bench: Bench, folder: Path, backbone: BackboneConfig
) -> None:
    paths = [path for path in folder.rglob("*") if path.suffix in (".json", ".md", ".py")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    assert [name for name, text in texts.items() if backbone.id in text] == ["experiment.json"]
    assert [name for name, text in texts.items() if str(bench.store.workspace.root) in text] == []


def test_the_run_can_be_repeated_from_its_files(
    bench: Bench, run: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "reviews.csv"
    table.write_bytes(reviews())
    config = ExperimentConfig.model_validate_json((folder / "experiment.json").read_text(encoding="utf-8"))
    again = repeat(config, {"train": table}, tmp_path / "out")
    assert "differ" not in capsys.readouterr().err
    before = artifacts.load(bench.store.workspace.run(run), RunSummary)
    assert again.test == before.test
    assert again.validation == before.validation
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert scores["test"]["accuracy"] == before.test["accuracy"].value
    table.write_bytes(reviews() + b"\nanother one,yes\n")
    repeat(config, {"train": table}, tmp_path / "out")
    assert "differ" in capsys.readouterr().err


def test_a_run_on_an_edited_version_is_repeated_with_its_edits(
    bench: Bench, experiment: ExperimentConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = [RowDrop(row=3), CellEdit(row=5, column=experiment.data.label, value="no")]
    version = bench.store.add_version(ME, experiment.data.dataset, changes)
    data = experiment.data.model_copy(update={"dataset": version.digest})
    run = bench.train(experiment.model_copy(update={"data": data}))
    config = ExportConfig(job=run, name="edited")
    result = bench.do(config, ExportFile)
    assert "edits.json" in result.files
    exported = bench.store.workspace.run(bench.store.submit(ME, config).job.id)
    with zipfile.ZipFile(exported / result.file) as packed:
        packed.extractall(tmp_path / "export")
    edits = TableEdits.model_validate_json((tmp_path / "export" / "edits.json").read_bytes())
    assert edits.edits == tuple(changes)
    table = tmp_path / "reviews.csv"
    table.write_bytes(reviews())
    settings = ExperimentConfig.model_validate_json((tmp_path / "export" / "experiment.json").read_bytes())
    again = repeat(settings, {"train": table}, tmp_path / "out", edits=edits)
    assert "differ" not in capsys.readouterr().err
    before = artifacts.load(bench.store.workspace.run(run), RunSummary)
    assert (again.test, again.validation) == (before.test, before.validation)


def test_a_missing_extra_is_named(bench: Bench, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optional_deps, "ONNX", ("onnx", "no_such_library"))
    with pytest.raises(TranslearnError, match=r"no_such_library.* pip install 'translearn\[onnx\]'"):
        bench.do(ExportConfig(job=run, onnx=True, name="without"), ExportFile)


def test_only_a_training_that_has_results_can_be_exported(bench: Bench, data: DataConfig) -> None:
    bench.do(ReadConfig(dataset=data.dataset), TableProfile)
    reading = bench.store.submit(ME, ReadConfig(dataset=data.dataset)).job.id
    with pytest.raises(ConfigError, match="a training"):
        bench.do(ExportConfig(job=reading), ExportFile)
    waiting = bench.store.submit(ME, ExperimentConfig(data=data)).job.id
    with pytest.raises(NotFoundError, match="no results yet"):
        bench.do(ExportConfig(job=waiting), ExportFile)
    assert bench.store.job(waiting).state is State.QUEUED


def test_the_licence_is_that_of_the_backbone(backbone: BackboneConfig) -> None:
    assert licence_of(BackboneConfig()) == "apache-2.0"
    assert licence_of(backbone) is None
    readme = Path(backbone.id) / "README.md"
    readme.write_text("---\nlicense: [a, b\n---\n", encoding="utf-8")
    assert licence_of(backbone) is None
    readme.unlink()
