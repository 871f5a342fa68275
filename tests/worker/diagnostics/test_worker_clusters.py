"""Clusters and the rows to label next, on a tiny backbone: tables without labels, and with some."""

import numpy as np
import pytest
from worker_bench import ME, Bench

from translearn_core.analysis.few_labels.class_descriptions import Space, spaces
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    FeatureConfig,
    Method,
    Precision,
    Split,
    SplitConfig,
)
from translearn_core.config.settings import Settings
from translearn_core.config.table_edits import UNLABELLED, CellEdit, NewColumn
from translearn_core.data.table_edits import new_column
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs.diagnostics.unlabelled_texts import (
    Choice,
    ClusterConfig,
    ClusterMethod,
    DescribedClassesConfig,
    NextRowsConfig,
)
from translearn_core.results.diagnostics.few_labels.clustering import Clustering
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.few_labels import described_classes

FILMS, MAILS = "great lovely film acting story", "parcel order bill invoice money"


def table(labelled: int = 0) -> bytes:
    """80 texts of two topics; the first so many have a label, one text is blank."""
    random = np.random.default_rng(0)
    lines = []
    for i in range(80):
        words = (FILMS if i % 2 else MAILS).split()
        label = ("film" if i % 2 else "mail") if i < labelled else ""
        lines.append(f"{' '.join(random.choice(words, 6))} {i % 5},{label},{'en' if i % 4 else 'de'}")
    return ("text,topic,language\n" + "\n".join([*lines, " ,film,en"])).encode()


def added(bench: Bench, labelled: int) -> str:
    return bench.store.add_dataset(ME, f"texts{labelled}.csv", {"train": table(labelled)}, Settings()).digest


@pytest.fixture(scope="module")
def common(backbone: BackboneConfig) -> dict[str, object]:
    return {
        "text": "text",
        "backbone": backbone,
        "features": FeatureConfig(token_limit=32),
        "precision": Precision.FLOAT32,
    }


@pytest.fixture(scope="module")
def clustering(bench: Bench, common: dict[str, object]) -> Clustering:
    config = ClusterConfig(dataset=added(bench, 80), compare=("topic", "language"), clusters=2, **common)
    return bench.do(config, Clustering)


def test_clusters_are_named_placed_and_held_against_columns(clustering: Clustering):
    assert len(clustering.rows) == clustering.total == 80, "the blank text has no cluster"
    assert clustering.clusters["rows"].sum() == 80
    topic, language = clustering.agreements
    assert topic.rows == 80
    assert topic.rand.low > language.rand.high
    assert topic.rand.value > 0.8
    assert set(clustering.names[0].split(", ")) <= set((FILMS + " " + MAILS).split())
    assert clustering.contingency("topic").to_numpy().sum() == 80
    assert clustering.rows["distance"].between(-1e-6, 2).all()
    assert clustering.projection().coordinates.shape == (1, 80, 2)
    assert clustering.projection("language").classes == ("en", "de")
    assert any("'topic'" in sentence for sentence in clustering.sentences)
    assert clustering.tried.empty


def test_the_number_of_clusters_is_found_and_a_layer_chosen(bench: Bench, common: dict[str, object]):
    config = ClusterConfig(dataset=added(bench, 0), layer=0, limit=60, projection=Method.UMAP, **common)
    found = bench.do(config, Clustering)
    assert found.settings["layer"] == "0"
    assert (len(found.rows), found.total) == (60, 80)
    assert found.tried["clusters"].tolist() == [2, 3, 4, 5, 6]
    best = found.tried.loc[found.tried["silhouette"].idxmax(), "clusters"]
    assert best == len(found.clusters)
    assert found.agreements == ()


def test_hdbscan_gives_probabilities(bench: Bench, common: dict[str, object]):
    found = bench.do(
        ClusterConfig(dataset=added(bench, 0), method=ClusterMethod.HDBSCAN, smallest=5, **common), Clustering
    )
    assert found.strength == "probability"
    assert found.unclustered + found.clusters["rows"].sum() == 80
    assert found.frame()["cluster"].isna().sum() == found.unclustered
    assert found.rows["probability"].between(0, 1).all()


