"""Review of labels, and versions of a data set with edited labels."""

import numpy as np
import pytest
from worker_bench import ME, Bench, reviews

from translearn_core.config import DataConfig, ExperimentConfig, Split, job_id
from translearn_core.config.settings import Settings
from translearn_core.config.table_edits import CellEdit, RowDrop, ValueRename
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import LabelReviewConfig, ReadConfig
from translearn_core.results import Evaluation, LabelReview, TableProfile
from translearn_core.runs import artifacts
from translearn_core.worker.data_loading import load_prepared, load_table

FLIPPED = (11, 30, 53, 70)


def messy() -> bytes:
    """Return the reviews with four labels flipped, two misspelt, one text twice and one label missing."""
    rows = [line.rsplit(",", 1) for line in reviews().decode().splitlines()[1:]]
    labels = ["agree" if label == "yes" else "no" for _, label in rows]
    for row in FLIPPED:
        labels[row - 1] = "no" if labels[row - 1] == "agree" else "agree"
    texts = [text for text, _ in rows]
    texts += ['"a fine film"', '"a good film"', texts[1], '"no label"']
    labels += ["agreee", "agreee", "no", ""]
    return "\n".join(["text,verdict", *map(",".join, zip(texts, labels, strict=True))]).encode()


@pytest.fixture(scope="module")
def messy_data(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "mails.csv", {"train": messy()}, Settings())
    return DataConfig(dataset=dataset.digest, text="text", label="verdict")


@pytest.fixture(scope="module")
def review(bench: Bench, messy_data: DataConfig, backbone) -> LabelReview:
    return bench.do(LabelReviewConfig(data=messy_data, backbone=backbone), LabelReview)


def test_every_reason_names_its_rows(review):
    rows = review.rows.set_index("row")
    assert rows.index[rows["similar name"]].tolist() == [97, 98]
    assert rows.index[rows["rare"]].tolist() == [97, 98]
    assert rows.index[rows["conflict"]].tolist() == [2, 99]
    assert rows.index[rows["unlabelled"]].tolist() == [100]
    assert rows.loc[[97, 98], "suggested"].tolist() == ["agree", "agree"]
    assert review.merges.to_dict("records") == [
        {
            "value": "agreee",
            "rows": 2,
            "replacement": "agree",
            "rows of replacement": 48,
            "reason": "one letter",
        }
    ]
    assert review.classes["rows"].sum() == 99
    assert review.counts()["unlabelled"] == 1


def test_flipped_labels_are_among_the_suspicious_rows(review):
    suspicious = review.frame()[review.frame()["reason"].str.contains("suspicious")]
    assert set(FLIPPED) <= set(suspicious["row"])
    assert len(suspicious) <= 12
    flipped = suspicious[suspicious["row"].isin(FLIPPED)]
    assert (flipped["suggested"] != flipped["label"]).all()
    assert (flipped["probability"] > 0.5).all()
    assert review.n_checked == 99


def test_a_version_is_a_data_set_of_its_own_with_the_split_of_the_first(bench, messy_data):
    store = bench.store
    edits = (ValueRename(column="verdict", value="agreee", replacement="agree"), RowDrop(row=99))
    second = store.add_version(ME, messy_data.dataset, edits)
    third = store.add_version(ME, second.digest, [CellEdit(row=FLIPPED[0], column="verdict", value="agree")])
    assert (second.name, third.name) == ("mails.csv, version 2", "mails.csv, version 3")
    assert [d.digest for d in store.versions(ME, third.id)] == [
        messy_data.dataset,
        second.digest,
        third.digest,
    ]
    with pytest.raises(NotFoundError):
        store.versions("somebody else", second.digest)
    profile = bench.do(ReadConfig(dataset=third.digest), TableProfile)
    assert profile.rows == 99
    first, last = (
        load_prepared(store.workspace, messy_data.model_copy(update={"dataset": digest}))
        for digest in (messy_data.dataset, third.digest)
    )
    before, after = (dict(zip(p.rows.tolist(), p.split.tolist(), strict=True)) for p in (first, last))
    assert after == {row: split for row, split in before.items() if row != 99}
    assert last.target.names == ("agree", "no")
    assert len(load_table(store.workspace, messy_data.dataset)) == 100
    assert store.workspace.edits(third.digest).edits[:2] == edits


def test_equal_edits_are_one_version(bench, messy_data):
    first, second, *_ = bench.store.versions(ME, messy_data.dataset)
    edits = bench.store.workspace.edits(second.digest).edits
    before = len(bench.store.versions(ME, first.digest))
    assert bench.store.add_version(ME, first.digest, edits) == second
    assert len(bench.store.versions(ME, first.digest)) == before


def test_versions_never_share_a_job(bench, messy_data):
    other = bench.store.versions(ME, messy_data.dataset)[-1].digest
    one, two = (
        ExperimentConfig(data=messy_data.model_copy(update={"dataset": digest}))
        for digest in (messy_data.dataset, other)
    )
    assert other != messy_data.dataset
    assert job_id(one) != job_id(two)


def test_a_version_without_edits_is_refused(bench, messy_data):
    with pytest.raises(ConfigError, match="edits"):
        bench.store.add_version(ME, messy_data.dataset, [])


def test_held_out_errors_of_a_run_are_listed(bench, messy_data, experiment, backbone):
    version = bench.store.versions(ME, messy_data.dataset)[-1]
    data = messy_data.model_copy(update={"dataset": version.digest})
    job = bench.train(experiment.model_copy(update={"data": data}))
    evaluation = artifacts.load(bench.store.workspace.run(job), Evaluation)
    held_out = evaluation.predictions[evaluation.predictions["split"] != str(Split.TRAIN)]
    errors = held_out[held_out["predicted"] != held_out["label"]]
    review = bench.do(LabelReviewConfig(data=data, backbone=backbone, job=job), LabelReview)
    wrong = review.rows[review.rows["wrong"]]
    assert sorted(wrong["row"]) == sorted(errors["row"])
    assert np.isin(wrong["suggested"], evaluation.names).all()
