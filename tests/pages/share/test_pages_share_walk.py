"""With a link and no cookie of the owner: every page and address is tried for what else the owner has."""

from collections.abc import Iterator

import pytest
from filled import Filled
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element, Node
from visits import ALICE, BOB, Open

from pages._ui.server import downloads
from pages._ui.server.owner import COOKIE
from pages._ui.shell.navigation import PAGES
from translearn_core.config import FreezePlan
from translearn_core.jobs import ExportConfig
from translearn_core.results import ExportFile
from translearn_core.runs import ShareLinks
from translearn_core.runs.personal.share_links import SharedRun

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
        at.switch_page(f"../../{page}.py").run()
        shown = everything(at)
        assert not [word for word in (*SECRETS, "blocks 4 and 5", filled.dataset.digest) if word in shown], (
            page
        )
        assert not at.exception, page


def test_a_link_opens_no_download_of_the_owner(filled: Filled, token: str) -> None:
    made = filled.answer(ExportConfig(job=filled.run.job.id), ExportFile("model.zip", 2, ("README.md",)))
    (filled.store.workspace.run(made.job.id) / "model.zip").write_bytes(b"PK")
    with TestClient(Starlette(routes=[downloads.route()])) as client:
        address = f"/{downloads.link(made.id, 'model.zip')}"
        assert client.get(address, headers={"cookie": f"{COOKIE}={ALICE}"}).content == b"PK", "the owner's"
        for run in (made.id, made.job.id, filled.run.id, token):
            for cookie in ({}, {"cookie": f"{COOKIE}={BOB}"}, {"cookie": f"{COOKIE}={token}"}):
                asked = f"/{downloads.link(run, 'model.zip')}?link={token}"
                assert client.get(asked, headers=cookie).status_code == 404, (run, cookie)
