"""Jobs on a run of words in sentences."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from worker_bench import ME, Bench

from translearn_core.config import (
    AugmentConfig,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    ProblemType,
    TargetConfig,
    TrainingConfig,
    job_id,
)
from translearn_core.config.min_steps import with_min_steps
from translearn_core.config.settings import Settings
from translearn_core.config.text_cells import POSITION, SENTENCE, Word
from translearn_core.errors import DataError
from translearn_core.exporting.templates import sentence_input
from translearn_core.exporting.templates.sentence_input import split_tokens
from translearn_core.jobs import (
    LABEL_REVIEW,
    OCCLUSION,
    AdviseConfig,
    BaselinesConfig,
    CompareConfig,
    DiagnoseConfig,
    ErrorAnalysisConfig,
    ExportConfig,
    NextStepsConfig,
    PairedComparisonConfig,
    PredictConfig,
    PredictFileConfig,
    ProbeConfig,
    ProjectConfig,
    ProjectionAnimationConfig,
    StudyArm,
)
from translearn_core.results import (
    Advice,
    Baselines,
    Comparison,
    Diagnosis,
    ErrorAnalysis,
    Evaluation,
    ExportFile,
    FilePrediction,
    PairedComparison,
    Prediction,
    ProbeScores,
    Projection,
    ProjectionAnimation,
    Workload,
)
from translearn_core.results.diagnostics.next_steps import NextSteps
from translearn_core.runs import artifacts
from translearn_core.tasks.predictions import predictions_target, sentence_clusters
from translearn_core.transfer.word_split import UNSPACED
from translearn_core.worker.run_results import row_clusters, row_keys

VERBS, NOUNS = ("liked", "hated"), ("film", "book", "acting", "music")
FIRST, LAST = ("anna", "bert", "carl"), ("good", "bad", "great")


def sentences(n: int = 60) -> list[list[tuple[str, str]]]:
    """Return words with tags of entities: every sentence has a person, some of two words."""
    made = []
    for k in range(n):
        person = [(FIRST[k % 3], "B-PER"), *([(LAST[k % 3], "I-PER")] if k % 2 else [])]
        rest = [(VERBS[k // 3 % 2], "O"), ("the", "O"), (NOUNS[k % 4], "O"), (".", "O")]
        made.append([*person, *rest])
    return made


def table(rows: list[list[tuple[str, str]]], *, tags: bool = True) -> bytes:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["number", "token", "tag"][: 3 if tags else 2])
    for number, words in enumerate(rows, 1):
        lines.writerows([number, word, tag][: 3 if tags else 2] for word, tag in words)
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def data(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "words.csv", {"train": table(sentences())}, Settings())
    target = TargetConfig(column="tag", problem=ProblemType.TOKENS)
    return DataConfig(dataset=dataset.digest, text="token", sentence="number", targets=(target,))


@pytest.fixture(scope="module")
def experiment(data: DataConfig, backbone: BackboneConfig) -> ExperimentConfig:
    return ExperimentConfig(
        data=data,
        backbone=backbone,
        freeze=FreezePlan(blocks=(2,)),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(lr=1e-3, head_lr=1e-2, batch_size=8, epochs=3, precision=Precision.FLOAT32),
    )


@pytest.fixture(scope="module")
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


def evaluation_of(bench: Bench, run: str) -> Evaluation:
    evaluation = artifacts.load(bench.store.workspace.run(run), Evaluation)
    assert evaluation is not None
    return evaluation


def test_typed_sentences_are_split_into_words_that_are_labelled(bench: Bench, run: str) -> None:
    prediction = bench.do(
        PredictConfig(job=run, texts=("anna liked, the film.", "bert"), neighbours=0), Prediction
    )
    first = "anna liked , the film ."
    assert prediction.texts == (*(Word(first, k) for k in range(6)), Word("bert", 0))
    assert len(prediction.decoded) == 7
    assert set(prediction.decoded["predicted"]) <= set(prediction.names)
    assert list(prediction.frame())[:3] == ["text", SENTENCE, POSITION]


def test_words_of_a_file_get_the_tags_they_had_in_the_run(bench: Bench, run: str, data: DataConfig) -> None:
    config = PredictFileConfig(job=run, dataset=data.dataset, text="token", sentence="number", top_labels=2)
    predicted = bench.do(config, FilePrediction)
    rows = evaluation_of(bench, run).predictions
    of_file = predicted.table.iloc[rows["row"].to_numpy() - 1]
    assert (of_file["token"].to_numpy() == rows["text"].to_numpy()).all()
    assert (of_file["predicted"].to_numpy() == rows["predicted"].to_numpy()).all()
    np.testing.assert_allclose(
        of_file["probability"].to_numpy(np.float64), rows["confidence"].to_numpy(np.float64), atol=1e-4
    )
    assert predicted.added == ("predicted", "probability", "label_2", "probability_2")


def test_rows_without_a_word_stay_empty_and_empty_numbers_go_on(bench: Bench, run: str) -> None:
    content = b"number,token\n1,anna\n,liked\n,\n,the\n,film\n2,bert\n"
    dataset = bench.store.add_dataset(ME, "new.csv", {"train": content}, Settings())
    config = PredictFileConfig(job=run, dataset=dataset.digest, text="token", sentence="number")
    predicted = bench.do(config, FilePrediction)
    assert predicted.table["predicted"].isna().tolist() == [k == 2 for k in range(6)]
    assert predicted.blank == 1
    typed = bench.do(PredictConfig(job=run, texts=("anna liked the film", "bert"), neighbours=0), Prediction)
    filled = predicted.table["predicted"].dropna().tolist()
    assert filled == typed.decoded["predicted"].tolist()


def test_a_file_needs_the_column_of_its_sentences(bench: Bench, run: str, data: DataConfig) -> None:
    with pytest.raises(DataError, match="words in sentences"):
        bench.do(PredictFileConfig(job=run, dataset=data.dataset, text="token"), FilePrediction)
    missing = PredictFileConfig(job=run, dataset=data.dataset, text="token", sentence="line")
    with pytest.raises(DataError, match="no column 'line'"):
        bench.do(missing, FilePrediction)


@pytest.fixture(scope="module")
def exported(bench: Bench, run: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of the run with its ONNX file, unpacked."""
    config = ExportConfig(job=run, name="words", data="words.csv", onnx=True)
    file = bench.do(config, ExportFile)
    folder = tmp_path_factory.mktemp("exported")
    with zipfile.ZipFile(bench.store.workspace.run(job_id(config)) / file.file) as archive:
        archive.extractall(folder)
    return folder


