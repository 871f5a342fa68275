"""User actions: clearing fields, leaving and returning, one-click fixes, a missing engine."""

import time
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, BOB, Open, page_text, script

from pages._ui.server.owner import owner_of
from pages._ui.shell import engine_warning, result_cache
from translearn_core.config import DataConfig, ExperimentConfig, FreezePlan, TrainingConfig
from translearn_core.config.settings import settings
from translearn_core.data import read_table
from translearn_core.engine.launcher import LOG
from translearn_core.engine.status import EngineStatus, read_status, write_status
from translearn_core.jobs import PredictFileConfig, ReadConfig
from translearn_core.results import Estimate, Evaluation, FilePrediction, ReviewThreshold
from translearn_core.runs import Run, State, artifacts, open_store

ROOT = Path(__file__).resolve().parents[3]


def labelled(at: AppTest, label: str) -> list[object]:
    return [button for button in at.button if button.label.replace("\\", "") == label]


# forms


def test_a_suggested_split_column_can_be_cleared_and_stays_cleared(visit: Open, filled: Filled) -> None:
    rows = [f"a text with number {i},{'ab'[i % 2]},{('train', 'test')[i % 5 == 0]}" for i in range(60)]
    filled.table("dealt.csv", ("text,label,split\n" + "\n".join(rows)).encode())
    at = visit("data")
    assert at.selectbox(key="split_column").value == "split"
    at.selectbox(key="split_column").set_value(None).run()
    at.run()
    assert at.selectbox(key="split_column").value is None
    assert at.session_state["draft"].split.column is None
    at.switch_page(script("train")).run()
    at.switch_page(script("data")).run()
    assert at.selectbox(key="split_column").value is None


@pytest.mark.parametrize("k", [0, 3, 6])
def test_any_number_of_last_blocks_is_one_number_away(visit: Open, filled: Filled, k: int) -> None:
    at = visit("backbone")
    assert at.number_input(key="last_blocks").value == 2
    at.number_input(key="last_blocks").set_value(k).run()
    assert at.session_state["draft"].freeze == FreezePlan.last_n(k, 6)
    assert at.number_input(key="last_blocks").value == k


