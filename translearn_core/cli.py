"""The command line: the same laboratory without a browser."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table

from translearn_core import commands, finding_rates, reading_on, studying
from translearn_core.config import BUNDLED
from translearn_core.engine import engine_status, run_engine, stop_engine
from translearn_core.errors import ConfigError, TranslearnError
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


def pairs(words: list[str]) -> dict[str, Any]:
    """Read ``name=value`` words; a value is JSON where it can be, else text."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ConfigError("set", word, "a name and a value, such as training.epochs=5")
        try:
            found[name.strip()] = json.loads(value)
        except ValueError:
            found[name.strip()] = value
    return found


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
    recipe: Annotated[
        str | None, typer.Option(help="A way to transfer by its name; 'translearn recipes' lists them.")
    ] = None,
    train_blocks: Annotated[
        str | None,
        typer.Option(
            help="none, all, last:K or block numbers such as 0,2,5; default: none, or the recipe's."
        ),
    ] = None,
    teacher: Annotated[
        str | None, typer.Option(help="Finished run that teaches, for recipes that need one.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any setting by its name, such as training.epochs=5; may be repeated."),
    ] = None,
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
    config, dataset = commands.experiment_of(
        {part: path for part, path in files.items() if path},
        text=text,
        label=label,
        split=split,
        split_seed=seed if split_seed is None else split_seed,
        backbone=source,
        train_blocks=train_blocks,
        training=chosen,
        recipe=recipe,
        teacher=teacher,
        settings=pairs(settings or []),
        screen=screen,
    )
    run = commands.train(config, dataset, screen)
    answer = commands.report(run)
    if as_json:
        print(json.dumps(answer))
    else:
        commands.show_report(answer, Console())


@app.command("lr-find")
@plainly
def find_rate(
    file: Annotated[Path, typer.Argument(help="CSV or TSV with the training rows.")],
    text: Annotated[str, typer.Option(help="Column that holds the texts.")],
    label: Annotated[str, typer.Option(help="Column that holds the classes.")],
    validation: Annotated[Path | None, typer.Option(help="As for train.")] = None,
    test: Annotated[Path | None, typer.Option(help="As for train.")] = None,
    split: Annotated[str | None, typer.Option(help="As for train.")] = None,
    split_seed: Annotated[int | None, typer.Option(help="As for train.")] = None,
    backbone: Annotated[str, typer.Option(help="Bundled name, Hub id or local folder.")] = BUNDLED,
    random_init: Annotated[bool, typer.Option(help="As for train.")] = False,
    recipe: Annotated[str | None, typer.Option(help="As for train.")] = None,
    train_blocks: Annotated[
        str | None, typer.Option(help="none, all, last:K or block numbers such as 0,2,5.")
    ] = None,
    teacher: Annotated[str | None, typer.Option(help="As for train.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="As for train.")] = None,
    lr: Annotated[
        float | None,
        typer.Option(help="Backbone's rate; with --head-lr it says which multiple the head has."),
    ] = None,
    head_lr: Annotated[float | None, typer.Option(help="Head's rate.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Texts per step.")] = None,
    precision: Annotated[str, typer.Option(help="auto, float32 or bf16.")] = "auto",
    device: Annotated[str, typer.Option(help="auto, cuda, mps or cpu.")] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of split, head, batch order and dropout.")] = 0,
    low: Annotated[float | None, typer.Option(help="Rate of the first step.")] = None,
    high: Annotated[float | None, typer.Option(help="Rate of the last step.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps at most; fewer if the loss runs away.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find a learning rate: raise it step by step in a short trial and watch the loss."""
    files = {"train": file, "validation": validation, "test": test}
    rates = {"lr": lr, "head_lr": head_lr, "batch_size": batch_size}
    chosen = {k: v for k, v in rates.items() if v is not None}
    config, dataset = commands.experiment_of(
        {part: path for part, path in files.items() if path},
        text=text,
        label=label,
        split=split,
        split_seed=seed if split_seed is None else split_seed,
        backbone={"id": backbone, "random_init": random_init},
        train_blocks=train_blocks,
        training={**chosen, "precision": precision, "device": device, "seed": seed},
        recipe=recipe,
        teacher=teacher,
        settings=pairs(settings or []),
        screen=screen,
    )
    bounds = {"low": low, "high": high, "steps": steps}
    given = {name: value for name, value in bounds.items() if value is not None}
    found = finding_rates.find(config, dataset, given, screen)
    if as_json:
        print(json.dumps(found))
    else:
        finding_rates.show(found, Console())


@app.command("recipes")
@plainly
def list_recipes(as_json: AsJson = False) -> None:
    """List the ways to transfer that have a name."""
    found = commands.shown_recipes()
    if as_json:
        print(json.dumps(found))
        return
    table = Table(Column("recipe", no_wrap=True), "what it does", "when", "cost", show_lines=True)
    for one in found:
        table.add_row(one["recipe"], f"{one['does']}\n[dim]{one['source']}[/dim]", one["when"], one["cost"])
    Console().print(table)


@app.command()
@plainly
def pretrain(
    file: Annotated[Path, typer.Argument(help="CSV or TSV with texts; labels are not needed.")],
    text: Annotated[str, typer.Option(help="Column that holds the texts.")],
    backbone: Annotated[str, typer.Option(help="Bundled name, Hub id or local folder.")] = BUNDLED,
    random_init: Annotated[
        bool, typer.Option(help="Same architecture with fresh weights: no transfer.")
    ] = False,
    epochs: Annotated[int | None, typer.Option(help="Passes over the texts; default 3.")] = None,
    head_epochs: Annotated[
        int | None, typer.Option(help="Passes before, in which only a new prediction head trains; default 1.")
    ] = None,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate of the backbone.")] = None,
    head_lr: Annotated[
        float | None, typer.Option(help="Peak learning rate of a new prediction head.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Texts per step.")] = None,
    masked: Annotated[float | None, typer.Option(help="Share of the tokens to guess; default 0.15.")] = None,
    token_limit: Annotated[int | None, typer.Option(help="Longer texts are cut here; default 128.")] = None,
    precision: Annotated[str, typer.Option(help="auto, float32 or bf16.")] = "auto",
    device: Annotated[str, typer.Option(help="auto, cuda, mps or cpu.")] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of masks and order.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Let a backbone read a file's texts, labelled or not, and make a new backbone of it."""
    numbers = {
        "epochs": epochs,
        "head_epochs": head_epochs,
        "lr": lr,
        "head_lr": head_lr,
        "batch_size": batch_size,
        "masked": masked,
        "token_limit": token_limit,
    }
    given: dict[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    given |= {"precision": precision, "device": device, "seed": seed}
    found = reading_on.pretrain(file, text, {"id": backbone, "random_init": random_init}, given, screen)
    if as_json:
        print(json.dumps(found))
    else:
        reading_on.show(found, Console())


@app.command()
@plainly
def study(
    file: Annotated[
        Path, typer.Argument(help="YAML file that says what to vary; see tests/benchmarks for two.")
    ],
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--files", help="A data file as PART=PATH (train, validation or test); may be repeated."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV to write the comparison to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run a grid of recipes, boundaries, seeds and sizes, and say which differ by more than chance."""
    if out is not None:
        commands.check_writable(out)
    asked, found, failed = studying.run_study(file, files or [], screen)
    if out is not None:
        studying.write(found, out)
    if as_json:
        print(json.dumps(studying.report(asked, found, failed)))
    else:
        studying.show(asked, found, failed, Console())


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
