"""Documentation site as static files of the app, and the addresses of its pages."""

from functools import cache
from pathlib import Path

from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from pages._ui.server.base_path import base_path
from translearn_core.config.settings import app_root

SITE = app_root() / "assets" / "documentation" / "_site"
"""Built site; missing in a checkout where nobody built it."""

PREFIX = "docs"


def routes() -> list[BaseRoute]:
    """Return the routes of the site below the base path; none without a site."""
    if not (SITE / "index.html").is_file():
        return []
    below = f"{f'/{base}' if (base := base_path()) else ''}/{PREFIX}"
    return [
        Route(below, lambda request: RedirectResponse(f"{request.url.path}/")),
        Mount(below, StaticFiles(directory=SITE, html=True)),
    ]


def address(section: str = "", name: str = "") -> str | None:
    """Return the address of a page, relative to any page of the app; None if it is not there.

    Parameters
    ----------
    section : str
        ``recipes`` or ``diagnostics``; empty for the first page.
    name : str
        Name of a recipe, or kind of a diagnostic.
    """
    page = _page(SITE, section, name)
    return None if page is None else f"{PREFIX}/{page}"


@cache
def _page(site: Path, section: str, name: str) -> str | None:
    pattern = f"{section}/*/{name}.html" if section else "index.html"
    return next((path.relative_to(site).as_posix() for path in site.glob(pattern)), None)
