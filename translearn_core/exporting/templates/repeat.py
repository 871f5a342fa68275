"""Train this folder's model again from a CSV. Needs translearn_core (``pip install translearn``).

    python repeat.py FILE [--validation FILE] [--test FILE] [--out FOLDER]

``experiment.json`` holds every setting of the run, ``read_options.json``, where a person chose it, how its
files are read, and ``edits.json`` the labels corrected and rows left out before. Prints the new scores beside
those of the run.
"""

import argparse
import json
import sys
from pathlib import Path

from translearn_core.activations import ActivationCache
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, ReadOptions, job_id
from translearn_core.config.settings import settings
from translearn_core.config.table_edits import TableEdits
from translearn_core.data import prepare, read_table
from translearn_core.data.table_edits import apply_edits, earlier_tables
from translearn_core.errors import TranslearnError
from translearn_core.experiment import run_experiment
from translearn_core.results import RunSummary
from translearn_core.runs import Workspace

HERE = Path(__file__).resolve().parent


def repeat(
    config: ExperimentConfig,
    files: dict[str, Path],
    out: Path,
    options: ReadOptions | None = None,
    edits: TableEdits | None = None,
) -> RunSummary:
    """Train on `files`, by part (train, validation, test), read with `options`, in the workspace `out`.

    `edits` are applied to the rows, which keep the split that they had before.
    A parent run or a distillation teacher is taken from this machine's own workspace.
    """
    workspace = Workspace(out)
    digest = workspace.keep_files({part: path.read_bytes() for part, path in files.items()}, options)
    if digest != (config.data.dataset if edits is None else edits.original):
        say("These files differ from those of the run, so the scores may too.")
    data = config.data.model_copy(update={"dataset": digest})
    config = config.model_copy(update={"data": data})
    original, _ = read_table(workspace.sources(digest), settings(), options)
    table = original if edits is None else apply_edits(original, edits)
    if not config.backbone.is_tfidf:
        load(config.backbone, network=settings().hub)  # downloads a missing Hub model
    return run_experiment(
        config,
        lambda: prepare(table, data, earlier=() if edits is None else earlier_tables(original, edits)),
        workspace.run(job_id(config)),
        store=ActivationCache(workspace.activations, settings().max_activations_mb * 1_000_000),
        report=lambda stage, done, total: say(f"{stage} {done:.0f} of {total:.0f}" if total else stage),
        record=lambda _: None,
        parent=earlier(config.resume_from),
        teacher=earlier(config.distil.teacher if config.distil else None),
    )


def earlier(job: str | None) -> Path | None:
    """Return the folder of another run in this machine's own workspace."""
    return Workspace(settings().workspace).run(job) if job else None


def say(line: str) -> None:
    """Print a line to the error stream; the output holds the scores only."""
    print(line, file=sys.stderr)


def main() -> None:
    """Parse the command line, train, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("train", type=Path, metavar="FILE", help="CSV or TSV with the training rows")
    parser.add_argument("--validation", type=Path, help="where the run had a file to choose on")
    parser.add_argument("--test", type=Path, help="where the run had a file to report on")
    parser.add_argument("--out", type=Path, default=Path("repeated"), help="folder to write to")
    arguments = parser.parse_args()
    config = ExperimentConfig.model_validate_json((HERE / "experiment.json").read_text(encoding="utf-8"))
    if config.joint_run is not None:
        raise SystemExit(
            "This model was trained together with other targets: repeat it with 'translearn train' and a "
            "--label for each of them."
        )
    path = HERE / "read_options.json"  # exists if the user chose how to read the files
    options = ReadOptions.model_validate_json(path.read_bytes()) if path.exists() else None
    path = HERE / "edits.json"  # exists if the data were edited
    edits = TableEdits.model_validate_json(path.read_bytes()) if path.exists() else None
    files = {"train": arguments.train, "validation": arguments.validation, "test": arguments.test}
    try:
        summary = repeat(
            config, {part: file for part, file in files.items() if file}, arguments.out, options, edits
        )
    except (TranslearnError, OSError) as error:
        sys.exit(f"{error}")
    before = json.loads((HERE / "scores.json").read_text(encoding="utf-8"))
    test = summary.test
    scores = {name: score.value for name, score in test.scores.items()} | {"rows": test.n}
    result = {"test scores": scores, "of the run": before["test"], "folder": str(arguments.out)}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
