"""The way by which large files leave: sent from disk piece by piece, never held in memory by a visit."""

from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages._ui.shell.base_path import base_path
from pages._ui.shell.middleware import token_in
from pages._ui.shell.owner import owner_of
from translearn_core.errors import DamagedFileError, NotFoundError, WorkspaceError
from translearn_core.results import ExportFile
from translearn_core.runs import artifacts, open_store

PREFIX = "taken"
GONE = "There is no such file in your workspace: it was deleted, or the link is somebody else's."

DAMAGED = "The file was damaged on the disk of this server: go back to its page and have it made again."


def link(run: str, name: str) -> str:
    """Return the address of what the run `run` made, relative to any page; it arrives as `name`."""
    return f"{PREFIX}/{run}/{quote(name, safe='')}"


def hand_out(request: Request) -> Response:
    """Send the file that a run of this browser's owner made, to nobody else."""
    token = token_in(request.scope)
    try:
        path = made_by(owner_of(token), request.path_params["run"]) if token else None
    except NotFoundError:
        path = None
    except DamagedFileError as error:
        open_store().mark_damaged(error)
        return PlainTextResponse(DAMAGED, status_code=410)
    except WorkspaceError as error:
        return PlainTextResponse(str(error), status_code=503)
    if path is None:
        return PlainTextResponse(GONE, status_code=404)
    return FileResponse(path, media_type="application/zip", filename=request.path_params["name"])


def made_by(owner: str, run: str) -> Path | None:
    """Return the file that one of the owner's runs made; None if it made none.

    Raises
    ------
    DamagedFileError
        If it is no longer what was made.
    """
    store = open_store()
    folder = store.workspace.run(store.run(owner, run).job.id)
    found = artifacts.read(folder, ExportFile)
    return folder / found.file if found is not None else None


def route() -> Route:
    """Return what the app adds to its pages, below its base path."""
    return Route(f"{f'/{base}' if (base := base_path()) else ''}/{PREFIX}/{{run}}/{{name}}", hand_out)