def test_few_texts_have_no_stability_and_no_more_clusters_than_there_are(
    bench: Bench, common: dict[str, object]
):
    lines = b"text\n" + b"\n".join(b"a film %d" % i for i in range(6))
    six = bench.store.add_dataset(ME, "six.csv", {"train": lines}, Settings())
    found = bench.do(ClusterConfig(dataset=six.digest, clusters=5, **common), Clustering)
    assert found.stability == ()
    assert any("so few texts in a cluster" in sentence for sentence in found.sentences)
    frame = found.frame()
    assert sorted(frame["cluster"].unique()) == [1, 2, 3, 4, 5], "counted as in names"
    with pytest.raises(ConfigError, match=r"clusters is 7: give at most 6"):
        bench.do(ClusterConfig(dataset=six.digest, clusters=7, **common), Clustering)


def test_a_setting_of_the_other_method_is_refused(common: dict[str, object]):
    with pytest.raises(ValueError, match="clusters: hdbscan has no use"):
        ClusterConfig(dataset="d", method=ClusterMethod.HDBSCAN, clusters=7, **common)
    with pytest.raises(ValueError, match="smallest: kmeans has no use"):
        ClusterConfig(dataset="d", smallest=7, **common)


def test_what_cannot_be_clustered_is_said(bench: Bench, common: dict[str, object]):
    with pytest.raises(ConfigError, match="layer"):
        bench.do(ClusterConfig(dataset=added(bench, 0), layer=9, **common), Clustering)
    with pytest.raises(DataError, match="no column 'kind'"):
        bench.do(ClusterConfig(dataset=added(bench, 0), compare=("kind",), **common), Clustering)
    few = bench.store.add_dataset(ME, "few.csv", {"train": b"text,topic\na b,x\nc d,y\n"}, Settings())
    with pytest.raises(DataError, match="Only 2 rows"):
        bench.do(ClusterConfig(dataset=few.digest, **common), Clustering)


def test_clusters_become_labels_of_a_version_that_keeps_its_split(bench: Bench, clustering: Clustering):
    digest = added(bench, 80)
    names = clustering.cluster_names(("one", "two"))
    edit = new_column("group", clustering.rows[["part", "row"]], names)
    second = bench.store.add_version(ME, digest, [edit])
    third = bench.store.add_version(ME, second.digest, [CellEdit(row=1, column="group", value="two")])
    before, after = (
        load_prepared(bench.store.workspace, DataConfig(dataset=version.digest, text="text", label="group"))
        for version in (second, third)
    )
    assert before.target.names == ("one", "two")
    assert len(before.texts) == 80
    split = dict(zip(before.rows.tolist(), before.split.tolist(), strict=True))
    assert all(
        split[row] == part for row, part in zip(after.rows.tolist(), after.split.tolist(), strict=True)
    )


@pytest.mark.parametrize("method", list(Choice))
def test_rows_to_label_have_no_label_and_are_different(
    bench: Bench, common: dict[str, object], method: Choice
):
    config = NextRowsConfig(dataset=added(bench, 20), label="topic", rows=8, method=method, **common)
    chosen = bench.do(config, NextRows)
    data = DataConfig(dataset=config.dataset, text="text", label="topic")
    train = load_prepared(bench.store.workspace, data).split_indices(Split.TRAIN)
    assert (chosen.method, chosen.labelled, chosen.classes) == (method, len(train), ("film", "mail"))
    assert "Nothing of validation and test" in chosen.sentences[-1]
    assert len(chosen.rows) == 8
    assert (chosen.rows["row"] > 20).all()
    assert chosen.rows["row"].is_unique
    assert chosen.rows["text"].is_unique
    assert chosen.rows["uncertainty"].between(0, 1).all()
    assert "cross-validated" in chosen.sentences[0]
    frame = chosen.frame()
    assert list(frame) == ["part", "row", "label", "text"]
    assert (frame["label"] == "").all()
    if method is Choice.UNCERTAINTY:
        assert chosen.rows["uncertainty"].is_monotonic_decreasing


