"""Download route of exported files, streamed from disk."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages._ui.server.base_path import base_path
from pages._ui.server.middleware import token_in
from pages._ui.server.owner import owner_of
from translearn_core.errors import DamagedFileError, NotFoundError, WorkspaceError
from translearn_core.results import ExportFile
from translearn_core.runs import artifacts, open_store

PREFIX = "taken"
GONE = "There is no such file in your workspace: it was deleted, or the link is somebody else's."

DAMAGED = "The file was damaged on the disk of this server: go back to its page and have it made again."


def link(run: str, name: str) -> str:
    """Return the download address of a run's export, relative to any page; `name` is the file name."""
    return f"{PREFIX}/{run}/{quote(name, safe='')}"


def send_export(request: Request) -> Response:
    """Send the exported file of a run to its owner."""
    token, store, path = token_in(request.scope), open_store(), None
    try:
        if token is not None:
            folder = store.workspace.run(store.run(owner_of(token), request.path_params["run"]).job.id)
            export_file = artifacts.read(folder, ExportFile)
            path = folder / export_file.file if export_file is not None else None
    except NotFoundError:
        pass
    except DamagedFileError as error:
        store.mark_damaged(error)
        return PlainTextResponse(DAMAGED, status_code=410)
    except WorkspaceError as error:
        return PlainTextResponse(str(error), status_code=503)
    if path is None:
        return PlainTextResponse(GONE, status_code=404)
    return FileResponse(path, media_type="application/zip", filename=request.path_params["name"])


def route() -> Route:
    """Return the download route below the base path."""
    return Route(f"{f'/{base}' if (base := base_path()) else ''}/{PREFIX}/{{run}}/{{name}}", send_export)