def test_a_plan_with_gaps_is_no_number_of_last_blocks(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    at.get_by_key("plan_parts").set_value(["block 1", "block 5"]).run()
    assert at.number_input(key="last_blocks").value is None
    assert at.session_state["draft"].freeze == FreezePlan(blocks=(1, 5))


@pytest.mark.parametrize("offered", [True, False])
def test_folders_of_the_server_are_offered_only_where_the_settings_say(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch, offered: bool
) -> None:
    monkeypatch.setenv("TRANSLEARN_FOLDERS", str(offered))
    settings.cache_clear()
    at = visit("backbone")
    places = at.get_by_key("backbone_place")
    assert ("Folder on the server" in places.options) is offered
    places.set_value("Hugging Face Hub").run()
    at.text_input(key="id_Hugging Face Hub").set_value(str(ROOT)).run()
    refused = [e.value for e in at.error if "Models from folders are not offered here" in e.value]
    assert bool(refused) is not offered


# coming back


def test_a_file_that_was_only_classified_is_nobodys_next_experiment(visit: Open, filled: Filled) -> None:
    learned = filled.dataset
    new = filled.store.add_dataset(filled.owner, "to_classify.csv", {"train": b"text\none\ntwo\nthree\n"})
    _, reading = read_table(filled.store.workspace.sources(new.digest), settings())
    filled.answer(ReadConfig(dataset=new.digest, texts_only=True), reading)
    filled.store.submit(
        filled.owner, PredictFileConfig(job=filled.run.job.id, dataset=new.digest, text="text")
    )
    at = visit("data")
    assert at.session_state["draft"].dataset == learned.digest
    assert not [option for option in at.selectbox(key="dataset").options if "to_classify" in option]


MAIL = b"id,text,note\n1,the film was long and slow,a\n2,the film was short and bright,b\n"


def test_the_answers_to_a_file_stand_before_its_own_columns(visit: Open, filled: Filled) -> None:
    new = filled.store.add_dataset(filled.owner, "mail.csv", {"train": MAIL})
    table, reading = read_table(filled.store.workspace.sources(new.digest), settings())
    filled.answer(ReadConfig(dataset=new.digest, texts_only=True), reading)
    answered = table[["id", "text", "note"]].assign(predicted=filled.classes[:2], probability=[0.75, 0.5])
    counts = pd.DataFrame({"label": filled.classes[:2], "rows": [1, 1]})
    filled.answer(
        PredictFileConfig(job=filled.run.job.id, dataset=new.digest, text="text"),
        FilePrediction(2, "text", ("predicted", "probability"), "", answered, counts),
    )
    at = visit("predict", run=filled.run.id)
    at.session_state["predict_dataset"] = new.digest
    at.session_state["predict_kind"] = "A whole file"
    at.run()
    (shown,) = [each.value for each in at.dataframe if "predicted" in each.value]
    assert list(shown.columns) == ["predicted", "probability", "id", "text", "note"]
    assert shown["id"].tolist() == ["1", "2"]


def test_what_needs_a_look_is_said_with_its_threshold(visit: Open, filled: Filled) -> None:
    new = filled.store.add_dataset(filled.owner, "mail.csv", {"train": MAIL})
    table, reading = read_table(filled.store.workspace.sources(new.digest), settings())
    filled.answer(ReadConfig(dataset=new.digest, texts_only=True), reading)
    answered = table[["id", "text", "note"]].assign(
        predicted=[filled.classes[0], None], probability=[0.75, None], review=[True, None]
    )
    review = ReviewThreshold(
        0.9, 0.8, 40, 50, Estimate(0.91, 0.8, 0.97), Estimate(0.7, 0.56, 0.81), Estimate(0.88, 0.73, 0.95)
    )
    config = PredictFileConfig(
        job=filled.run.job.id, dataset=new.digest, text="text", top_labels=3, review_precision=0.9
    )
    counts = pd.DataFrame({"label": filled.classes[:1], "rows": [1]})
    filled.answer(
        config,
        FilePrediction(2, "text", ("predicted", "probability", "review"), "", answered, counts, review, 1),
    )
    at = visit("predict", run=filled.run.id)
    at.session_state["predict_dataset"] = new.digest
    at.session_state["predict_kind"] = "A whole file"
    at.run()
    at.toggle(key="predict_top").set_value(True)
    at.toggle(key="predict_review").set_value(True).run()
    at.number_input(key="predict_precision").set_value(90.0).run()
    text = page_text(at)
    assert "**1 row** predicted" in text
    assert "1 row without a text" in text
    assert "**1 row** marked for review" in text
    for number in ("80.0 %", "70.0 %", "56.0 to 81.0 %", "88.0 %", "73.0 to 95.0 %"):
        assert number in text


def test_without_a_training_it_is_not_taken_up_either(visit: Open, filled: Filled) -> None:
    filled.store.delete_run(filled.owner, filled.run.id)
    new = filled.store.add_dataset(filled.owner, "to_classify.csv", {"train": b"text\none\ntwo\nthree\n"})
    filled.store.submit(filled.owner, ReadConfig(dataset=new.digest, texts_only=True))
    assert visit("data").session_state["draft"].dataset == filled.dataset.digest


def test_the_last_training_comes_back_also_where_its_table_is_an_older_one(
    visit: Open, filled: Filled
) -> None:
    first = filled.data
    filled.table("later.csv", b"text,label\n" + b"".join(b"words %d,%d\n" % (i, i % 2) for i in range(40)))
    assert visit("data").session_state["draft"].dataset == filled.data.dataset
    filled.answer(ExperimentConfig(data=first, training=TrainingConfig(seed=31)), name="the older one")
    draft = visit("data").session_state["draft"]
    assert (draft.dataset, draft.training.seed) == (first.dataset, 31)


def test_compare_opens_with_the_run_that_the_link_names(visit: Open, filled: Filled) -> None:
    for seed in range(5):
        filled.train(f"seed {seed}", FreezePlan(), seed=seed + 1)
    assert filled.run.id not in visit("compare").multiselect(key="compared").value
    at = visit("compare", run=filled.run.id)
    assert at.multiselect(key="compared").value[0] == filled.run.id
    at.multiselect(key="compared").unselect(filled.run.id).run()
    at.run()
    assert filled.run.id not in at.multiselect(key="compared").value


def test_compare_does_not_know_another_owners_run(visit: Open, filled: Filled) -> None:
    Filled(filled.store, owner_of(BOB), rows=60)
    at = visit("compare", BOB, run=filled.run.id)
    assert "no such run in your workspace" in page_text(at)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DONE, "at no cost"),
        (State.QUEUED, "is under way already"),
        (State.STOPPED, "begun before and stopped: the button goes on from its last checkpoint"),
        (State.FAILED, "begun before and failed: the button goes on from its last checkpoint"),
    ],
)
def test_train_says_what_asking_again_costs(visit: Open, filled: Filled, state: State, words: str) -> None:
    config = ExperimentConfig(data=filled.data, training=TrainingConfig(seed=41))
    if state is State.QUEUED:
        filled.store.submit(filled.owner, config)
    else:
        filled.answer(config, state=state)
    at = visit("train")
    assert words in page_text(at)
    assert ("at no cost" in page_text(at)) is (state is State.DONE)