def test_labels_of_held_out_rows_change_nothing(bench: Bench, common: dict[str, object]):
    digest = added(bench, 40)
    data = DataConfig(dataset=digest, text="text", label="topic")
    prepared = load_prepared(bench.store.workspace, data)
    held_out = prepared.rows[prepared.split != 0].tolist()
    other = {"film": "mail", "mail": "film"}
    labels = dict(zip(prepared.rows.tolist(), (prepared.classes[k] for k in prepared.labels), strict=True))
    changes = [CellEdit(row=row, column="topic", value=other[labels[row]]) for row in held_out]
    version = bench.store.add_version(ME, digest, changes)
    rows = [
        bench.do(NextRowsConfig(dataset=one, label="topic", rows=8, **common), NextRows).rows["row"].tolist()
        for one in (digest, version.digest)
    ]
    assert rows[0] == rows[1]


def test_groups_of_held_out_rows_are_not_listed(bench: Bench, common: dict[str, object]):
    lines = [
        f"{(FILMS, MAILS)[i % 2]} {i},{('film', 'mail')[i % 2] if i < 40 else ''},{i % 10}" for i in range(80)
    ]
    groups = bench.store.add_dataset(
        ME, "groups.csv", {"train": ("text,topic,author\n" + "\n".join(lines)).encode()}, Settings()
    )
    task = DataConfig(dataset=groups.digest, text="text", label="topic", split=SplitConfig(group="author"))
    prepared = load_prepared(bench.store.workspace, task)
    train = {int(row) % 10 for row in prepared.rows[prepared.split == 0] - 1}
    chosen = bench.do(
        NextRowsConfig(dataset=groups.digest, label="topic", rows=30, task=task, **common), NextRows
    )
    assert {(row - 1) % 10 for row in chosen.rows["row"]} <= train != set(range(10))
    assert len(chosen.rows) == chosen.unlabelled == 4 * len(train)


@pytest.mark.parametrize("labelled", [0, 80])
def test_texts_of_the_file_without_labels_are_candidates(
    bench: Bench, common: dict[str, object], labelled: int
):
    more = "text\n" + "\n".join(f"{MAILS} again {i}" for i in range(12))
    files = {"train": table(labelled), UNLABELLED: more.encode()}
    both = bench.store.add_dataset(ME, "both.csv", files, Settings())
    label = "topic" if labelled else None
    chosen = bench.do(NextRowsConfig(dataset=both.digest, label=label, rows=12, **common), NextRows)
    assert UNLABELLED in set(chosen.rows["part"])
    assert chosen.unlabelled == 80 - labelled + 12
    assert chosen.split == bool(labelled)


def test_before_there_is_a_split_no_label_is_looked_at(bench: Bench, common: dict[str, object]):
    chosen = bench.do(NextRowsConfig(dataset=added(bench, 3), label="topic", rows=5, **common), NextRows)
    assert (chosen.method, chosen.labelled, chosen.split) == ("diversity", 3, False)
    assert "no label is looked at" in chosen.sentences[-1]


def test_without_labels_diversity_alone_chooses(bench: Bench, common: dict[str, object]):
    chosen = bench.do(NextRowsConfig(dataset=added(bench, 0), rows=5, **common), NextRows)
    assert (chosen.method, chosen.labelled, chosen.classes) == ("diversity", 0, ())
    assert chosen.rows["uncertainty"].isna().all()
    assert "no text has one yet" in chosen.sentences[0]
    empty = bench.store.add_version(ME, added(bench, 0), [NewColumn(column="kind")])
    again = bench.do(NextRowsConfig(dataset=empty.digest, label="kind", rows=5, **common), NextRows)
    assert again.rows["row"].tolist() == chosen.rows["row"].tolist()


