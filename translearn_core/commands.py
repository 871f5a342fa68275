"""What the command line's commands do: ask the engine, follow along, put the answer into words."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from translearn_core.config import (
    RECIPES,
    AnatomyConfig,
    BackboneConfig,
    DataConfig,
    DistilConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Frozen,
    PredictFileConfig,
    SplitConfig,
    TrainingConfig,
    recipes,
)
from translearn_core.data import prepare, read
from translearn_core.engine import ensure_engine
from translearn_core.errors import ConfigError, DataError, NotFoundError, TrainingError
from translearn_core.results import Anatomy, FilePrediction, Metrics, Reuse, RunSummary
from translearn_core.runs import LOCAL, Dataset, Run, State, artifacts, open_store
from translearn_core.settings import settings as limits

M = TypeVar("M", bound=Frozen)


def train(config: ExperimentConfig, dataset: Dataset, screen: Console) -> Run:
    """Train and return the finished run; Ctrl-C stops it and keeps what there is."""
    return ask(config, f"{dataset.name}, {config.plan.label}", screen)


def experiment_of(
    files: Mapping[str, Path],
    *,
    text: str,
    label: str,
    split: str | None,
    split_seed: int,
    backbone: dict[str, Any],
    train_blocks: str | None,
    training: dict[str, Any],
    recipe: str | None = None,
    teacher: str | None = None,
    settings: Mapping[str, Any] | None = None,
    screen: Console,
) -> tuple[ExperimentConfig, Dataset]:
    """Return the experiment that the options of a command ask for, and its data set, checked.

    A recipe comes first, then `training`, options of their own, then `settings` by their dotted names.
    """
    dataset = bring(files)
    data = valid(
        DataConfig, dataset=dataset.digest, text=text, label=label,
        split=valid(SplitConfig, column=split, seed=split_seed),
    )  # fmt: skip
    chosen = dict(settings or {})
    with naming_fields():
        about_data = {name: value for name, value in chosen.items() if name.startswith("data.")}
        data = recipes.changed(ExperimentConfig(data=data), about_data).data
    if recipe is not None:
        recipes.recipe(recipe)
    table, _ = read(open_store().workspace.sources(dataset.digest), limits())
    prepare(table, data)  # a bad file is said at once, before anything is started
    if Path(backbone["id"]).is_dir():  # the engine may stand in another folder
        backbone = {**backbone, "id": str(Path(backbone["id"]).resolve())}
    source = valid(BackboneConfig, **backbone)
    anatomy = answer(ask(AnatomyConfig(backbone=source), "backbone", screen), Anatomy)
    taught = None if teacher is None else find(teacher).job.id
    config = put_together(
        data, source, anatomy, train_blocks=train_blocks, training=training, recipe=recipe, teacher=taught,
        settings=chosen,
    )  # fmt: skip
    return config, dataset


def put_together(
    data: DataConfig,
    source: BackboneConfig,
    anatomy: Anatomy,
    *,
    train_blocks: str | None,
    training: dict[str, Any],
    recipe: str | None,
    teacher: str | None,
    settings: Mapping[str, Any],
) -> ExperimentConfig:
    """Return the experiment: a recipe first, then `training`, then `settings` by their dotted names."""
    n_blocks = anatomy.n_blocks
    plan = FreezePlan.parse(train_blocks or "none", n_blocks)
    features = FeatureConfig(
        pooling=anatomy.pooling, token_limit=min(FeatureConfig().token_limit, anatomy.token_limit)
    )
    config = ExperimentConfig(
        data=data, backbone=source, plan=plan, features=features, training=TrainingConfig.suited(plan)
    )
    if recipe is not None:
        depth = None if train_blocks is None else depth_of(plan, n_blocks)
        config = recipes.recipe(recipe).apply(config, n_blocks, depth=depth, teacher=teacher)
    elif teacher is not None:
        config = config.model_copy(update={"distil": DistilConfig(teacher=teacher)})
    loop = valid(TrainingConfig, **(config.training.model_dump() | training))
    with naming_fields():
        config = recipes.changed(config.model_copy(update={"training": loop}), dict(settings))
    config.check(config.backbone.blocks or n_blocks)
    return config


def depth_of(plan: FreezePlan, n_blocks: int) -> int:
    """Return how many blocks at the top a plan trains; raises if they are not the top ones."""
    if plan.blocks != FreezePlan.last(len(plan.blocks), n_blocks).blocks:
        raise ConfigError("train_blocks", ",".join(map(str, plan.blocks)), "last:K beside a recipe")
    return len(plan.blocks)


def shown_recipes() -> list[dict[str, str]]:
    """Return every recipe as plain text."""
    return [
        {
            "recipe": str(one.name), "title": one.title, "does": one.does, "when": one.when,
            "cost": one.cost, "source": one.source,
        }
        for one in RECIPES.values()
    ]  # fmt: skip


def predict(run: str, file: Path, out: Path, *, text: str | None, screen: Console) -> dict[str, Any]:
    """Classify the rows of `file` and write them to `out`."""
    check_writable(out)
    trained = find(run)
    assert isinstance(trained.job.config, ExperimentConfig)
    dataset = bring({"train": file})
    config = PredictFileConfig(
        job=trained.job.id, dataset=dataset.digest, text=text or trained.job.config.data.text
    )
    result = answer(ask(config, "prediction", screen), FilePrediction)
    artifacts.defused(result.table).to_csv(out, index=False)
    return {
        "run": trained.id,
        "rows": result.rows,
        "out": str(out),
        "counts": dict(result.counts.itertuples(index=False)),
    }


def check_writable(out: Path) -> None:
    """Raise `DataError` if a file cannot be written, before anything is computed for it."""
    try:
        out.open("a", encoding="utf-8").close()
    except OSError as error:
        raise DataError(f"{str(out)!r} cannot be written ({error.strerror}): choose another --out.") from None


def bring(files: Mapping[str, Path]) -> Dataset:
    """Put files into the workspace."""
    found: dict[str, bytes] = {}
    for part, path in files.items():
        if not path.is_file():
            raise DataError(f"There is no file {str(path)!r}: check the {part} file's name.")
        try:
            found[part] = path.read_bytes()
        except OSError as error:
            raise DataError(
                f"{str(path)!r} cannot be read ({error.strerror}): check its permissions."
            ) from None
    return open_store().add_dataset(LOCAL, files["train"].name, found)


def ask(config: Frozen, name: str, screen: Console) -> Run:
    """Submit a job and follow it to its end; raises if it fails."""
    store = open_store()
    run = store.submit(LOCAL, config, name)
    if run.state is not State.DONE:
        ensure_engine(limits(), wait=60)
        run = follow(run, screen)
    if run.state is State.DONE:
        return run
    reason = run.job.reason or f"it was {run.state}"
    if run.state is State.STOPPED:
        raise TrainingError(
            f"Run {run.id} was stopped and keeps what there is: the same command goes on from there."
        )
    raise TrainingError(reason)


def follow(run: Run, screen: Console) -> Run:
    """Show a job's progress on the terminal until it ends.

    Ctrl-C asks it to stop, a second time leaves it alone.
    """
    store, asked = open_store(), False
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("waiting", total=None)
        while True:
            try:
                run = store.run(LOCAL, run.id)
                if not run.state.live:
                    return run
                if progress := run.job.progress:
                    bar.update(
                        task,
                        description=progress.stage,
                        completed=progress.done,
                        total=progress.total or None,
                    )
                elif place := store.place(run):
                    bar.update(task, description=f"waiting, place {place} in the queue")
                ensure_engine(limits())
                time.sleep(0.15)
            except KeyboardInterrupt:
                if asked:
                    raise
                asked = True
                store.ask_to_stop(LOCAL, run.id)


T = TypeVar("T")


def answer(run: Run, kind: type[T]) -> T:
    """Return a finished job's result."""
    found = artifacts.load(open_store().workspace.run(run.job.id), kind)
    if found is None:
        raise NotFoundError(
            f"The files of {run.name} are gone: run the command again after deleting the run."
        )
    return found


