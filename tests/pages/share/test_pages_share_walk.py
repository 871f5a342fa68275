"""With a link and no cookie of the owner: every page and address is tried for what else the owner has."""

from collections.abc import Iterator

import pytest
from filled import Filled
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element, Node
from visits import ALICE, BOB, Open, script

from pages._ui.server import downloads
from pages._ui.server.owner import COOKIE
from pages._ui.shell.navigation import PAGES
from translearn_core.config import FreezePlan
from translearn_core.jobs import ExportConfig, ReportConfig
from translearn_core.results import ExportFile, ReportFile
from translearn_core.runs import ShareLinks
from translearn_core.runs.personal.share_links import SharedRun
from translearn_core.storage import atomic_file

SECRETS = ("films.csv", "a secret run", "secret study")
"""Names that only the owner knows; the shared run has another."""


def everything(at: AppTest) -> str:
    """Return all that a page sends to the browser, as text."""
    return "\n".join(_sent(at.main)) + "\n".join(_sent(at.sidebar))


def _sent(block: Block) -> Iterator[str]:
    for node in block.children.values():
        yield _proto(node)
        if isinstance(node, Block):
            yield from _sent(node)


def _proto(node: Node) -> str:
    frame = str(node.value.to_dict()) if isinstance(node, Element) and node.type == "arrow_data_frame" else ""
    return f"{node.proto} {frame}"


@pytest.fixture
def token(filled: Filled) -> str:
    """The token of the link to one run of an owner who has more."""
    filled.train("a secret run", FreezePlan(), seed=5)
    return ShareLinks(filled.store).make(filled.owner, SharedRun(run=filled.run.id), "shown").token


def test_no_page_shows_a_visitor_anything_else_of_the_owner(visit: Open, filled: Filled, token: str) -> None:
    at = visit("shared", BOB, link=token)
    assert "blocks 4 and 5" in everything(at)
    assert not [word for word in SECRETS if word in everything(at)]
    for page in PAGES:
        for name, value in {"link": token, "run": filled.run.id, "study": filled.run.id}.items():
            at.query_params[name] = value
        at.switch_page(script(page)).run()
        shown = everything(at)
        assert not [word for word in (*SECRETS, "blocks 4 and 5", filled.dataset.digest) if word in shown], (
            page
        )
        assert not at.exception, page


def test_a_link_opens_no_file_of_the_owner(filled: Filled, token: str) -> None:
    export = filled.answer(ExportConfig(job=filled.run.job.id), ExportFile("model.zip", 2, ("README.md",)))
    report = filled.answer(ReportConfig(job=filled.run.job.id), ReportFile("report.html", 2, (), ()))
    for run, name in ((export, "model.zip"), (report, "report.html")):
        with atomic_file(filled.store.workspace.run(run.job.id) / name) as draft:
            draft.write_bytes(b"PK")
    with TestClient(Starlette(routes=downloads.routes())) as client:
        for run, address in (
            (export, downloads.link("{}", "model.zip")),
            (report, downloads.slides_link("{}").partition("#")[0]),
        ):
            address = f"/{address}".replace("%7B%7D", "{}")
            own = client.get(address.format(run.id), headers={"cookie": f"{COOKIE}={ALICE}"})
            assert own.content == b"PK", "its owner gets it"
            for id in (run.id, run.job.id, filled.run.id, token):
                for cookie in ({}, {"cookie": f"{COOKIE}={BOB}"}, {"cookie": f"{COOKIE}={token}"}):
                    answer = client.get(f"{address.format(id)}?link={token}", headers=cookie)
                    assert answer.status_code == 404, (address, id, cookie)