# others, and the engine


def shared(filled: Filled) -> Run:
    """A training submitted by Alice and Bob."""
    bob = owner_of(BOB)
    filled.store.add_dataset(bob, "same.csv", {"train": filled.csv})
    config = ExperimentConfig(data=filled.data, training=TrainingConfig(seed=51))
    filled.store.submit(bob, config, "his")
    return filled.store.submit(filled.owner, config, "hers")


def test_leaving_a_training_that_others_want_says_so_and_can_be_undone(visit: Open, filled: Filled) -> None:
    run = shared(filled)
    at = visit("run", run=run.id)
    at.button(key="stop").click().run()
    assert filled.store.run(filled.owner, run.id).state.live
    assert page_text(at).count("others still want this") == 1
    assert not [button for button in at.button if button.label.startswith("Stop")]
    at.button(key="resume").click().run()
    assert not filled.store.run(filled.owner, run.id).stopping
    assert at.button(key="stop").label == "Stop"
    assert "others still want this" not in page_text(at)


def test_the_shelf_offers_the_same_way_back(visit: Open, filled: Filled) -> None:
    run = shared(filled)
    at = visit("runs")
    at.button(key=f"stop-{run.id}").click().run()
    assert "others still want this" in page_text(at)
    at.button(key=f"resume-{run.id}").click().run()
    assert not filled.store.run(filled.owner, run.id).stopping


@pytest.fixture
def no_engine(workspace: Path) -> Path:
    """A workspace whose engine has just died and is not restarted yet."""
    write_status(settings(), EngineStatus(alive=False, engine_started=time.time() + 600))
    return workspace


