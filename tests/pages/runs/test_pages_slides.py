"""Present button of a run and a study, and the route that shows a report."""

from pathlib import Path

from filled import Filled
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from visits import ALICE, BOB, Open, page_text

from pages._ui.server import downloads
from pages._ui.server.owner import COOKIE
from pages._ui.server.response_headers import HEADERS, SafeHeaders
from translearn_core.config import job_id
from translearn_core.jobs import REPORT, BaselinesConfig, ProbeConfig, ReportConfig
from translearn_core.results import Baselines, ReportFile
from translearn_core.runs import Run, State
from translearn_core.storage import atomic_file


def write(filled: Filled) -> Run:
    """Store the latest report as the worker would."""
    (run,) = filled.store.runs(filled.owner, REPORT)
    made = filled.answer(run.job.config, ReportFile("report.html", 14, ("How good is it?",), ()))
    with atomic_file(filled.store.workspace.run(made.job.id) / "report.html") as draft:
        draft.write_text("<h1>slides</h1>")
    return made


def links(at: AppTest) -> list[tuple[str, str]]:
    return [(one.proto.label, one.proto.url) for one in at.get("link_button")]


def test_present_makes_a_report_of_what_there_is_and_opens_it(filled: Filled, visit: Open) -> None:
    at = visit("results", run=filled.run.id)
    assert links(at) == []
    at.button(key="present").click().run()
    assert not at.exception
    (report,) = filled.store.runs(filled.owner, REPORT)
    config = report.job.config
    assert isinstance(config, ReportConfig)
    assert job_id(ProbeConfig(job=filled.run.job.id)) in config.parts
    assert job_id(BaselinesConfig(job=filled.run.job.id)) not in config.parts, "it computes nothing new"
    assert REPORT.title in at.get("progress")[0].proto.text
    made = write(filled)
    at.run()
    assert links(at) == [("Open the slides", downloads.slides_link(made.id))]
    again = visit("results", run=filled.run.id)
    assert links(again) == [("Present", downloads.slides_link(made.id))]


def test_slides_that_are_there_open_though_a_later_diagnostic_is_not_in_them(
    filled: Filled, visit: Open
) -> None:
    visit("results", run=filled.run.id).button(key="present").click().run()
    made = write(filled)
    later = BaselinesConfig(job=filled.run.job.id)
    assert "newer than the slides" not in page_text(visit("results", run=filled.run.id))
    filled.answer(later, Baselines(filled.evaluation().metrics["test"], 54, (), "Perhaps."))
    at = visit("results", run=filled.run.id)
    assert links(at) == [("Present", downloads.slides_link(made.id))]
    assert "newer than the slides" in page_text(at)
    at.button(key="present").click().run()
    report = filled.store.runs(filled.owner, REPORT)[0]
    assert job_id(later) in report.job.config.parts


def test_slides_are_made_anew_under_another_name(filled: Filled, visit: Open) -> None:
    visit("results", run=filled.run.id).button(key="present").click().run()
    write(filled)
    filled.store.rename(filled.owner, filled.run.id, "another name")
    at = visit("results", run=filled.run.id)
    assert links(at) == []
    at.button(key="present").click().run()
    assert {report.job.config.name for report in filled.store.runs(filled.owner, REPORT)} >= {"another name"}


def test_a_report_is_shown_to_its_owner_in_an_origin_of_its_own(filled: Filled, visit: Open) -> None:
    visit("results", run=filled.run.id).button(key="present").click().run()
    made = write(filled)
    app = Starlette(routes=[*downloads.routes()], middleware=[Middleware(SafeHeaders)])
    address = "/" + downloads.slides_link(made.id).partition("#")[0]
    with TestClient(app) as client:
        client.cookies = {COOKIE: BOB}
        refused = client.get(address)
        assert (refused.status_code, refused.text) == (404, downloads.GONE)
        client.cookies = {COOKIE: ALICE}
        shown = client.get(address)
        assert (shown.status_code, shown.text) == (200, "<h1>slides</h1>")
        assert shown.headers["content-type"].startswith("text/html")
        assert "content-disposition" not in shown.headers
        policy = shown.headers["content-security-policy"]
        assert policy.startswith("sandbox allow-scripts")
        assert "allow-same-origin" not in policy
        assert "connect-src" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert shown.headers["x-content-type-options"] == HEADERS["X-Content-Type-Options"]
        assert client.get(f"/{downloads.REPORTS}/{filled.run.id}").status_code == 404, "a training is none"
        path = Path(filled.store.workspace.run(made.job.id) / "report.html")
        path.write_text("<h1>damage</h1>")
        assert client.get(address).status_code == 410
    assert filled.store.run(filled.owner, made.id).state is not State.DONE


def test_without_a_report_there_is_none(filled: Filled, visit: Open) -> None:
    visit("results", run=filled.run.id).button(key="present").click().run()
    made = write(filled)
    (filled.store.workspace.run(made.job.id) / "report.html").unlink()
    with TestClient(Starlette(routes=[*downloads.routes()])) as client:
        client.cookies = {COOKIE: ALICE}
        assert client.get(f"/{downloads.REPORTS}/{made.id}").text == downloads.GONE
    assert "Present" not in page_text(visit("results", run="no-such-run"))
