"""Labels page: corrections are stored at once, undone, saved as a version, and trained on."""

import pandas as pd
import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import BOB, Open, page_text, script

from pages._ui.datasets import label_versions
from pages._ui.datasets.label_editor import FILTER, SELECTED, edits_of
from translearn_core.config import DataConfig, FreezePlan, TargetConfig, job_id
from translearn_core.config.table_edits import CellEdit, Edit, NewColumn, RowDrop, ValueRename
from translearn_core.jobs import LabelReviewConfig, ReadConfig
from translearn_core.results import LabelReview, TableProfile
from translearn_core.runs import artifacts
from translearn_core.worker import data_loading
from translearn_core.worker.diagnostics.error_analysis.label_review import label_rows, merge_proposals

CSV = (
    "text,label\n"
    + "\n".join(
        f"mail number {i} about {'money' if i % 2 else 'parcels'},{'billing' if i % 2 else 'delivery'}"
        for i in range(60)
    )
    + "\nan odd mail,biling\n"
)


def review(filled: Filled, digest: str) -> None:
    """Store a review of a data set in which rows 3 and 4 are suspicious."""
    config = LabelReviewConfig(data=filled.data.model_copy(update={"dataset": digest}))
    workspace = filled.store.workspace
    rows = label_rows(data_loading.load_table(workspace, digest), config)
    for row, suggested in ((3, "billing"), (4, "delivery")):
        mark = rows["row"] == row
        rows.loc[mark, ["suspicious", "suggested", "probability", "doubt"]] = [True, suggested, 0.9, 0.8]
    merges = merge_proposals(rows)
    rows["similar name"] = rows["label"].isin(merges["value"])
    counts = rows["label"].value_counts().rename_axis("label").reset_index(name="rows")
    filled.answer(config, LabelReview(61, rows, counts, merges))


def mails(filled: Filled) -> str:
    filled.table("mails.csv", CSV.encode())
    review(filled, filled.dataset.digest)
    return filled.dataset.digest


@pytest.fixture
def digest(filled: Filled) -> str:
    return mails(filled)


@pytest.fixture
def labels(visit: Open, digest: str) -> AppTest:
    """The labels page, reached from the data page."""
    at = visit("data")
    at.switch_page(script("labels")).run()
    assert not at.exception
    return at


def draft(filled: Filled, digest: str) -> tuple[Edit, ...]:
    return filled.store.draft_edits(filled.owner, digest)


def test_similar_names_are_merged_by_one_click(labels: AppTest, filled: Filled, digest: str) -> None:
    labels.button(key="merge_class-0").click().run()
    assert draft(filled, digest) == (ValueRename(column="label", value="biling", replacement="billing"),)
    assert not [button for button in labels.button if str(button.key).startswith("merge_class")]
    labels.button(key="undo_edit").click().run()
    assert draft(filled, digest) == ()
    assert labels.button(key="merge_class-0")


def test_suggestions_are_taken_and_survive_a_closed_tab(
    visit: Open, labels: AppTest, filled: Filled, digest: str
) -> None:
    labels.button(key="take_all").click().run()
    assert set(draft(filled, digest)) == {
        CellEdit(row=3, column="label", value="billing"),
        CellEdit(row=4, column="label", value="delivery"),
    }
    again = visit("data").switch_page(script("labels")).run()
    assert any("2 changes" in str(m.value) for m in again.markdown)
    again.button(key="discard_edits").click().run()
    assert draft(filled, digest) == ()


@pytest.mark.parametrize(
    ("changes", "edits"),
    [
        ({"take": True}, [CellEdit(row=7, column="label", value="billing")]),
        ({"label": "refund"}, [CellEdit(row=7, column="label", value="refund")]),
        ({"drop": True, "take": True}, [RowDrop(row=7)]),
        ({"label": "delivery"}, []),
        ({"take": False}, []),
    ],
)
def test_changed_cells_become_edits(changes: dict[str, object], edits: list[Edit]) -> None:
    row = {"part": "train", "row": 7, "text": "a mail", "label": "delivery", "suggested": "billing"}
    shown = pd.DataFrame([row | {"row": 1}, row])
    assert edits_of(DataConfig(dataset="d", text="text", label="label"), shown, {1: changes}) == edits


def test_a_class_is_renamed(labels: AppTest, filled: Filled, digest: str) -> None:
    labels.selectbox(key="renamed_class").select("delivery")
    labels.text_input(key="class_name").input(" shipping ")
    next(b for b in labels.button if b.label == "Rename").click().run()
    assert draft(filled, digest) == (ValueRename(column="label", value="delivery", replacement="shipping"),)
    assert "shipping" in labels.selectbox(key="renamed_class").options