@pytest.mark.parametrize("page", ["run", "data"])
def test_a_job_that_nobody_takes_says_what_to_do(
    visit: Open, no_engine: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    filled = Filled(open_store(), owner_of(ALICE))
    (no_engine / LOG).write_text("Traceback\nOSError: [Errno 28] No space left on *device*\n")
    if page == "run":
        filled.store.submit(filled.owner, ExperimentConfig(data=filled.data), "waits")
    else:
        new = filled.store.add_dataset(filled.owner, "new.csv", {"train": b"text,label\na b,c\n"})
        filled.store.submit(filled.owner, ReadConfig(dataset=new.digest))
    assert not visit(page).warning, "twenty seconds are not over"
    monkeypatch.setattr(engine_warning, "PATIENCE_SECONDS", 0.0)
    warning = visit(page).warning[0].value
    assert "`translearn engine`" in warning
    assert "No space left on \\*device\\*" in warning


def test_a_queue_before_an_engine_at_work_is_only_a_queue(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_warning, "PATIENCE_SECONDS", 0.0)
    write_status(settings(), replace(read_status(settings()), ready=True))
    run = filled.store.submit(filled.owner, ExperimentConfig(data=filled.data), "waits")
    at = visit("run", run=run.id)
    assert "Next in the queue" in page_text(at)
    assert not at.warning


def test_an_engine_that_starts_is_said_to_start_and_after_long_to_be_missing(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_warning, "PATIENCE_SECONDS", 0.0)
    write_status(settings(), replace(read_status(settings()), ready=False, engine_started=time.time()))
    run = filled.store.submit(filled.owner, ExperimentConfig(data=filled.data), "waits")
    at = visit("run", run=run.id)
    assert [one.value for one in at.info if "is starting" in one.value]
    assert not at.warning
    monkeypatch.setattr(engine_warning, "START_SECONDS", -1.0)
    assert "`translearn engine`" in visit("run", run=run.id).warning[0].value


def test_a_log_without_trouble_is_not_quoted(workspace: Path) -> None:
    assert engine_warning.log_tail() == ""
    (workspace / LOG).write_text("2026-01-01 10:00:00 INFO translearn.engine: left\n")
    assert engine_warning.log_tail() == ""


# findings


def test_cut_texts_are_mended_by_a_higher_limit(visit: Open, filled: Filled) -> None:
    rows = [f"{'word ' * 300}{i},{'ab'[i % 2]}" for i in range(40)]
    filled.table("long.csv", ("text,label\n" + "\n".join(rows)).encode())
    at = visit("data")
    at.button(key=next(b.key for b in labelled(at, "Read up to 304 tokens"))).click().run()
    assert at.session_state["draft"].features.token_limit == 304


def test_no_limit_goes_beyond_the_backbones(visit: Open, filled: Filled) -> None:
    rows = [f"{'word ' * 900}{i},{'ab'[i % 2]}" for i in range(40)]
    filled.table("longer.csv", ("text,label\n" + "\n".join(rows)).encode())
    at = visit("data")
    assert labelled(at, "Read up to 512 tokens")
    at.switch_page(script("train")).run()


@pytest.fixture
def columns(filled: Filled) -> Filled:
    """A table with ids, texts, labels and a column that is nearly unique."""
    rows = [f"id-{i:05},a text with number {i},{'ab'[i % 2]},{i // 1.5:.0f}x" for i in range(60)]
    filled.table("columns.csv", ("code,text,label,number\n" + "\n".join(rows)).encode())
    return filled


@pytest.mark.parametrize(
    ("chosen", "button", "then"),
    [
        ({"text": "code", "label": "label"}, "Learn from column text", ("text", "label")),
        ({"text": "text", "label": "code"}, "Predict column label", ("text", "label")),
        ({"text": "text", "label": "number"}, "Predict column label", ("text", "label")),
        ({"text": "label", "label": "text"}, "Predict column label", ("text", "label")),
    ],
    ids=["ids as texts", "a label per row", "labels nearly unique", "the other way round"],
)
def test_a_wrong_column_is_one_click_from_the_suggested_one(
    visit: Open, columns: Filled, chosen: dict[str, str], button: str, then: tuple[str, str]
) -> None:
    at = visit("data")
    at.selectbox(key="text_column").set_value(chosen["text"])
    at.selectbox(key="label_column").set_value(chosen["label"]).run()
    columns.look(DataConfig(dataset=columns.dataset.digest, **chosen))
    at.run()
    result = labelled(at, button)
    assert result
    at.button(key=result[0].key).click().run()
    draft = at.session_state["draft"]
    assert (draft.text, draft.label) == then
    assert (at.selectbox(key="text_column").value, at.selectbox(key="label_column").value) == then
    assert not labelled(at, button)


def test_unknown_tokens_lead_to_the_backbones(visit: Open, filled: Filled) -> None:
    at = visit("data")
    at.button(key=labelled(at, "Choose another backbone")[0].key).click().run()
    assert at.title[0].value == "Backbone"


# the house


def test_results_in_memory_weigh_no_more_than_the_bound(filled: Filled) -> None:
    st.cache_data.clear()
    evaluation = filled.evaluation()
    heavy = replace(evaluation, predictions=pd.DataFrame({"score": np.ones(1_000_000)}))
    folder = filled.store.workspace.run(filled.run.job.id)
    artifacts.save(folder, heavy)
    for finished in range(12):  # 8 MB each
        result_cache._read(filled.owner, filled.run.job.id, float(finished), "Evaluation", folder, Evaluation)
    stats = st.runtime.caching.get_data_cache_stats_provider().get_stats()
    held = sum(stat.byte_length for family in stats.values() for stat in family)
    assert 40e6 < held < 70e6
    st.cache_data.clear()


def test_the_first_sample_is_the_most_rewarding_one(visit: Open) -> None:
    keys = [button.key for button in visit("home").button if str(button.key).startswith("sample-")]
    assert keys == [f"sample-{name}" for name in ("tickets", "reviews", "trilingual", "hotel", "pairs")]


def test_titles_stand_right_below_the_header() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert theme["paddingTop"] == "0"  # a number would be ignored


@pytest.mark.parametrize("page", ["home", "backbone"])
def test_selected_pills_are_in_ink_on_every_page(visit: Open, filled: Filled, page: str) -> None:
    styles = [html.proto.body for html in visit(page).get("html")]
    assert any("[data-selected]" in style and "color: inherit" in style for style in styles)
