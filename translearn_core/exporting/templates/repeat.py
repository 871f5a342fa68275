"""Train this folder's model again from a CSV. Needs translearn_core (``pip install translearn``).

    python repeat.py FILE [--validation FILE] [--test FILE] [--out FOLDER]

``experiment.json`` holds every setting of the run and ``read_options.json``, where a person chose it, how its
files are read. Prints the new scores beside those of the run.
"""

import argparse
import json
import sys
from pathlib import Path

from translearn_core.activations import ActivationCache
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, ReadOptions, job_id
from translearn_core.data import prepare, read_table
from translearn_core.errors import TranslearnError
from translearn_core.experiment import run_experiment
from translearn_core.results import RunSummary
from translearn_core.runs import Workspace
from translearn_core.settings import settings

HERE = Path(__file__).resolve().parent


def repeat(
    config: ExperimentConfig, files: dict[str, Path], out: Path, options: ReadOptions | None = None
) -> RunSummary:
    """Train on `files`, by part (train, validation, test), read as `options` say; keep all under `out`.

    A run that this one goes on from, or learns from, is looked for in the workspace of this machine.
    """
    workspace = Workspace(out)
    digest = workspace.keep_files({part: path.read_bytes() for part, path in files.items()}, options)
    if digest != config.data.dataset:
        say("These files differ from those of the run, so the scores may too.")
    data = config.data.model_copy(update={"dataset": digest})
    config = config.model_copy(update={"data": data})
    table, _ = read_table(workspace.sources(digest), settings(), options)
    load(config.backbone, network=settings().hub)  # fetches it, where it is on the Hub and not yet here
    return run_experiment(
        config,
        lambda: prepare(table, data),
        workspace.run(job_id(config)),
        store=ActivationCache(workspace.activations, settings().max_activations_mb * 1_000_000),
        report=lambda stage, done, total: say(f"{stage} {done:.0f} of {total:.0f}" if total else stage),
        record=lambda _: None,
        parent=earlier(config.continues),
        teacher=earlier(config.distil.teacher if config.distil else None),
    )


def earlier(job: str | None) -> Path | None:
    """Return the folder of another run in this machine's own workspace."""
    return Workspace(settings().workspace).run(job) if job else None


def say(line: str) -> None:
    """Write a line where progress goes, so that the output holds the scores alone."""
    print(line, file=sys.stderr)


def main() -> None:
    """Read the words typed after the program's name, train, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("train", type=Path, metavar="FILE", help="CSV or TSV with the training rows")
    parser.add_argument("--validation", type=Path, help="where the run had a file to choose on")
    parser.add_argument("--test", type=Path, help="where the run had a file to report on")
    parser.add_argument("--out", type=Path, default=Path("repeated"), help="folder to write to")
    asked = parser.parse_args()
    config = ExperimentConfig.model_validate_json((HERE / "experiment.json").read_text(encoding="utf-8"))
    read_as = HERE / "read_options.json"  # there where a person said how the run's files are read
    options = ReadOptions.model_validate_json(read_as.read_bytes()) if read_as.exists() else None
    files = {"train": asked.train, "validation": asked.validation, "test": asked.test}
    try:
        summary = repeat(config, {part: path for part, path in files.items() if path}, asked.out, options)
    except (TranslearnError, OSError) as error:
        sys.exit(f"{error}")
    before = json.loads((HERE / "scores.json").read_text(encoding="utf-8"))
    now = {"accuracy": summary.test.accuracy, "macro_f1": summary.test.macro_f1, "rows": summary.test.n}
    print(json.dumps({"test scores": now, "of the run": before["test"], "folder": str(asked.out)}, indent=1))


if __name__ == "__main__":
    main()
