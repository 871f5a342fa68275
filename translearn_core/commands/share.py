"""``translearn share``: make, list and revoke links to runs and studies."""

import time
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.console import Console

from translearn_core.commands.report import find_subject
from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config.settings import settings
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.runs import LOCAL, ShareLink, ShareLinks, Study, open_store
from translearn_core.runs.personal.share_links import SharedRun, SharedStudy, Subject

NO_LINKS = "No links yet: make one with 'translearn share RUN'."

What = Annotated[
    str | None,
    typer.Argument(metavar="RUN|STUDY", help="Id or name of a run or study to make a link to; none: list."),
]
Ends = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the link; default: none.")
]
Revoke = Annotated[str | None, typer.Option(metavar="LINK", help="Revoke the link with this id first.")]
Url = Annotated[
    str | None, typer.Option(help="Address of the app as others reach it; default: that on this machine.")
]


def share(
    what: What = None, ends: Ends = None, revoke: Revoke = None, url: Url = None, as_json: AsJson = False
) -> None:
    """Make a link with which everybody who reaches the app can read a run or study, or list all links."""
    links = ShareLinks(open_store())
    if revoke is not None and not links.revoke(LOCAL, revoke):
        raise NotFoundError(f"There is no link {revoke}: 'translearn share' lists them.")
    if what is None:
        if ends is not None:
            raise ConfigError("--ends", f"{ends:%Y-%m-%d}", "a run or study beside it")
        listed = links.all(LOCAL)
    else:
        subject = find_subject(what)
        study = isinstance(subject, Study)
        shown: Subject = SharedStudy(study=subject.id) if study else SharedRun(run=subject.id)
        end = None if ends is None else (ends + timedelta(days=1)).timestamp()
        listed = [links.make(LOCAL, shown, subject.name, end)]
    print_result({"links": [_line(link, url) for link in listed]}, _show, as_json=as_json)


def _line(link: ShareLink, url: str | None) -> dict[str, Any]:
    start = (url or f"http://{settings().host}:{settings().port}").rstrip("/")
    last = None if link.ends is None else time.strftime("%Y-%m-%d", time.localtime(link.ends - 1))
    return {
        "link": link.id,
        "name": link.name,
        "kind": link.subject.kind,
        "last_day": last,
        "ended": link.ended,
        "address": f"{start}/shared?{urlencode({'link': link.token})}",
    }


def _show(record: dict[str, Any], screen: Console) -> None:
    """Print the links as a table, and below it their addresses, each on a line."""
    if not record["links"]:
        screen.print(NO_LINKS)
        return
    rows = [
        (one["link"], one["name"], one["kind"], f"{one['last_day'] or ''}{' (ended)' * one['ended']}")
        for one in record["links"]
    ]
    print_table(screen, ("link", "name", "kind", "last day"), rows, whole=("link",))
    for one in record["links"]:
        screen.print(f"{one['link']}: {one['address']}", soft_wrap=True, markup=False, highlight=False)