def test_a_version_is_saved_opened_and_listed(labels: AppTest, filled: Filled, digest: str) -> None:
    labels.button(key="merge_class-0").click().run()
    labels.button(key="save_version").click().run()
    version = filled.store.versions(filled.owner, digest)[-1]
    assert version.name == "mails.csv, version 2"
    assert labels.session_state["draft"].dataset == version.digest
    assert draft(filled, digest) == draft(filled, version.digest) == ()
    edits = filled.store.workspace.edits(version.digest)
    assert edits is not None
    assert edits.edits == (ValueRename(column="label", value="biling", replacement="billing"),)
    labels.selectbox(key="data_version").select(digest).run()
    assert labels.session_state["draft"].dataset == digest


def test_a_corrected_table_is_offered_once_it_was_read(labels: AppTest, filled: Filled, digest: str) -> None:
    version = filled.store.add_version(filled.owner, digest, [RowDrop(row=1)])
    review(filled, version.digest)
    read = filled.store.run(filled.owner, job_id(ReadConfig(dataset=digest)))
    profile = artifacts.load(filled.store.workspace.run(read.job.id), TableProfile)
    filled.answer(ReadConfig(dataset=version.digest), profile)
    labels.run()
    labels.selectbox(key="data_version").select(version.digest).run()
    assert not labels.exception
    assert any(b.label == "The corrected table as CSV" for b in labels.get("download_button"))


def test_a_run_of_the_first_version_is_trained_again_on_the_second(
    labels: AppTest, filled: Filled, digest: str
) -> None:
    run = filled.train("first", FreezePlan(), seed=3)
    version = filled.store.add_version(filled.owner, digest, [RowDrop(row=1)])
    review(filled, version.digest)
    labels.run()
    labels.selectbox(key="data_version").select(version.digest).run()
    labels.button(key=f"train_again-{run.id}").click().run()
    again = filled.store.runs(filled.owner)[0]
    assert again.job.config.data.dataset == version.digest
    assert again.job.config.training == run.job.config.training


def test_a_version_whose_split_was_drawn_apart_says_so(labels: AppTest, filled: Filled, digest: str) -> None:
    filled.train("first", FreezePlan(), seed=3)
    kinds = [CellEdit(row=row, column="kind", value="ab"[row % 2]) for row in range(1, 41)]
    one, other = (
        filled.store.add_version(filled.owner, digest, [NewColumn(column="kind"), *half])
        for half in (kinds[:30], kinds[10:])
    )
    review(filled, other.digest)
    kind = {"dataset": one.digest, "targets": (TargetConfig(column="kind"),)}
    filled.data = filled.data.model_copy(update=kind)
    filled.train("of kinds", FreezePlan())
    labels.run()
    labels.selectbox(key="data_version").select(other.digest).run()
    assert not labels.exception
    text = page_text(labels)
    assert text.count(label_versions.ANEW) == 1
    assert label_versions.KEPT in text


def test_rows_chosen_elsewhere_are_listed_first(visit: Open, digest: str) -> None:
    at = visit("data")
    at.session_state[SELECTED] = [(5, "mail number 4 about parcels")]
    at.session_state[FILTER] = "selected"
    at.switch_page(script("labels")).run()
    assert [frame.value["row"].tolist() for frame in at.dataframe if "take" in frame.value] == [[5]]


def test_the_surest_mistakes_of_a_run_are_opened_in_the_editor(visit: Open, filled: Filled) -> None:
    at = visit("results", run=filled.run.id)
    at.button(key="edit_mistakes").click().run()
    mistakes = filled.evaluation().mistakes()
    assert at.session_state[SELECTED] == list(zip(mistakes["row"], mistakes["text"], strict=True))
    assert at.session_state["draft"].dataset == filled.run.job.config.data.dataset


def test_another_owner_sees_no_labels(visit: Open, digest: str) -> None:
    at = visit("labels", BOB)
    assert not at.dataframe
    assert at.button(key="next_step")


@pytest.mark.parametrize(
    ("csv", "problem"),
    [
        ("text,score\n" + "".join(f"mail {i} of things,{i % 17 * 0.37}\n" for i in range(99)), "a number"),
        (
            "text,a,b,c\n"
            + "".join(f"mail {i} of things,{i % 2},{i % 3 % 2},{i % 5 % 2}\n" for i in range(99)),
            "several labels per row",
        ),
    ],
)
def test_opened_before_the_data_page_it_knows_what_the_labels_are(
    visit: Open, filled: Filled, csv: str, problem: str
) -> None:
    filled.read("scores.csv", csv.encode())
    at = visit("labels")
    assert f"here it is {problem}" in page_text(at)


def test_opened_by_its_address_it_shows_the_table(visit: Open, digest: str) -> None:
    at = visit("labels")
    assert at.button(key="take_all")
