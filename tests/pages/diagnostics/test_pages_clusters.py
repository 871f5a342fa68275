"""Clusters page: a table without labels, its clusters, and the labels they become."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, keys, page_text, progress, script

from pages._ui.domains.languages import FOUND
from tests.plots.cluster_results import make_clustering, make_described
from translearn_core.config import ProblemType
from translearn_core.config.settings import settings
from translearn_core.config.table_edits import CellEdit, NewColumn
from translearn_core.data import read_table
from translearn_core.jobs import ReadConfig
from translearn_core.jobs.diagnostics.unlabelled_texts import (
    CLUSTERS,
    DESCRIBED_CLASSES,
    NEXT_ROWS,
    ClusterConfig,
    ClusterMethod,
    DescribedClassesConfig,
    NextRowsConfig,
)
from translearn_core.jobs.tables import LANGUAGES, TextCheckConfig
from translearn_core.results import Severity, TextCheck
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows
from translearn_core.results.findings import finding
from translearn_core.worker import data_loading

ROWS = 60


@pytest.fixture
def texts(filled: Filled) -> Filled:
    """A table of one column, the newest data set."""
    upload(filled, "texts.csv", "text\n" + "\n".join(f"a film of number {i}" for i in range(ROWS)))
    return filled


def upload(filled: Filled, name: str, csv: str) -> None:
    filled.dataset = filled.store.add_dataset(filled.owner, name, {"train": csv.encode()})
    read(filled, filled.dataset.digest)


def read(filled: Filled, digest: str) -> None:
    """Store a table and its profile as a worker would."""
    data_loading.load_table(filled.store.workspace, digest)
    _, reading = read_table(filled.store.workspace.sources(digest), settings())
    filled.answer(ReadConfig(dataset=digest), reading)


def opened(visit: Open, page: str) -> AppTest:
    at = visit("data")
    at.switch_page(script(page)).run()
    assert not at.exception
    assert not at.error
    return at


def computed(filled: Filled, at: AppTest, kind: str, result: object) -> AppTest:
    """Press the button of a job, and store its result."""
    at.button(key=f"compute-{kind}").click().run()
    spec = CLUSTERS if kind == CLUSTERS.kind else NEXT_ROWS
    (run, *_) = filled.store.runs(filled.owner, spec)
    filled.answer(run.job.config, result)
    return at.run()


def test_the_data_page_says_what_texts_alone_are_good_for(texts: Filled, visit: Open):
    at = visit("data")
    assert "No labels yet" in page_text(at)
    links = {link.proto.label for link in at.get("page_link")}
    assert {"Find clusters", "Which row next?"} <= links


@pytest.mark.parametrize("page", ["data", "clusters"])
def test_what_the_backbone_does_not_read_is_said_before_there_are_labels(
    page: str, texts: Filled, visit: Open
):
    at = opened(visit, page)
    assert "Looking at the texts" in progress(at)
    found = finding("language", Severity.WARNING, "The texts are Chinese.")
    config = TextCheckConfig(dataset=texts.dataset.digest, text="text")
    texts.answer(config, TextCheck((found,)))
    at.run()
    assert "The texts are Chinese." in page_text(at)
    assert "Choose another backbone" in {link.proto.label for link in at.get("page_link")}


def test_languages_are_identified_before_there_are_labels(texts: Filled, visit: Open):
    at = opened(visit, "clusters")
    found = finding(FOUND, Severity.DECISION, "The texts are in several languages.")
    texts.answer(TextCheckConfig(dataset=texts.dataset.digest, text="text"), TextCheck((found,)))
    at.run()
    assert not at.exception
    at.button(key=f"compute-{LANGUAGES.kind}").click().run()
    (run,) = texts.store.runs(texts.owner, LANGUAGES)
    assert (run.job.config.dataset, run.job.config.text) == (texts.dataset.digest, "text")


@pytest.mark.parametrize("page", ["recipe", "train", "study", "search", "domains"])
def test_other_pages_say_that_they_need_labels(page: str, texts: Filled, visit: Open):
    at = opened(visit, page)
    assert "needs labels" in page_text(at)
    at.button(key="next_step").click().run()
    assert at.title[0].value == "Clusters"


def test_the_page_opens_in_a_new_session(texts: Filled, visit: Open):
    at = visit("clusters")
    assert not at.error
    assert f"compute-{CLUSTERS.kind}" in keys(at)
    assert "Column text of texts.csv" in page_text(at)


def test_columns_of_too_many_values_are_named(filled: Filled, visit: Open):
    lines = [f"a film of number {i},{i % 2},{i}" for i in range(240)]
    upload(filled, "texts.csv", "text,kind,number\n" + "\n".join(lines))
    at = opened(visit, "clusters")
    assert at.multiselect(key="cluster_compare").options == ["kind"]
    assert "columns of at most 200 values. Left out: number (240)" in page_text(at)


def test_clusters_are_shown_renamed_and_become_labels(texts: Filled, visit: Open):
    clustering = make_clustering(("film, actor", "parcel, order"), ROWS)
    at = computed(texts, opened(visit, "clusters"), ClusterConfig.kind, clustering)
    assert not at.exception
    assert "Texts make clusters" in page_text(at)
    assert len(at.get("plotly_chart")) == 3
    (config,) = [run.job.config for run in texts.store.runs(texts.owner, CLUSTERS)]
    assert isinstance(config, ClusterConfig)
    assert (config.text, config.clusters, config.layer, config.compare) == ("text", None, 6, ())
    at.text_input(key="cluster_column").input("topic").run()
    at.button(key="cluster_labels").click().run()
    assert not at.exception
    version = texts.store.versions(texts.owner, texts.dataset.digest)[-1]
    edits = texts.store.workspace.edits(version.digest)
    assert edits is not None
    (edit,) = edits.edits
    assert isinstance(edit, NewColumn)
    assert edit.column == "topic"
    assert {one.value for one in edit.values} == {"film, actor", "parcel, order"}
    assert sum(len(one.rows) for one in edit.values) == ROWS - clustering.unclustered
    draft = at.session_state["draft"]
    assert (draft.dataset, draft.label, draft.problem) == (version.digest, "topic", ProblemType.SINGLE_LABEL)


def test_settings_and_names_stay_while_another_page_is_open(texts: Filled, visit: Open):
    at = opened(visit, "clusters")
    at.slider(key="cluster_layer").set_value(3).run()
    at.segmented_control(key="cluster_method").set_value(ClusterMethod.HDBSCAN).run()
    at.number_input(key="cluster_smallest").set_value(7).run()
    at = computed(texts, at, ClusterConfig.kind, make_clustering(("a", "b"), ROWS))
    at.text_input(key="cluster_column").input("topic").run()
    at.switch_page(script("data")).run()
    at.switch_page(script("clusters")).run()
    assert not at.exception
    assert at.segmented_control(key="cluster_method").value == ClusterMethod.HDBSCAN
    assert at.number_input(key="cluster_smallest").value == 7
    assert at.slider(key="cluster_layer").value == 3
    assert at.text_input(key="cluster_column").value == "topic"
    assert "Texts make clusters" in page_text(at), "the result of these settings"


def test_one_class_makes_no_labels(texts: Filled, visit: Open):
    at = computed(texts, opened(visit, "clusters"), ClusterConfig.kind, make_clustering(("one",), ROWS))
    assert at.button(key="cluster_labels").disabled
    assert "at least two classes" in page_text(at)


def test_texts_of_the_file_without_labels_are_not_counted(texts: Filled, visit: Open):
    clustering = make_clustering(("one", "two"), ROWS)
    rows = clustering.rows.assign(part=["train" if i % 2 else "unlabelled" for i in range(ROWS)])
    clustering = replace(clustering, rows=rows)
    at = computed(texts, opened(visit, "clusters"), ClusterConfig.kind, clustering)
    of_train = int(((rows["part"] == "train") & (rows["cluster"] >= 0)).sum())
    others = int((rows["cluster"] >= 0).sum()) - of_train
    assert f"2 classes in {of_train} texts. {others} texts of the file without labels" in page_text(at)


def test_a_known_column_is_compared(filled: Filled, visit: Open):
    at = opened(visit, "clusters")
    assert at.multiselect(key="cluster_compare").value == ["label"]
    result = make_clustering(filled.classes, 90)
    at = computed(filled, at, ClusterConfig.kind, result)
    assert len(at.get("plotly_chart")) == 3
    at.session_state["cluster_colour"] = "label"
    at.run()
    assert not at.exception


def chosen(rows: list[int]) -> NextRows:
    frame = pd.DataFrame(
        {
            "part": "train",
            "row": rows,
            "text": [f"a film of number {i - 1}" for i in rows],
            "uncertainty": 0.5,
        }
    )
    return NextRows(("Some texts.",), "both", 0, ROWS, (), frame)


def test_rows_are_labelled_in_a_file_and_become_a_version(texts: Filled, visit: Open):
    at = opened(visit, "labels")
    assert "Which row next?" in page_text(at)
    at = computed(texts, at, NextRowsConfig.kind, chosen([3, 7]))
    assert "Some texts." in page_text(at)
    at.text_input(key="new_label_column").input("topic").run()
    file = b"part,row,label,text\ntrain,3,good,a film of number 2\ntrain,7,,a film of number 6\n"
    at.file_uploader(key="labelled_rows-0").upload("rows.csv", file).run()
    at.button(key="take_file").click().run()
    assert not at.exception
    version = texts.store.versions(texts.owner, texts.dataset.digest)[-1]
    edits = texts.store.workspace.edits(version.digest)
    assert edits is not None
    assert edits.edits == (NewColumn(column="topic"), CellEdit(row=3, column="topic", value="good"))
    assert at.session_state["draft"].label == "topic"


def test_labels_of_another_file_are_refused(texts: Filled, visit: Open):
    at = computed(texts, opened(visit, "labels"), NextRowsConfig.kind, chosen([3, 7]))
    file = b"row,label,text\n3,good,another text\n"
    at.file_uploader(key="labelled_rows-0").upload("rows.csv", file).run()
    at.button(key="take_file").click().run()
    assert "another table" in page_text(at)
    assert len(texts.store.versions(texts.owner, texts.dataset.digest)) == 1


def test_a_table_with_every_label_is_not_asked_for_more(filled: Filled, visit: Open):
    at = opened(visit, "labels")
    assert f"compute-{NextRowsConfig.kind}" not in keys(at)


def test_classes_can_be_described_where_no_text_has_a_label(texts: Filled, visit: Open):
    at = opened(visit, "zero_shot")
    assert "Name at least two classes" in page_text(at)
    digest = texts.dataset.digest
    at.session_state[f"described.base-{digest}"] = [("praise", "a good film"), ("blame", "")]
    at.session_state[f"described.typed-{digest}"] = [("praise", "a good film"), ("blame", "")]
    at.run()
    at.button(key=f"compute-{DescribedClassesConfig.kind}").click().run()
    (run,) = texts.store.runs(texts.owner, DESCRIBED_CLASSES)
    config = run.job.config
    assert [(one.name, one.text) for one in config.classes] == [("praise", "a good film"), ("blame", "blame")]
    texts.answer(config, make_described(("praise", "blame")))
    at.run()
    assert not at.exception
    assert "Make them labels" in page_text(at)
    assert "What is in each class?" in page_text(at)
    assert not re.search(r"(of|each) (a )?cluster", page_text(at))
    assert "make_report" in keys(at)
