"""Routes of exported files, streamed from disk, and of reports, shown in the browser."""

from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages._ui.server.base_path import base_path
from pages._ui.server.middleware import token_in
from pages._ui.server.owner import owner_of
from translearn_core.errors import DamagedFileError, NotFoundError, WorkspaceError
from translearn_core.results import ExportFile, ReportFile
from translearn_core.runs import artifacts, open_store
from translearn_core.storage import verify_file

PREFIX = "taken"
REPORTS = "reports"
GONE = "There is no such file in your workspace: it was deleted, or the link is somebody else's."

DAMAGED = "The file was damaged on the disk of this server: go back to its page and have it made again."
REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; frame-ancestors 'self'; default-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
"""A report runs its own scripts in an origin of its own: no cookie, no request, no page of the app."""


def link(run: str, name: str) -> str:
    """Return the download address of a run's export, relative to any page; `name` is the file name."""
    return f"{PREFIX}/{run}/{quote(name, safe='')}"


def slides_link(report: str) -> str:
    """Return the address of a report in its present mode, relative to any page."""
    return f"{REPORTS}/{report}#present"


def send_export(request: Request) -> Response:
    """Send the exported file of a run to its owner."""
    found = _find(request, ExportFile)
    if isinstance(found, Response):
        return found
    return FileResponse(found, media_type="application/zip", filename=request.path_params["name"])


def send_report(request: Request) -> Response:
    """Show a report to its owner."""
    found = _find(request, ReportFile)
    if isinstance(found, Response):
        return found
    headers = {"Content-Security-Policy": REPORT_POLICY, "Cache-Control": "no-store"}
    return FileResponse(found, media_type="text/html", headers=headers)


def _find(request: Request, kind: type[ExportFile] | type[ReportFile]) -> Path | Response:
    """Return the file of the owner's job, or the response that says why there is none."""
    token, store, path = token_in(request.scope), open_store(), None
    try:
        if token is not None:
            folder = store.workspace.run(store.run(owner_of(token), request.path_params["run"]).job.id)
            result = artifacts.read(folder, kind)
            path = folder / result.file if result is not None else None
        if path is not None and kind is ReportFile:
            verify_file(path, "make the report again")
    except (NotFoundError, FileNotFoundError):
        pass
    except DamagedFileError as error:
        store.mark_damaged(error)
        return PlainTextResponse(DAMAGED, status_code=410)
    except WorkspaceError as error:
        return PlainTextResponse(str(error), status_code=503)
    return PlainTextResponse(GONE, status_code=404) if path is None else path


def routes() -> list[Route]:
    """Return the routes below the base path."""
    base = f"/{below}" if (below := base_path()) else ""
    return [
        Route(f"{base}/{PREFIX}/{{run}}/{{name}}", send_export),
        Route(f"{base}/{REPORTS}/{{run}}", send_report),
    ]
