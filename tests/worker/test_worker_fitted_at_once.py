"""TF-IDF and linear-probe runs: diagnostics, report, export, prediction and their command."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worker_bench import ME, Bench, reviews

from tests.conftest import ROOT
from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    RecipeName,
    StudyConfig,
    expand_grid,
)
from translearn_core.config.model_names import TFIDF
from translearn_core.config.search import probe_experiment, tfidf_experiment
from translearn_core.config.studies.min_steps import with_min_steps
from translearn_core.errors import ConfigError, TrainingError
from translearn_core.jobs import (
    BASELINES,
    DIAGNOSE,
    ERROR_ANALYSIS,
    LR_FINDER,
    NEXT_STEPS,
    PROBE,
    PROJECTION,
    SIMILARITY,
    BaselinesConfig,
    ExportConfig,
    LabelEfficiencyConfig,
    LrFinderConfig,
    PredictConfig,
    ProbeConfig,
    ReportConfig,
    SimilarityConfig,
    TransferabilityConfig,
)
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.training_section import training_section
from translearn_core.results import Baselines, ExportFile, Prediction, ProbeScores, ReportFile
from translearn_core.results.backbone_info import TFIDF_INFO
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, WORDS
from translearn_core.runs import Run
from translearn_core.runs.report_jobs import default_diagnostics
from translearn_core.runs.reproduce import cli_command
from translearn_core.worker.context import Context
from translearn_core.worker.features import pretrained_twin
from translearn_core.worker.run_results import check_supported

TEXTS = tuple(line.split('"')[1] for line in reviews().decode().splitlines()[1:9])


@pytest.fixture(scope="module")
def words(bench: Bench, experiment: ExperimentConfig) -> Run[ExperimentConfig]:
    """A finished TF-IDF run."""
    return bench.store.run(ME, bench.train(tfidf_experiment(experiment)))


@pytest.fixture(scope="module")
def probe(bench: Bench, experiment: ExperimentConfig) -> Run[ExperimentConfig]:
    """A finished linear probe on the same rows."""
    return bench.store.run(ME, bench.train(RECIPES[RecipeName.PROBE].apply(experiment, 3)))


def test_runs_are_called_by_what_they_are(words: Run, probe: Run, experiment: ExperimentConfig) -> None:
    names = [config.method_name() for config in (words.job.config, probe.job.config, experiment)]
    assert names == ["TF-IDF", "linear probe", "block 2"]
    assert [c.fitted_at_once for c in (words.job.config, probe.job.config, experiment)] == [True, True, False]


def test_default_diagnostics_are_those_a_run_supports(bench: Bench, words: Run, probe: Run) -> None:
    kinds = [[part.kind for part in default_diagnostics(bench.store, run)] for run in (words, probe)]
    assert kinds[0] == [BASELINES.kind, ERROR_ANALYSIS.kind, NEXT_STEPS.kind]
    assert kinds[1] == [
        BASELINES.kind, PROBE.kind, ERROR_ANALYSIS.kind, PROJECTION.kind, NEXT_STEPS.kind
    ]  # fmt: skip


def test_jobs_that_need_layers_or_steps_are_refused(
    bench: Bench, words: Run, probe: Run, experiment: ExperimentConfig
) -> None:
    counted = BackboneConfig(id=TFIDF)
    refused = [
        ProbeConfig(job=words.job.id),
        SimilarityConfig(job=words.job.id),
        SimilarityConfig(job=probe.job.id),
        LrFinderConfig(experiment=words.job.config),
        LrFinderConfig(experiment=probe.job.config),
        LabelEfficiencyConfig(data=experiment.data, backbone=counted, sizes=(8,)),
        TransferabilityConfig(data=experiment.data, backbones=(experiment.backbone, counted)),
    ]
    for config in refused:
        with pytest.raises(TrainingError):
            check_supported(_context(bench, config))
    for config in (ProbeConfig(job=probe.job.id), BaselinesConfig(job=words.job.id)):
        check_supported(_context(bench, config))
    assert LR_FINDER.unsupported(experiment) == SIMILARITY.unsupported(experiment) == ""


def _context(bench: Bench, config: Any) -> Context[Any]:
    job = bench.store.submit(ME, config).job
    return Context(bench.store, job, bench.store.workspace.run(job.id), bench.warm)


def test_baselines_of_tfidf_are_those_without_a_model(bench: Bench, words: Run, probe: Run) -> None:
    counted, probed = (bench.do(BaselinesConfig(job=run.job.id), Baselines) for run in (words, probe))
    assert [line.name for line in counted.lines] == [MAJORITY]
    assert [line.name for line in probed.lines] == [MAJORITY, WORDS, FROZEN]
    assert counted.lines[0].margin.value == pytest.approx(
        counted.test.headline.value - counted.lines[0].headline.value
    )


def test_a_linear_probe_has_no_fine_tuned_layers(bench: Bench, probe: Run) -> None:
    config = ProbeConfig(job=probe.job.id, random_init_baseline=False, folds=2)
    assert bench.do(config, ProbeScores).variants == ("pretrained",)


def test_label_issues_of_tfidf_are_found_with_the_bundled_backbone(experiment: ExperimentConfig) -> None:
    assert pretrained_twin(BackboneConfig(id=TFIDF)) == BackboneConfig()
    assert (
        pretrained_twin(experiment.backbone.model_copy(update={"random_init": True})) == experiment.backbone
    )


@pytest.mark.parametrize("name", ["words", "probe"])
def test_a_report_lacks_nothing_and_has_no_curves(
    bench: Bench, name: str, request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(name)
    file = bench.do(ReportConfig(job=run.job.id, parts=(), name=name), ReportFile)
    expected = {spec.name for spec in (BASELINES, ERROR_ANALYSIS, DIAGNOSE, NEXT_STEPS)}
    assert set(file.missing) == (expected if name == "words" else expected | {PROBE.name, PROJECTION.name})
    section = training_section(run.job.config, ReportData(name, history=bench.store.history(run.job.id)))
    assert [block.name for block in section.tables] == ["settings"]
    assert bench.store.history(run.job.id).epochs


def test_exported_tfidf_predicts_without_torch(bench: Bench, words: Run, tmp_path: Path) -> None:
    file = bench.do(ExportConfig(job=words.job.id, name="counted"), ExportFile)
    path = bench.store.workspace.run(_job(bench, ExportConfig(job=words.job.id, name="counted"))) / file.file
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path)
    prediction = bench.do(PredictConfig(job=words.job.id, texts=TEXTS, neighbours=3), Prediction)
    command = [sys.executable, "-I", ROOT / "tests/exporting/elsewhere.py", "predict.py", tmp_path]
    done = subprocess.run(
        command,
        input="\n".join(TEXTS),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BLOCKED": "torch,transformers,sklearn"},
    )
    assert done.returncode == 0, done.stderr
    lines = json.loads(done.stdout)[str(tmp_path)]
    shares = [[line["probabilities"][name] for name in prediction.names] for line in lines]
    np.testing.assert_allclose(shares, prediction.outputs, atol=1e-6)
    assert len(prediction.neighbours) == 3 * len(TEXTS)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "fine-tuned" not in card
    assert "head only" not in card


def _job(bench: Bench, config: Any) -> str:
    return bench.store.submit(ME, config).job.id


def test_an_onnx_file_of_tfidf_is_refused(bench: Bench, words: Run) -> None:
    with pytest.raises(ConfigError, match="TF-IDF"):
        bench.do(ExportConfig(job=words.job.id, onnx=True), ExportFile)


def test_the_command_of_a_tfidf_run_has_no_rates(words: Run, probe: Run) -> None:
    command = cli_command(words.job.config, "reviews.csv", backbone_info=TFIDF_INFO)
    assert "--backbone tf-idf" in command
    assert "--set" not in command
    assert "--lr" not in command
    assert "head.kind" in cli_command(probe.job.config, "reviews.csv")


def test_a_study_has_one_tfidf_arm_whatever_its_recipes(data: DataConfig) -> None:
    study = StudyConfig(
        data=data,
        backbones=(BackboneConfig(id=TFIDF), BackboneConfig()),
        recipes=(RecipeName.PROBE, RecipeName.LAST_K),
        seeds=(0, 1),
        sizes=(8, None),
        min_steps=60,
        settings={"training.batch_size": 4},
    )
    runs = expand_grid(study, {TFIDF: 0, BackboneConfig().label: 6})
    counted = [run for run in runs if run.config.backbone.is_tfidf]
    assert {run.name for run in counted} == {"TF-IDF, 8 rows", "TF-IDF, all rows"}
    assert [run.config.training.seed for run in counted] == [0, 0, 1, 1]
    assert {run.config.training.epochs for run in runs if run.config.fitted_at_once} == {1}


def test_experiments_of_baselines_take_the_data_and_drop_the_training(experiment: ExperimentConfig) -> None:
    base = experiment.model_copy(update={"freeze": FreezePlan(blocks=(1, 2))})
    counted, probe = tfidf_experiment(base), RECIPES[RecipeName.PROBE].apply(base, 3)
    assert counted.data == base.data
    assert probe_experiment(base, probe.features.layer_combination) == probe
    assert with_min_steps(counted, 8, 500) == counted