def test_texts_of_a_file_without_labels_are_chosen_and_train_once_labelled(
    bench: Bench, common: dict[str, object]
):
    files = {
        "train": table(80),
        "unlabelled": b"text,topic\nlovely acting story,film\ninvoice and order,film\n",
    }
    dataset = bench.store.add_dataset(ME, "pool.csv", files, Settings()).digest
    config = NextRowsConfig(dataset=dataset, label="topic", rows=5, **common)
    chosen = bench.do(config, NextRows)
    assert set(chosen.rows["part"]) == {"unlabelled"}
    assert (chosen.labelled > 20, chosen.unlabelled) == (True, 2)
    second = CellEdit(part="unlabelled", row=2, column="topic", value="mail")
    version = bench.store.add_version(ME, dataset, [second]).digest
    left = bench.do(config.model_copy(update={"dataset": version}), NextRows)
    assert left.rows["text"].tolist() == ["lovely acting story"]
    assert left.labelled == chosen.labelled + 1


def test_a_table_with_every_label_has_no_next_row(bench: Bench, common: dict[str, object]):
    with pytest.raises(DataError, match="Every text has a label"):
        bench.do(NextRowsConfig(dataset=added(bench, 80), label="topic", **common), NextRows)


def described(*classes: tuple[str, str], **values: object) -> DescribedClassesConfig:
    named = [{"name": name, "text": text} for name, text in classes]
    return DescribedClassesConfig.model_validate({"classes": named, "template": "{}", **values})


def test_texts_get_the_class_whose_description_is_nearest(bench: Bench, common: dict[str, object]):
    words = ("film", FILMS), ("mail", MAILS)
    config = described(*words, dataset=added(bench, 80), compare=("topic",), **common)
    result = bench.do(config, Clustering)
    assert set(result.names) == {"film", "mail"}
    assert result.clusters["rows"].is_monotonic_decreasing, "the largest first"
    assert result.settings["chosen"] == "layer and centring"
    assert all("cluster" not in sentence for sentence in result.sentences)
    assert result.agreements[0].rand.low > 0.3
    counts = result.contingency("topic")
    assert counts.loc["film", "film"] > counts.loc["film", "mail"]
    assert counts.loc["mail", "mail"] > counts.loc["mail", "film"]
    assert result.settings["clustering"] == "descriptions"
    assert result.sentences[0].startswith("80 texts fall into 2 classes")
    assert result.rows["distance"].between(-1e-6, 2).all()


@pytest.mark.parametrize("centred", [False, True])
def test_typical_texts_are_the_nearest_to_the_description(
    bench: Bench, common: dict[str, object], centred: bool, monkeypatch: pytest.MonkeyPatch
):
    def some(*vectors: object) -> list[Space]:
        return [space for space in spaces(*vectors) if space.centred == centred]

    monkeypatch.setattr(described_classes, "spaces", some)
    config = described(("film", FILMS), ("mail", MAILS), dataset=added(bench, 80), seed=centred + 5, **common)
    result = bench.do(config, Clustering)
    assert result.settings["centred"] == ("yes" if centred else "no")
    for number, typical in enumerate(result.clusters["typical text"]):
        of_class = result.rows[result.rows["cluster"] == number].groupby("text")["distance"].min()
        assert of_class[typical] == pytest.approx(of_class.min(), abs=1e-6)


def test_a_class_that_no_text_is_nearest_to_is_left_out(bench: Bench, common: dict[str, object]):
    config = described(("film", FILMS), ("mail", MAILS), ("copy", FILMS), dataset=added(bench, 80), **common)
    result = bench.do(config, Clustering)
    assert set(result.names) == {"film", "mail"}  # of equal descriptions the first counts


def test_classes_are_two_at_least_and_templates_have_a_place(common: dict[str, object]):
    with pytest.raises(ValueError, match="at least 2"):
        described(("film", FILMS), dataset="d", **common)
    with pytest.raises(ValueError, match="for the class"):
        described(("film", FILMS), ("mail", MAILS), dataset="d", **common | {"template": "no place"})
    with pytest.raises(ValueError, match="described twice"):
        described(("film", FILMS), ("film", MAILS), dataset="d", **common)
