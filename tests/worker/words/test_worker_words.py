"""Predictions and exports of a run on words in sentences."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from word_bench import evaluation_of
from worker_bench import ME, Bench

from translearn_core.config import (
    DataConfig,
    ExperimentConfig,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.config.text_cells import POSITION, SENTENCE, Word
from translearn_core.errors import DataError
from translearn_core.exporting.templates import sentence_input
from translearn_core.exporting.templates.sentence_input import split_tokens
from translearn_core.jobs import (
    OCCLUSION,
    ExportConfig,
    PredictConfig,
    PredictFileConfig,
)
from translearn_core.results import (
    ExportFile,
    FilePrediction,
    Prediction,
)
from translearn_core.transfer.word_split import UNSPACED


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
    assert "a tag per word" in OCCLUSION.unsupported(experiment)


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
