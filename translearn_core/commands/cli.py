"""Command line interface."""

import io
import sys
from collections.abc import Callable

import typer

from translearn_core.commands import (
    advise,
    evidence,
    export,
    labels,
    lr_finder,
    predict,
    recipes,
    report,
    rooms,
    runs,
    search,
    server,
    share,
    study,
    train,
    transfer,
)
from translearn_core.commands.backbones import align, pretrain, vectors
from translearn_core.commands.few_labels import clusters, label_efficiency, languages, next_rows, zero_shot
from translearn_core.commands.lessons import claims, lesson
from translearn_core.commands.terminal.dataclass_options import spread_options
from translearn_core.commands.terminal.errors import explain_errors, print_error

COMMANDS: dict[str, Callable[..., None]] = {
    "app": server.open_app,
    "engine": server.engine,
    "labels": labels.labels,
    "clusters": clusters.clusters,
    "next-rows": next_rows.next_rows,
    "languages": languages.languages,
    "train": train.train,
    "lr-find": lr_finder.find_rate,
    "recipes": recipes.list_recipes,
    "advise": advise.advise,
    "pretrain": pretrain.pretrain,
    "vectors": vectors.vectors,
    "align": align.align,
    "search": search.search,
    "study": study.study,
    "label-efficiency": label_efficiency.label_efficiency,
    "transfer": transfer.transfer,
    "zero-shot": zero_shot.zero_shot,
    "evidence": evidence.evidence,
    "lesson": lesson.lesson,
    "class": rooms.manage_class,
    "claims": claims.claims,
    "predict": predict.predict,
    "report": report.report,
    "export": export.export,
    "runs": runs.runs,
    "share": share.share,
    "stop": server.stop,
}
"""All commands by name, in the order of the help."""

app = typer.Typer(
    name="translearn",
    help="A laboratory for transfer learning. Without a command it opens the app in the browser.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _command in COMMANDS.items():
    app.command(_name)(explain_errors(spread_options(_command)))

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer's exception for wrong arguments, which has no public name."""


@app.callback(invoke_without_command=True)
@explain_errors
def start(context: typer.Context, host: server.Host = None, port: server.Port = None) -> None:
    """Open the app when no command is given."""
    if context.invoked_subcommand is None:
        server.open_app(host, port)
    elif (host, port) != (None, None):
        raise UsageError(
            f"--host and --port are options of the app: leave them out of {context.invoked_subcommand}."
        )


def main() -> None:
    """Run the command line; wrong arguments give one line of error and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # unencodable characters become "?"
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except UsageError as error:
        print_error(getattr(error, "format_message", error.__str__)())
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)


if __name__ == "__main__":
    main()
