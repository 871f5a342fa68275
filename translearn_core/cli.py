"""The command line: the same laboratory without a browser."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table

from translearn_core import commands
from translearn_core.config import BUNDLED
from translearn_core.engine import engine_status, run_engine, stop_engine
from translearn_core.errors import TranslearnError
from translearn_core.runs import LOCAL, open_store
from translearn_core.settings import app_folder, settings

app = typer.Typer(
    name="translearn",
    help="A laboratory for transfer learning. Without a command it opens the app in the browser.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
screen = Console(stderr=True)

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What typer raises for a wrong word; it has no public name of its own."""

P = ParamSpec("P")
R = TypeVar("R")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn our errors into one line and exit code 2."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TranslearnError as error:
            screen.print(f"translearn: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(2) from None

    return guarded


@app.callback(invoke_without_command=True)
@plainly
def start(context: typer.Context) -> None:
    """Open the app when no command is given."""
    if context.invoked_subcommand is None:
        open_app()


@app.command("app")
@plainly
def open_app(port: Annotated[int | None, typer.Option(help="Port of the app; default 8501.")] = None) -> None:
    """Open the app in the browser."""
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


@app.command()
@plainly
def engine() -> None:
    """Run the engine in the foreground; the app and the commands start one by themselves."""
    run_engine(settings())


@app.command()
@plainly
def train(
    file: Annotated[Path, typer.Argument(help="CSV or TSV with the training rows.")],
    text: Annotated[str, typer.Option(help="Column that holds the texts.")],
    label: Annotated[str, typer.Option(help="Column that holds the classes.")],
    validation: Annotated[
        Path | None, typer.Option(help="File to choose on; default: a share of FILE.")
    ] = None,
    test: Annotated[Path | None, typer.Option(help="File to report on; default: a share of FILE.")] = None,
    split: Annotated[str | None, typer.Option(help="Column that names each row's split.")] = None,
    split_seed: Annotated[int | None, typer.Option(help="Seed of the drawn split; default: --seed.")] = None,
    backbone: Annotated[str, typer.Option(help="Bundled name, Hub id or local folder.")] = BUNDLED,
    random_init: Annotated[
        bool, typer.Option(help="Same architecture with fresh weights: no transfer.")
    ] = False,
    train_blocks: Annotated[
        str, typer.Option(help="none, all, last:K or block numbers such as 0,2,5.")
    ] = "none",
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training rows; default: what suits the blocks.")
    ] = None,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate of the backbone.")] = None,
    head_lr: Annotated[float | None, typer.Option(help="Peak learning rate of the head.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Texts per step.")] = None,
    precision: Annotated[str, typer.Option(help="auto, float32 or bf16.")] = "auto",
    device: Annotated[str, typer.Option(help="auto, cuda, mps or cpu.")] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of split, head, batch order and dropout.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Fine-tune a backbone on a file and report on its test rows."""
    files = {"train": file, "validation": validation, "test": test}
    rates = {"epochs": epochs, "lr": lr, "head_lr": head_lr, "batch_size": batch_size}
    chosen = {
        **{k: v for k, v in rates.items() if v is not None},
        "precision": precision,
        "device": device,
        "seed": seed,
    }
    source = {"id": backbone, "random_init": random_init}
    run = commands.train(
        {part: path for part, path in files.items() if path},
        text=text,
        label=label,
        split=split,
        split_seed=seed if split_seed is None else split_seed,
        backbone=source,
        train_blocks=train_blocks,
        training=chosen,
        screen=screen,
    )
    answer = commands.report(run)
    if as_json:
        print(json.dumps(answer))
    else:
        commands.show_report(answer, Console())


@app.command()
@plainly
def predict(
    run: Annotated[str, typer.Argument(help="Id or name of a finished run.")],
    file: Annotated[Path, typer.Argument(help="CSV or TSV with the texts.")],
    out: Annotated[Path, typer.Option(help="CSV to write.")],
    text: Annotated[
        str | None, typer.Option(help="Column that holds the texts; default: the run's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Classify every row of a file with a finished run."""
    answer = commands.predict(run, file, out, text=text, screen=screen)
    print(json.dumps(answer) if as_json else f"{answer['rows']} rows classified, written to {out}")


@app.command()
@plainly
def runs(as_json: AsJson = False) -> None:
    """List the runs of this workspace."""
    found = [commands.line(run) for run in open_store().runs(LOCAL)]
    if as_json:
        print(json.dumps({"runs": found}))
        return
    table = Table(Column("run", no_wrap=True), "name", "state", "accuracy", "macro-F1", "seconds")
    for line in found:
        numbers = [f"{line[k]:.3f}" if line[k] is not None else "" for k in ("accuracy", "macro_f1")]
        table.add_row(line["run"], line["name"], line["state"], *numbers, str(line["seconds"] or ""))
    Console().print(
        table if found else "No runs yet: start one with 'translearn train FILE --text COL --label COL'."
    )


@app.command()
@plainly
def stop(
    run: Annotated[str | None, typer.Argument(help="Run to stop; without it, the engine.")] = None,
) -> None:
    """Stop a run, or the engine; what there is is kept and goes on later."""
    if run:
        open_store().ask_to_stop(LOCAL, commands.find(run).id)
        print("Asked to stop; it keeps what there is.")
        return
    was = engine_status(settings()).alive
    stop_engine(settings())
    print("The engine has stopped." if was else "The engine was not running.")


def main() -> None:
    """Run the command line; whatever is wrong with the words typed is said in one line, with exit code 2."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except UsageError as error:
        said = getattr(error, "format_message", error.__str__)()
        screen.print(f"translearn: {said}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)


if __name__ == "__main__":
    main()
