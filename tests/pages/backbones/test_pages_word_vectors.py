"""Word vectors on the Backbone page: training, result, one step, alignment, weights of words."""

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from test_pages_pretraining import work
from visits import Open, page_text, script

from translearn_core.config import ADAPTED, WordVectorsConfig, WordWeights
from translearn_core.jobs import ALIGN_VECTORS, WORD_VECTORS, Slot
from translearn_core.runs import Run, State


def on_texts(visit: Open, filled: Filled) -> AppTest:
    """The Backbone page after a table with enough words was chosen on the Data page."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [f"{a}{b}word" for a in letters[:6] for b in letters[:5]]
    lines = (
        f'"the film {words[k % 30]} {words[7 * k % 30]} was shown {k} times",{k % 2}' for k in range(160)
    )
    filled.table("many.csv", ("text,label\n" + "\n".join(lines)).encode())
    at = visit("data")
    at.switch_page(script("backbone")).run()
    assert not at.exception
    return at


def choose_way(at: AppTest, way: str) -> AppTest:
    at.get_by_key("train_on_texts").set_value(way).run()
    assert not at.exception
    return at


def train(at: AppTest, filled: Filled, width: int) -> Run:
    """Train vectors with the form and a real worker; return the run."""
    at.number_input(key="vectors.width").set_value(width).run()
    at.number_input(key="vectors.epochs").set_value(2).run()
    at.button(key="train_vectors").click().run()
    work(filled, Slot.TRAINING).join(120)
    at.run()
    run = filled.store.runs(filled.owner, WORD_VECTORS)[0]
    assert run.state is State.DONE, run.job.reason
    return run


def look(at: AppTest, filled: Filled) -> AppTest:
    """Let the questions of a page be answered."""
    for _ in range(3):
        work(filled, Slot.INTERACTIVE).join(60)
        at.run()
    assert not at.exception
    return at


def test_vectors_are_trained_shown_used_and_weighted(visit: Open, filled: Filled) -> None:
    at = choose_way(on_texts(visit, filled), "Word vectors")
    at.text_input(key="watch_words").set_value("film, Zebra").run()
    run = train(at, filled, 12)
    config = run.job.config
    assert isinstance(config, WordVectorsConfig)
    assert (config.watch, config.width, config.epochs) == (("film", "Zebra"), 12, 2)
    words = page_text(at)
    assert "have a vector of 12 numbers" in words
    assert "Without a vector: zebra." in words
    assert at.button(key="train_vectors").disabled
    at.button(key=f"use-{run.id}").click().run()
    look(at, filled)
    assert at.session_state["draft"].backbone.id == f"{ADAPTED}{run.job.id}"
    assert "WordVectorModel: " in page_text(at)
    at.get_by_key("word_weights").set_value(WordWeights.SIF).run()
    look(at, filled)
    assert at.session_state["draft"].backbone.word_weights is WordWeights.SIF
    assert "SIF weights" in at.session_state["draft"].backbone.label


def test_one_step_of_skip_gram_is_shown(visit: Open, filled: Filled) -> None:
    at = choose_way(on_texts(visit, filled), "Word vectors")
    at.text_input(key="skip_gram_sentence").set_value("a good film is a good evening").run()
    at.get_by_key("skip_gram_centre-a good film is a good evening").set_value(2).run()
    at.number_input(key="skip_gram.steps").set_value(40).run()
    at.button(key="take_step").click().run()
    look(at, filled)
    assert "Step 40 brought the loss of these" in page_text(at)


@pytest.mark.parametrize("sentence", ["a a a", " "])
def test_a_sentence_of_too_few_words_is_refused_in_a_sentence(
    visit: Open, filled: Filled, sentence: str
) -> None:
    at = choose_way(on_texts(visit, filled), "Word vectors")
    at.text_input(key="skip_gram_sentence").set_value(sentence).run()
    if sentence.strip():
        at.button(key="take_step").click().run()
        look(at, filled)
        assert "at least 3 different words" in page_text(at)
    else:
        assert "Type a sentence." in page_text(at)


def test_two_tables_are_aligned(visit: Open, filled: Filled) -> None:
    at = choose_way(on_texts(visit, filled), "Two word vectors in one space")
    assert "Train word vectors first" in page_text(at)
    choose_way(at, "Word vectors")
    runs = [train(at, filled, 8)]
    at.number_input(key="vectors.window").set_value(2).run()
    runs.append(train(at, filled, 8))
    choose_way(at, "Two word vectors in one space")
    at.selectbox(key="align_first").set_value(f"{ADAPTED}{runs[0].job.id}").run()
    at.selectbox(key="align_second").set_value(f"{ADAPTED}{runs[1].job.id}").run()
    at.button(key="align_vectors").click().run()
    work(filled, Slot.TRAINING).join(120)
    at.run()
    (aligned,) = filled.store.runs(filled.owner, ALIGN_VECTORS)
    assert aligned.state is State.DONE, aligned.job.reason
    assert "anchors have their own word as the nearest" in page_text(at)
    assert not at.exception
