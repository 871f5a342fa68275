"""Launcher: the pages as one ASGI app, with the owner's cookie and the quota on uploads. No logic."""

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

from pages._ui import gate, handing_out, shown  # noqa: E402 - the folder of this file must be importable first
from translearn_core.settings import settings  # noqa: E402


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Import what pages need before the first visit, and spare it from every later garbage collection."""
    import pages._ui.everything  # noqa: F401

    gc.collect()
    gc.freeze()
    yield


app = st.App(
    ROOT / "pages" / "_ui" / "router.py",
    middleware=[
        Middleware(gate.OwnerCookie),
        Middleware(gate.UploadQuota, megabytes_per_owner=4 * settings().max_upload_mb),
    ],
    routes=[handing_out.ROUTE],
    lifespan=lifespan,
    on_script_error=shown.script_error,
)

if __name__ == "__main__":
    app.run()
