"""`translearn share` makes, lists and revokes links to runs."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.commands.terminals import TICKETS, Terminal, refused
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.runs import LOCAL, RunStore, ShareLinks, Workspace
from translearn_core.runs.personal.share_links import SharedRun


def test_a_run_is_shared_listed_and_revoked(own_terminal: Terminal) -> None:
    store = RunStore(Workspace(own_terminal.workspace))
    digest = store.add_dataset(LOCAL, "tickets.csv", {"train": TICKETS.read_bytes()}).digest
    data = DataConfig(dataset=digest, text="text", label="intent")
    run = store.submit(LOCAL, ExperimentConfig(data=data), "the first")
    assert "No links yet" in own_terminal("share").stdout
    made = own_terminal(
        "share", "the first", "--ends", "2999-12-31", "--url", "https://lab.example/x/", "--json"
    )
    (link,) = json.loads(made.stdout)["links"]
    address = urlsplit(link["address"])
    assert (address.netloc, address.path, link["last_day"]) == ("lab.example", "/x/shared", "2999-12-31")
    (token,) = parse_qs(address.query)["link"]
    assert ShareLinks(store).open(token).subject == SharedRun(run=run.id)
    listed = own_terminal("share").stdout
    assert token in listed
    assert "2999-12-31" in listed
    assert "a later day" in refused(own_terminal("share", "the first", "--ends", "2001-01-01"))
    assert json.loads(own_terminal("share", "--revoke", link["link"], "--json").stdout) == {"links": []}
    assert "no link" in refused(own_terminal("share", "--revoke", link["link"]))
    store.close()