def script(folder: Path, name: str, *arguments: object) -> str:
    command = [sys.executable, "-I", folder / name, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_exported_scripts_label_the_words_of_sentences_as_the_run_does(
    bench: Bench, run: str, exported: Path
) -> None:
    texts = ("anna good liked the film.", "Bert")
    typed = bench.do(PredictConfig(job=run, texts=texts, neighbours=0), Prediction)
    for name in ("predict.py", "predict_onnx.py"):
        lines = [json.loads(line) for line in script(exported, name, *texts).splitlines()]
        assert [line["words"] for line in lines] == [split_tokens(text) for text in texts]
        labels = [label for line in lines for label in line["labels"]]
        assert labels == typed.decoded["predicted"].tolist()
        shares = [share for line in lines for share in line["probabilities"]]
        np.testing.assert_allclose(shares, typed.decoded["confidence"], atol=1e-4)


def test_the_exported_script_labels_a_table_of_words(bench: Bench, run: str, exported: Path) -> None:
    content = b"number,token\n1,anna\n,liked\n,\n,the\n,film\n2,carl\n"
    dataset = bench.store.add_dataset(ME, "more.csv", {"train": content}, Settings())
    config = PredictFileConfig(job=run, dataset=dataset.digest, text="token", sentence="number")
    expected = bench.do(config, FilePrediction).table
    source, out = exported / "words.csv", exported / "out.csv"
    source.write_bytes(content)
    script(
        exported,
        "predict.py",
        "--csv",
        source,
        "--column",
        "token",
        "--sentence-column",
        "number",
        "--out",
        out,
    )
    written = pd.read_csv(out, dtype={"number": str})
    pd.testing.assert_series_equal(
        written["predicted"], expected["predicted"].astype(written["predicted"].dtype)
    )
    np.testing.assert_allclose(written["probability"], expected["probability"].astype(float), atol=1e-4)
    card = (exported / "README.md").read_text()
    assert "--sentence-column NAME" in card
    assert "word in column token, sentence in column number" in card


def test_scripts_split_the_same_unspaced_scripts() -> None:
    assert set(sentence_input.UNSPACED) == set(UNSPACED)


def test_word_importance_is_for_texts(experiment: ExperimentConfig) -> None:
    assert "token classification" in OCCLUSION.unsupported(experiment)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ('Hi!!! (He said: "go, now")...', 'Hi !!! ( He said : " go , now " ) ...'),
        ("$3.50, 1,000 and U.S. e.g.", "$ 3.50 , 1,000 and U.S . e.g ."),
        ("don't Alice's Alice 's 'quoted'", "don't Alice's Alice 's ' quoted '"),
        ("one—two a,b [c]", "one — two a , b [ c ]"),
        ("北京 is नमस्ते।", "北 京 is नमस्ते ।"),
        ("  ", ""),
    ],
)
def test_tokens_of_a_typed_sentence(text: str, tokens: str) -> None:
    assert split_tokens(text) == tokens.split()