def find(run: str) -> Run:
    """Return a run by id, or the newest one of that name."""
    store = open_store()
    named = [r for r in store.runs(LOCAL) if r.name == run]
    return named[0] if named else store.run(LOCAL, run)


def report(run: Run) -> dict[str, Any]:
    """Return what ``train --json`` prints."""
    summary = answer(run, RunSummary)
    history = open_store().history(run.job.id)
    return {
        "run": run.id,
        "device": summary.device,
        "precision": summary.precision,
        "seconds": summary.seconds,
        "parameters": summary.parameters,
        "validation": brief(summary.validation),
        "test": brief(summary.test),
        "majority": summary.majority,
        "reuse": asdict(summary.reuse) if summary.reuse else None,
        "epochs": summary.epochs,
        "best_epoch": summary.best_epoch,
        "history": [asdict(epoch) for epoch in history.epochs],
        "folder": str(open_store().workspace.run(run.job.id)),
    }


def brief(metrics: Metrics) -> dict[str, Any]:
    """Return a split's scores with their intervals."""
    return {
        "n": metrics.n,
        "accuracy": metrics.accuracy,
        "macro_f1": metrics.macro_f1,
        "accuracy_interval": [metrics.accuracy_interval.low, metrics.accuracy_interval.high],
        "macro_f1_interval": [metrics.macro_f1_interval.low, metrics.macro_f1_interval.high],
    }


