"""``translearn app``, ``engine`` and ``stop``: start and stop the app and the engine."""

import errno
import os
import runpy
import socket
import sys
from typing import Annotated

import typer

from translearn_core.commands.terminal.client import find
from translearn_core.config.settings import app_root, settings
from translearn_core.engine import engine_status, run_engine, stop_engine
from translearn_core.errors import ConfigError
from translearn_core.runs import LOCAL, open_store

LOCAL_ADDRESS = "an address of this machine, such as 127.0.0.1 for itself alone or 0.0.0.0 for its network"

Host = Annotated[
    str | None,
    typer.Option(help="Address the app listens on; default 127.0.0.1. 0.0.0.0: all of this machine's."),
]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port of the app; default 8501. 0: a free one.")
]


def open_app(host: Host = None, port: Port = None) -> None:
    """Open the app in the browser."""
    open_store()  # workspace errors come before a browser opens
    host = host or settings().host
    port = settings().port if port is None else port
    check_address(host, port)
    options = {
        "server.address": host,
        "server.port": port,
        "server.headless": "false",
        "server.showEmailPrompt": "false",
    }
    serve([word for name, value in options.items() for word in (f"--{name}", str(value))])


def serve(options: list[str]) -> None:
    """Run the app by the program streamlit, in this process, which has imported most of what it needs."""
    sys.argv = ["streamlit", "run", str(app_root() / "app.py"), *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def check_address(host: str, port: int) -> None:
    """Raise `ConfigError` if no server can listen there; binds the port briefly."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name != "nt":  # as Streamlit does: recently used ports are free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen()
    except (socket.gaierror, UnicodeError) as error:
        raise ConfigError("--host", host, LOCAL_ADDRESS) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                "--port", port, f"a free one: another program listens on {host}:{port}"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise ConfigError("--port", port, "one from 1024 on: this user may not listen there") from error
        raise ConfigError("--host", host, LOCAL_ADDRESS) from error


def engine() -> None:
    """Run the engine in the foreground; the app and the commands start one themselves."""
    run_engine(settings())


def stop(
    run: Annotated[str | None, typer.Argument(help="Run to stop; without it, the engine.")] = None,
) -> None:
    """Stop a run, or the engine; what there is is kept and goes on later."""
    if run:
        open_store().request_stop(LOCAL, find(run).id)
        print("Asked to stop; it keeps what there is.")
        return
    was_alive = engine_status(settings()).alive
    stop_engine(settings())
    print("The engine has stopped." if was_alive else "The engine was not running.")
