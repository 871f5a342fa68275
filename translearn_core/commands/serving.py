"""``translearn app``, ``engine`` and ``stop``: what goes on beside the commands, and its end."""

import os
import sys
from typing import Annotated

import typer

from translearn_core.commands.asking import find
from translearn_core.engine import engine_status, run_engine, stop_engine
from translearn_core.runs import LOCAL, open_store
from translearn_core.settings import app_folder, settings


def open_app(port: Annotated[int | None, typer.Option(help="Port of the app; default 8501.")] = None) -> None:
    """Open the app in the browser."""
    open_store()  # what is wrong with the workspace is said here, before a browser opens
    port = port or settings().port
    options = {
        "server.port": port,
        "server.headless": "false",
        "server.showEmailPrompt": "false",
        "logger.hideWelcomeMessage": "true",  # it comes with advice for developers, in the browser too
    }
    command = [sys.executable, "-m", "streamlit", "run", str(app_folder() / "app.py")]
    command += [word for name, value in options.items() for word in (f"--{name}", str(value))]
    print(f"TransLearn is at http://127.0.0.1:{port} (Ctrl-C ends it, trainings go on).", flush=True)
    os.execv(sys.executable, command)


def engine() -> None:
    """Run the engine in the foreground; the app and the commands start one by themselves."""
    run_engine(settings())


def stop(
    run: Annotated[str | None, typer.Argument(help="Run to stop; without it, the engine.")] = None,
) -> None:
    """Stop a run, or the engine; what there is is kept and goes on later."""
    if run:
        open_store().ask_to_stop(LOCAL, find(run).id)
        print("Asked to stop; it keeps what there is.")
        return
    was = engine_status(settings()).alive
    stop_engine(settings())
    print("The engine has stopped." if was else "The engine was not running.")