def test_the_accuracy_has_the_same_interval_wherever_it_stands(
    bench: Bench, run: str, experiment: ExperimentConfig
) -> None:
    accuracy = evaluation_of(bench, run).metrics["test"].scores["token_accuracy"]
    all_rows = bench.do(ErrorAnalysisConfig(job=run), ErrorAnalysis).coverage.iloc[0]
    assert (all_rows["accuracy"], all_rows["low"], all_rows["high"]) == pytest.approx(astuple(accuracy))
    training = experiment.training.model_copy(update={"seed": 1})
    other = bench.train(experiment.model_copy(update={"training": training}))
    paired = bench.do(PairedComparisonConfig(job=run, other=other), PairedComparison)
    assert astuple(paired.first) == pytest.approx(astuple(accuracy))
    arms = tuple(StudyArm(name=name, jobs=(job,)) for name, job in (("a", run), ("b", other)))
    compared = bench.do(CompareConfig(arms=arms, baseline="a"), Comparison)
    assert astuple(compared.arms[0].scores["token_accuracy"]) == pytest.approx(astuple(accuracy))
    (difference,) = [arm.difference for arm in compared.arms if arm.difference is not None]
    ends = difference.high - difference.low
    assert paired.difference.high - paired.difference.low == pytest.approx(ends, rel=0.15)


def test_clusters_follow_their_rows_in_the_order_of_the_keys(bench: Bench, run: str) -> None:
    rows = evaluation_of(bench, run).predictions
    rows = rows[rows["split"] == "test"]
    clusters = row_clusters(rows)
    assert clusters is not None
    sentence = rows["sentence"].set_axis(row_keys(rows)).sort_index()
    number = sentence_clusters(rows)
    assert clusters.nunique() == len(set(number.tolist()))
    assert (pd.DataFrame({"a": clusters, "b": sentence}).groupby("a")["b"].nunique() == 1).all()


def test_the_workload_counts_sentences_and_every_advice_runs(
    bench: Bench, data: DataConfig, backbone: BackboneConfig, experiment: ExperimentConfig
) -> None:
    diagnosis = bench.do(DiagnoseConfig(data=data, backbone=backbone), Diagnosis)
    workload = Workload.of(diagnosis)
    assert workload.texts(workload.train + workload.validation + workload.test) == 60
    assert workload.words_per_text == pytest.approx(5.5)
    advice = bench.do(AdviseConfig(data=data, backbone=backbone), Advice)
    assert advice.recipe
    assert with_min_steps(experiment, 200, 60).training.epochs == 30  # 10 sentences are 2 batches of 8
    assert "token classification" in LABEL_REVIEW.unsupported(experiment)


def test_next_steps_propose_no_merging_of_tags(bench: Bench, run: str) -> None:
    steps = bench.do(NextStepsConfig(job=run), NextSteps).steps
    assert "merge" not in [step.code for step in steps]


def test_words_are_not_altered(experiment: ExperimentConfig) -> None:
    with pytest.raises(ValidationError, match="labelled where they stand"):
        ExperimentConfig(data=experiment.data, augment=AugmentConfig(copies=1))


def test_baselines_and_probes_of_words(bench: Bench, run: str) -> None:
    baselines = bench.do(BaselinesConfig(job=run), Baselines)
    tag = baselines.lines[0]
    assert tag.name == "most frequent tag of each word"
    assert "most frequent tag of each word" in tag.verdict
    scores = bench.do(ProbeConfig(job=run, control_tasks=0, random_init_baseline=False), ProbeScores)
    assert (scores.low <= scores.test).all()
    assert (scores.test <= scores.high).all()


def test_clusters_of_shuffled_words_are_their_sentences(bench: Bench, run: str) -> None:
    rows = evaluation_of(bench, run).predictions
    number = sentence_clusters(rows)
    assert number is not None
    order = np.random.default_rng(0).permutation(len(rows))[:150]
    shuffled = predictions_target(evaluation_of(bench, run), rows.iloc[order])
    assert shuffled.words is not None
    assert (shuffled.words == rows["text"].to_numpy()[order]).all()
    pairs = pd.DataFrame({"a": shuffled.sentence, "b": number[order]}).drop_duplicates()
    assert len(pairs) == pairs["a"].nunique() == pairs["b"].nunique()


def test_maps_of_words_have_intervals(bench: Bench, run: str) -> None:
    projection = bench.do(ProjectConfig(job=run, layer=3), Projection)
    assert projection.overlap.low <= projection.overlap.value <= projection.overlap.high
    animation = bench.do(ProjectionAnimationConfig(job=run), ProjectionAnimation)
    assert (animation.low <= animation.purity).all()