def show_report(answer: dict[str, Any], screen: Console) -> None:
    """Print a run's scores as a table."""
    table = Table("split", "rows", "accuracy", "macro-F1", title=f"run {answer['run']}", title_justify="left")
    for split in ("validation", "test"):
        scores = answer[split]
        spans = [
            f"{scores[k]:.3f}  [{scores[k + '_interval'][0]:.3f}, {scores[k + '_interval'][1]:.3f}]"
            for k in ("accuracy", "macro_f1")
        ]
        table.add_row(split, str(scores["n"]), *spans)
    screen.print(table)
    trained, total = answer["parameters"]["trainable"], answer["parameters"]["total"]
    screen.print(
        f"Always the commonest class: {answer['majority']:.3f}. {trained:,} of {total:,} parameters trained "
        f"on {answer['device']} in {answer['seconds']['total']:.1f} s; "
        f"epoch {answer['best_epoch']} of {answer['epochs']} was best."
        + (f" What stays frozen: {Reuse(**answer['reuse']).told()}." if answer["reuse"] else ""),
        markup=False,
        highlight=False,
    )


def line(run: Run) -> dict[str, Any]:
    """Return a run as one line of a list."""
    summary = artifacts.load(open_store().workspace.run(run.job.id), RunSummary)
    return {
        "run": run.id,
        "name": run.name,
        "state": str(run.state),
        "reason": run.job.reason,
        "accuracy": summary.test.accuracy if summary else None,
        "macro_f1": summary.test.macro_f1 if summary else None,
        "seconds": summary.seconds["total"] if summary else None,
    }


def valid(kind: type[M], **values: Any) -> M:
    """Build a configuration; an impossible value becomes a `ConfigError` that names the option."""
    with naming_fields():
        return kind(**values)


@contextmanager
def naming_fields() -> Iterator[None]:
    """Turn what a configuration refuses into an error that names the field."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        if not first["loc"]:
            raise DataError(f"{said[0].upper()}{said[1:]}.") from None
        field = ".".join(map(str, first["loc"]))
        raise ConfigError(field, first.get("input"), said) from None
