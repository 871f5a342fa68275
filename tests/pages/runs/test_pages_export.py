"""Export panel and download route."""

import string
from pathlib import Path

import pytest
from filled import HOSTILE, Filled
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from visits import ALICE, BOB, Alone, page_text

from pages._ui.results import export
from pages._ui.server import downloads
from pages._ui.server.owner import COOKIE
from translearn_core.config import optional_deps
from translearn_core.jobs import EXPORT, ExportConfig
from translearn_core.results import ExportFile
from translearn_core.runs import Run


def page() -> None:
    from pages._ui.results import export, report
    from pages._ui.runs import run_picker

    run = run_picker.pick_runs()[0]
    report.panel(run)
    export.panel(run)


@pytest.fixture
def opened(filled: Filled, alone: Alone) -> AppTest:
    """The panel about Alice's newest run, in her browser."""
    return alone(page)


def submitted(filled: Filled) -> list[object]:
    return [run.job.config for run in filled.store.runs(filled.owner, EXPORT)]


def made(filled: Filled, *, onnx: bool = False) -> Run:
    """Store the export that the panel requests, as the worker would."""
    config = ExportConfig(job=filled.run.job.id, onnx=onnx, name=filled.run.name, data="films.csv")
    files = ("README.md", "backbone/vocab.txt", "predict.py")
    run = filled.answer(config, ExportFile("model.zip", 9_000_000, files, 2.5e-7 if onnx else None))
    (filled.store.workspace.run(run.job.id) / "model.zip").write_bytes(b"a zip" * 1000)
    return run


def test_nothing_is_packed_before_it_is_asked_for_and_the_names_go_with_it(
    opened: AppTest, filled: Filled
) -> None:
    assert "PyTorch and Transformers only" in page_text(opened)
    assert submitted(filled) == []
    assert not opened.get("link_button")
    opened.button(key="export").click().run()
    expected = ExportConfig(job=filled.run.job.id, name="blocks 4 and 5", data="films.csv")
    assert submitted(filled) == [expected]
    assert "Packing the model" in opened.get("progress")[0].proto.text
    opened.toggle(key=export.ONNX).set_value(True).run()
    assert submitted(filled) == [expected]
    opened.button(key="export").click().run()
    assert expected.model_copy(update={"onnx": True}) in submitted(filled)


def test_once_made_it_is_offered_with_its_files(opened: AppTest, filled: Filled) -> None:
    run = made(filled)
    filled.store.rename(filled.owner, filled.run.id, "blocks 4 and 5")
    opened.run()
    (link,) = opened.get("link_button")
    assert link.proto.url == f"taken/{run.id}/blocks-4-and-5.zip"
    assert "9 MB" in link.proto.label
    (table,) = opened.dataframe
    assert table.value["file"].tolist() == ["README.md", "backbone/vocab.txt", "predict.py"]
    assert table.value["what it is"].str.len().min() > 10
    assert "ONNX file differed" not in page_text(opened)
    made(filled, onnx=True)
    opened.toggle(key=export.ONNX).set_value(True).run()
    assert "differed from the model's by at most 2.5e-07" in page_text(opened)


def test_without_the_extra_the_switch_is_off_and_says_why(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not opened.toggle(key=export.ONNX).disabled
    monkeypatch.setattr(optional_deps, "ONNX", ("no_such_library",))
    opened.run()
    assert opened.toggle(key=export.ONNX).disabled
    assert "needs no_such_library: install the extra, pip install 'translearn[onnx]'" in page_text(opened)


def test_the_file_has_a_name_that_every_system_keeps() -> None:
    assert export.file_name("a: run / ..\\x") == "a--run------x.zip"
    assert export.file_name("…") == "model.zip"
    assert export.file_name("é" * 200) == "é" * 60 + ".zip"
    assert set(export.file_name(HOSTILE)) <= set(string.ascii_letters + "-.")


def test_the_file_is_handed_to_its_owner_from_disk_and_to_nobody_else(filled: Filled, tmp_path: Path) -> None:
    run = made(filled)
    address = "/" + downloads.link(run.id, "my model.zip")
    with TestClient(Starlette(routes=[*downloads.routes()])) as client:
        for cookies in ({}, {COOKIE: BOB}, {COOKIE: "short"}):
            client.cookies = cookies
            refused = client.get(address)
            assert (refused.status_code, refused.text) == (404, downloads.GONE)
        client.cookies = {COOKIE: ALICE}
        sent = client.get(address)
        assert sent.content == b"a zip" * 1000
        assert "my%20model.zip" in sent.headers["content-disposition"]
        assert client.get(address, headers={"range": "bytes=0-4"}).content == b"a zip"
        training = client.get("/" + downloads.link(filled.run.id, "x.zip"))
        assert training.status_code == 404, "a run that made no file gives none"
        assert client.get("/" + downloads.link("no-such-run", "x.zip")).status_code == 404
