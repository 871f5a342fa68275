"""Pages of a run of words: tags of test sentences, of typed sentences and of files."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from filled import Filled
from visits import Open, keys, page_text

from translearn_core.config import ExperimentConfig, FreezePlan, ProblemType, TargetConfig
from translearn_core.config.settings import settings
from translearn_core.config.text_cells import POSITION, SENTENCE, words_of
from translearn_core.data import read_table
from translearn_core.jobs import PredictConfig, PredictFileConfig, ReadConfig
from translearn_core.results import FilePrediction, Prediction
from translearn_core.runs import Run

NAMES = ("O", "B-PER", "I-PER")


@pytest.fixture
def words(filled: Filled) -> Run[ExperimentConfig]:
    """A finished run of words, three in every sentence."""
    plan = FreezePlan.last_n(1, 6)
    target = TargetConfig(column="tag", problem=ProblemType.TOKENS)
    data = filled.data.model_copy(update={"sentence": "number", "targets": (target,)})
    config = ExperimentConfig(data=data, freeze=plan)
    evaluation = filled.evaluation()
    rows = evaluation.predictions.iloc[: len(evaluation.predictions) // 3 * 3]
    position = np.arange(len(rows)) % 3
    sentences = [f"word{k} <b>two {k}" for k in np.arange(len(rows)) // 3]
    label = np.asarray(NAMES, dtype=object)[position]
    predicted = np.where(np.arange(len(rows)) % 7 == 0, "O", label)
    rows = rows.assign(
        **{SENTENCE: sentences, POSITION: position},
        text=[sentence.split(" ")[k] for sentence, k in zip(sentences, position, strict=True)],
        label=label, predicted=predicted, score=(label == predicted).astype(np.float64),
    )  # fmt: skip
    evaluation = replace(evaluation, names=NAMES, predictions=rows, problem=ProblemType.TOKENS)
    return filled.answer(config, evaluation, filled.drift(plan), filled.summary(plan), name="words")


def test_results_show_the_tags_of_test_sentences_and_escape_words(
    visit: Open, words: Run[ExperimentConfig]
) -> None:
    at = visit("results", run=words.id)
    assert not at.exception
    shown = " ".join(element.proto.body for element in at.get("html"))
    assert "<s>" in shown
    assert "&lt;b&gt;two" in shown
    assert "<b>two" not in shown


def test_typed_sentences_show_the_tag_of_each_word(
    visit: Open, filled: Filled, words: Run[ExperimentConfig]
) -> None:
    typed = ("Anna Ray sings",)
    cells = tuple(words_of(typed[0].split(" ")))
    decoded = pd.DataFrame({"predicted": ["B-PER", "I-PER", "O"], "confidence": [0.9, 0.8, 0.7]})
    outputs = np.full((3, 3), 1 / 3, dtype=np.float32)
    prediction = Prediction(cells, NAMES, ProblemType.TOKENS, outputs, decoded, pd.DataFrame({"text": []}))
    filled.answer(PredictConfig(job=words.job.id, texts=typed, neighbours=0), prediction)
    at = visit("predict", run=words.id)
    assert "live_text" not in keys(at)
    at.text_area(key="sentences").set_value(typed[0])
    at.button(key="predict").click().run()
    assert not at.exception
    shown = " ".join(element.proto.body for element in at.get("html"))
    assert ">I-PER</span>" in shown
    assert "Nearest training texts" not in page_text(at)
    assert "split into words" in page_text(at)


def test_a_file_of_words_comes_with_guessed_columns(
    visit: Open, filled: Filled, words: Run[ExperimentConfig]
) -> None:
    content = b"Sentence #,Word\n1,Anna\n1,sings\n2,Bert\n2,reads\n"
    new = filled.store.add_dataset(filled.owner, "new.csv", {"train": content})
    table, reading = read_table(filled.store.workspace.sources(new.digest), settings())
    filled.answer(ReadConfig(dataset=new.digest, texts_only=True), reading)
    columns = ["Sentence #", "Word"]
    answered = table[columns].assign(predicted=["B-PER", "O"] * 2, probability=0.9)
    counts = pd.DataFrame({"label": ["B-PER", "O"], "rows": [2, 2]})
    config = PredictFileConfig(job=words.job.id, dataset=new.digest, text="Word", sentence="Sentence #")
    filled.answer(config, FilePrediction(4, "Word", ("predicted", "probability"), "", answered, counts))
    at = visit("predict", run=words.id)
    at.session_state["predict_dataset"] = new.digest
    at.session_state["predict_kind"] = "A whole file"
    at.run()
    assert not at.exception
    assert [at.selectbox(key=f"predict_{key}").value for key in ("column", "sentence_column")] == columns[
        ::-1
    ]
    assert "**4 rows** predicted" in page_text(at)
