"""Below a path of a server, with names made of addresses: all links stay inside, and downloads arrive."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pages._ui.server.owner import new_token, owner_of
from pages._ui.shell.navigation import PAGES
from tests.e2e.house import Server, Trained, Visitor, keyed, second_server, settled, sound, title, turn_to
from tests.waiting import ended
from translearn_core.config import DataConfig, ExperimentConfig, ReadOptions, TrainingConfig
from translearn_core.engine import ensure_engine
from translearn_core.jobs import ExportConfig, ReportConfig
from translearn_core.runs import State

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

URL, WWW, MAIL = "http://evil.example/x", "www.evil.example", "a@evil.example"


@pytest.fixture(scope="module")
def below(server: Server) -> Iterator[Server]:
    """The same workspace, served by a second process below a path."""
    with second_server(server, "lab/one") as house:
        yield house


@pytest.fixture(scope="module")
def linked(server: Server) -> Trained:
    """A run whose every name is an address, and its export."""
    token = new_token()
    owner, store = owner_of(token), server.store
    rows = [f"a {'fine' if i % 2 else 'dull'} film {i} {MAIL},{URL if i % 2 else WWW}" for i in range(80)]
    table = "\n".join([f"{WWW},{URL}", *rows]).encode()
    header = ReadOptions(header=True)  # the label column's name is one of its labels, too
    dataset = store.add_dataset(owner, f"{URL}.csv", {"train": table}, server.settings, header)
    data = DataConfig(dataset=dataset.digest, text=WWW, label=URL)
    run = store.submit(owner, ExperimentConfig(data=data, training=TrainingConfig(epochs=1)), f"{URL} {MAIL}")
    ensure_engine(server.settings)
    assert ended(store, run).state is State.DONE
    export = ExportConfig(job=run.job.id, name=run.name, data=dataset.name)
    for config in (export, ReportConfig(job=run.job.id, name=run.name)):
        assert ended(store, store.submit(owner, config)).state is State.DONE
    return Trained(token, store.run(owner, run.id))


def test_every_link_stays_inside_and_no_name_becomes_one(
    below: Server, linked: Trained, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    tab = visit(linked.token, at=below).open()
    title(tab, "home")
    for name in PAGES:
        turn_to(tab, name)
        settled(tab)
        sound(tab)
        links = tab.eval_on_selector_all("a", "links => links.map(link => link.href.baseVal ?? link.href)")
        assert links
        assert [link for link in links if not link.startswith((f"{below.url}/", "https://arxiv.org/"))] == []
        tab.screenshot(path=tmp_path / f"{name}.png")


def test_the_model_and_the_report_arrive(
    below: Server, linked: Trained, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    tab = visit(linked.token, at=below).open("evidence", run=linked.run.id)
    title(tab, "evidence")
    tab.get_by_role("tab", name="Report and export").click()
    for key, role in (("report_file", "button"), ("export_file", "link")):
        with tab.context.expect_event("download") as coming:
            keyed(tab, key).get_by_role(role).click()
        coming.value.save_as(tmp_path / key)
    assert "predict.py" in zipfile.ZipFile(tmp_path / "export_file").namelist()
    report = (tmp_path / "report_file").read_text()
    assert URL in report
    assert re.findall(r"<a[^>]*evil[^>]*>", report) == []
