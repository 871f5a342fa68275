"""Launcher: the pages as one ASGI app with its middleware."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pages._ui.server import (  # noqa: E402 - see above
    allowed_hosts,
    base_path,
    documentation,
    downloads,
    file_descriptors,
    middleware,
    owner,
    response_headers,
)
from pages._ui.shell import errors  # noqa: E402
from translearn_core.config.local_network import network_address  # noqa: E402
from translearn_core.config.settings import settings  # noqa: E402
from translearn_core.runs import open_store  # noqa: E402


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Import what pages need before the first visit and freeze it for the garbage collector."""
    import pages._ui.server.preload  # noqa: F401

    gc.collect()
    gc.freeze()
    file_descriptors.raise_limit()
    print(f"TransLearn is at {base_path.url()} (Ctrl-C ends it, trainings go on).", flush=True)
    if base_path.listens_everywhere() and (host := network_address()) is not None:
        print(f"Other computers in its network open {base_path.url(host)}", flush=True)
    yield


app = st.App(
    ROOT / "pages" / "_ui" / "shell" / "router.py",
    middleware=[
        Middleware(response_headers.SafeHeaders),
        Middleware(allowed_hosts.HostCheck),
        Middleware(file_descriptors.SessionLimit),
        Middleware(
            middleware.OwnerCookie, key=owner.cookie_key(), owns=lambda name: open_store().owns_anything(name)
        ),
        Middleware(middleware.UploadQuota, megabytes_per_owner=4 * settings().max_upload_mb),
    ],
    routes=[*downloads.routes(), *documentation.routes()],
    exception_handlers={Exception: response_headers.failed},
    lifespan=lifespan,
    on_script_error=errors.script_error,
)

if __name__ == "__main__":
    app.run()
