"""Notes under figures: written, shown as plain text, in the report's job, and read only for visitors."""

from filled import Filled
from visits import BOB, Open, page_text

from translearn_core.jobs import REPORT
from translearn_core.runs import Notes, ShareLinks
from translearn_core.runs.personal.share_links import SharedRun

LOSS = "How was it trained?: loss by epoch"
LINE = "Overfits after *epoch 2* <b>look</b> ![x](http://evil.example/p.png)"


def test_a_note_is_written_under_its_figure_and_kept(visit: Open, filled: Filled) -> None:
    at = visit("results")
    assert len(at.text_area) == len(at.get("plotly_chart")), "one under each figure"
    at.text_area[0].input("a new layer helps").run()
    assert list(Notes(filled.store).all(filled.owner, filled.run.id).values()) == ["a new layer helps"]
    assert "a new layer helps" in page_text(visit("results"))
    at.text_area[0].input("").run()
    assert Notes(filled.store).all(filled.owner, filled.run.id) == {}


def test_a_note_is_plain_text(visit: Open, filled: Filled) -> None:
    Notes(filled.store).set(filled.owner, filled.run.id, LOSS, LINE)
    at = visit("results")
    shown = next(element for element in at.markdown if "Overfits" in element.value)
    assert not shown.allow_html
    assert "![x](" not in shown.value
    assert LINE in page_text(at)


def test_a_visitor_reads_notes_and_writes_none(visit: Open, filled: Filled) -> None:
    Notes(filled.store).set(filled.owner, filled.run.id, LOSS, LINE)
    link = ShareLinks(filled.store).make(filled.owner, SharedRun(run=filled.run.id), "shown")
    at = visit("shared", BOB, link=link.token)
    at.session_state["shared_part"] = "How was it trained?"
    at.run()
    assert not at.error
    assert LINE in page_text(at)
    assert not at.text_area


def test_another_run_has_notes_of_its_own(visit: Open, filled: Filled) -> None:
    from translearn_core.config import FreezePlan

    Notes(filled.store).set(filled.owner, filled.run.id, LOSS, LINE)
    other = filled.train("newest", FreezePlan(), seed=5)
    assert "Overfits" not in page_text(visit("results", run=other.id))


def test_the_report_takes_the_notes_with_it(visit: Open, filled: Filled) -> None:
    Notes(filled.store).set(filled.owner, filled.run.id, LOSS, LINE)
    at = visit("evidence", run=filled.run.id, part="report")
    at.button(key="make_report").click().run()
    (report,) = filled.store.runs(filled.owner, REPORT)
    assert report.job.config.notes == {LOSS: LINE}
