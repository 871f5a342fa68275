"""Every page on an empty and on a filled workspace."""

import pytest
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import BOB, Open

from pages._ui.shell.navigation import PAGES
from translearn_core.config import CleaningRule, FreezePlan

SEE = ("run", "results", "embeddings", "probes", "predict", "compare")


def page_text(at: AppTest) -> str:
    """Return all Markdown of a page."""
    parts = [*at.markdown, *at.caption, *at.error, *at.info, *at.warning, *at.title, *at.subheader]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "glossary"])  # never empty
def test_an_empty_workspace_is_told_what_to_do_next(visit: Open, page: str) -> None:
    at = visit(page)
    assert not at.error
    assert at.title
    assert at.markdown[0].value.strip().endswith("."), "the sentence on top"
    assert at.button or at.progress, "an empty state needs the button that leads on, or shows work being done"


@pytest.mark.parametrize("page", list(PAGES))
def test_a_full_workspace_shows_every_page_without_an_error(visit: Open, filled: Filled, page: str) -> None:
    at = visit(page)
    assert not at.error
    assert at.title[0].value in (PAGES[page].title, "Did transfer help, and how do you know?")


@pytest.mark.parametrize("page", list(PAGES))
def test_what_a_table_holds_never_reaches_markdown(visit: Open, filled: Filled, page: str) -> None:
    at = visit(page)
    assert "![x](" not in page_text(at)
    assert "<img" not in page_text(at).replace("\\<img", "")
    assert not [element for element in at.markdown if element.allow_html]


@pytest.mark.parametrize("page", [p for p in SEE if p != "compare"])
def test_a_link_to_another_owners_run_is_not_found(visit: Open, filled: Filled, page: str) -> None:
    at = visit(page, BOB, run=filled.run.id)
    assert "no such run in your workspace" in at.error[0].value.replace("\\", "")
    assert "films" not in page_text(at)
    assert not at.metric


@pytest.mark.parametrize("page", ["home", "data", "compare", "runs", "train"])
def test_another_owner_sees_nothing_of_it(visit: Open, filled: Filled, page: str) -> None:
    at = visit(page, BOB)
    shown = (
        page_text(at) + "".join(str(t.value) for t in at.text) + "".join(str(s.options) for s in at.selectbox)
    )
    assert "films" not in shown
    assert "blocks 4 and 5" not in shown


def test_a_browser_without_the_cookie_gets_a_sentence(visit: Open, filled: Filled) -> None:
    at = visit("runs", None)
    assert "keeps no cookie" in at.error[0].value
    assert not at.metric


@pytest.mark.parametrize("page", SEE[1:])
def test_without_a_link_the_newest_run_is_shown_and_the_link_is_written(
    visit: Open, filled: Filled, page: str
) -> None:
    newest = filled.train("newest", FreezePlan(), seed=5)
    at = visit(page)
    if page == "compare":
        assert at.multiselect(key="compared").value == [newest.id, filled.run.id]
    else:
        assert at.selectbox(key="chosen_run").value == newest.id
        assert at.query_params["run"] == newest.id


def test_choosing_another_run_changes_the_link(visit: Open, filled: Filled) -> None:
    filled.train("newest", FreezePlan(), seed=5)
    at = visit("results")
    at.selectbox(key="chosen_run").select(filled.run.id).run()
    assert at.query_params["run"] == filled.run.id
    assert at.selectbox(key="chosen_run").value == filled.run.id


def test_data_shows_the_findings_and_both_figures(visit: Open, filled: Filled) -> None:
    at = visit("data")
    assert len(at.get("plotly_chart")) == 2
    assert at.selectbox(key="text_column").value == "text"
    assert at.selectbox(key="label_column").value == "label"
    assert {m.label: m.value for m in at.metric}["Classes"] == "3"


def test_a_fix_is_one_click_and_can_be_taken_back(visit: Open, filled: Filled) -> None:
    rows = [f"a text with number {i},{'rare' if i < 3 else 'ab'[i % 2]}" for i in range(60)]
    filled.table("uneven.csv", ("text,label\n" + "\n".join(rows)).encode())
    at = visit("data")
    fix = next(button for button in at.button if button.label == CleaningRule.DROP_RARE.value.capitalize())
    fix.click().run()
    assert at.session_state["draft"].cleaning == (CleaningRule.DROP_RARE,)
    at.toggle(key="taken.DROP_RARE").set_value(False).run()
    assert at.session_state["draft"].cleaning == ()


def test_a_backbone_that_cannot_read_the_texts_is_marked_red(visit: Open, filled: Filled) -> None:
    at = visit("data")
    assert any(":red-badge[" in m.value and "Wrong backbone" in m.value for m in at.markdown)


def test_the_headline_stands_beside_its_baseline(visit: Open, filled: Filled) -> None:
    at = visit("results")
    shown = {m.label: m for m in at.metric}
    accuracy = filled.evaluation().metrics["test"].headline
    assert shown["Test accuracy"].value == f"{100 * accuracy.value:.1f} %"
    assert shown["Test accuracy"].delta == f"{100 * accuracy.low:.1f} – {100 * accuracy.high:.1f} %"
    assert shown["Majority-class baseline"].value == "34.0 %"
    assert len(at.get("plotly_chart")) == 5
    assert any("translearn train films.csv" in code.value for code in at.code)


def test_mistakes_are_listed_with_their_texts(visit: Open, filled: Filled) -> None:
    at = visit("results")
    frames = [frame.value for frame in at.dataframe]
    mistakes = next(
        f for f in frames if list(f.columns) == ["text", "label", "predicted", "confidence", "row"]
    )
    assert len(mistakes)
    assert mistakes["text"].str.contains(HOSTILE, regex=False).all(), "tables show texts as they are"
