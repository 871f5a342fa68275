"""One experiment told top-down: data → backbone → features → train → evaluate → keep."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import Compute, Report, Store, Texts, quiet
from translearn_core.analysis import stratified_sample
from translearn_core.analysis.scoring import confusion, majority_accuracy, per_class, score
from translearn_core.backbones import Backbone, load
from translearn_core.config import AugmentConfig, ExperimentConfig, Split
from translearn_core.data.prepared import SPLITS, Prepared
from translearn_core.errors import ConfigError, Stopped, TooFewSamplesError
from translearn_core.results import (
    Drift,
    EpochPoint,
    Evaluation,
    LayerMix,
    NeighbourBank,
    Reuse,
    RunSummary,
    StepPoint,
)
from translearn_core.results.replay import REPLAYED
from translearn_core.runs import artifacts
from translearn_core.training import Checkpoint, Loop, Moment, Replay, Rows, answers, measure_drift, taught
from translearn_core.transfer import Classifier, Supply, altered, save_trained

CHECKPOINT_SECONDS = 120.0
NEIGHBOURS = 20_000

Record = Callable[[Sequence[StepPoint | EpochPoint]], None]


@dataclass
class Clock:
    """Seconds spent by name of the work."""

    spent: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=time.perf_counter)

    def lap(self, name: str) -> None:
        """Book the time since the last call under `name`."""
        now = time.perf_counter()
        self.spent[name] = self.spent.get(name, 0.0) + now - self.since
        self.since = now

    def add(self, earlier: Mapping[str, float]) -> None:
        """Count what earlier attempts of this run spent training; the rest is done again."""
        self.spent["train"] = self.spent.get("train", 0.0) + earlier.get("train", 0.0)

    def totals(self) -> dict[str, float]:
        """Return read, encode, train, evaluate and their total, in seconds."""
        named = {
            name: round(self.spent.get(name, 0.0), 3) for name in ("read", "encode", "train", "evaluate")
        }
        return named | {"total": round(sum(self.spent.values()), 3)}


def run_experiment(
    config: ExperimentConfig,
    prepare: Callable[[], Prepared],
    folder: Path,
    *,
    store: Store,
    report: Report,
    record: Record,
    parent: Path | None = None,
    teacher: Path | None = None,
) -> RunSummary:
    """Run `config` to its end and keep everything under `folder`; goes on from a checkpoint that lies there.

    What stays frozen is taken from `store`, and what is missing there is computed and kept for the next run.
    `parent` is the folder of the run it continues, `teacher` that of the run it learns from.

    Raises
    ------
    Stopped
        If `report` or `record` asks to stop; what there is has been kept, and running again goes on from it.
    """
    clock = Clock()
    report("reading the data", 0, 0)
    prepared = prepare()
    compute = Compute.choose(config.training.device, config.training.precision)
    report("loading the backbone", 0, 0)
    backbone = load(config.backbone)
    check(config, backbone)
    material = augmented(prepared, config.augment, backbone)
    clock.lap("read")

    model = build(config, backbone, len(prepared.classes)).to(compute.device).eval()
    texts = Texts(material.texts, backbone.tokenizer, config.features.token_limit)
    supply = Supply(model, texts, compute, store, report, course=[stage.plan for stage in config.course])
    inputs = supply.first(prepared.where(Split.TRAIN), seed=config.training.seed)
    lesson = taught(config.distil, teacher, prepared.classes, material.texts, material.rows.train, report)
    clock.lap("encode")

    loop = Loop(
        model, inputs, material.rows, config.training, compute, report,
        before=config.stages, inputs_for=supply, lesson=lesson,
    )  # fmt: skip
    take_up(loop, config, folder, parent, record)
    clock.add(loop.state.spent)
    replay = Replay(folder, supply, config, prepared.texts, sample_of(prepared))
    replay.begin(loop.state)
    clock.lap("evaluate")
    stopped: Stopped | None = None
    try:
        inputs = loop.run(Keeper(folder, report, record, clock, replay, len(config.course)))
    except Stopped as request:
        stopped, report = request, quiet  # it was heard: what there is may be scored in peace
        clock.lap("train")
        loop.checkpoint(clock.spent).write(folder)
        supply.report = quiet
        inputs = loop.close()
    clock.lap("train")

    if stopped is None or loop.state.best:
        save_trained(folder, model, config, prepared.classes)
        told, features = answers(model, inputs, np.arange(len(prepared.texts)), compute, report)
        evaluation = evaluate(told, prepared, seed=config.training.seed)
        keep_neighbours(folder, features, prepared)
        artifacts.save(folder, drift_of(config, model, loop))
        artifacts.save(folder, evaluation)
        if model.mix is not None:
            artifacts.save(folder, LayerMix(tuple(model.mix.weights.tolist()), model.mix.factor.item()))
        clock.lap("evaluate")
        summary = summarise(compute, model, loop, evaluation, clock, supply.reuse)
        artifacts.save(folder, summary)
    if stopped is not None:
        raise stopped
    return summary


@dataclass
class Keeper:
    """The loop's hook: points into the record, checkpoints on disk, progress and time left to the person."""

    folder: Path
    report: Report
    record: Record
    clock: Clock
    replay: Replay
    stages: int = 1
    kept: float = field(default_factory=time.monotonic)

    def __call__(self, moment: Moment) -> None:
        """Note one step or epoch."""
        if isinstance(moment.point, EpochPoint) or time.monotonic() - self.kept > CHECKPOINT_SECONDS:
            self.clock.lap("train")
            moment.checkpoint(self.clock.spent).write(self.folder)
            self.kept = time.monotonic()
        if moment.point is not None:
            self.record([moment.point])
        if isinstance(moment.point, EpochPoint):
            self.clock.lap("train")
            self.replay(moment.point, moment.ended)
            self.clock.lap("evaluate")
        which = f", stage {moment.stage + 1} of {self.stages}" if self.stages > 1 else ""
        self.report(f"training{which}", moment.step, moment.steps)


def build(config: ExperimentConfig, backbone: Backbone, classes: int) -> Classifier:
    """Put a new head on a backbone, frozen as planned."""
    return Classifier(
        backbone, config.plan, config.features, config.head, classes,
        tuning=config.tuning, dropout=config.training.dropout, seed=config.training.seed,
    )  # fmt: skip


def check(config: ExperimentConfig, backbone: Backbone) -> None:
    """Refuse what this backbone cannot do, before anything is computed."""
    config.check(backbone.n_blocks)
    pooling, anatomy = config.features.pooling, backbone.anatomy
    if pooling not in anatomy.poolings:
        raise ConfigError(
            "features.pooling", str(pooling), f"{', '.join(anatomy.poolings)} for {config.backbone.label}"
        )
    if config.features.token_limit > anatomy.token_limit:
        raise ConfigError(
            "features.token_limit",
            config.features.token_limit,
            f"at most {anatomy.token_limit} for {config.backbone.label}",
        )


@dataclass(frozen=True)
class Material:
    """What a run learns from and is scored on: the rows of the table first, altered copies after them."""

    texts: tuple[str, ...]
    rows: Rows


def augmented(prepared: Prepared, config: AugmentConfig, backbone: Backbone) -> Material:
    """Return the rows of a run; altered copies of training texts, if asked for, only learn."""
    rows = rows_of(prepared)
    if not config.copies:
        return Material(prepared.texts, rows)
    copies = altered([prepared.texts[i] for i in rows.train], config, backbone)
    source = np.repeat(rows.train, config.copies)
    new = np.arange(len(source)) + len(prepared.texts)
    labels = np.concatenate([rows.labels, rows.labels[source]])
    learning = np.concatenate([rows.train, new])
    return Material((*prepared.texts, *copies), replace(rows, labels=labels, train=learning))


def rows_of(prepared: Prepared) -> Rows:
    """Return the rows to learn from and to choose on."""
    train, validation = prepared.where(Split.TRAIN), prepared.where(Split.VALIDATION)
    for name, rows in (("training", train), ("validation", validation), ("test", prepared.where(Split.TEST))):
        if not len(rows):
            raise TooFewSamplesError(
                f"The {name} split has no rows: give it a larger share, or a file of its own."
            )
    return Rows(prepared.labels, train, validation, len(prepared.classes))


def sample_of(prepared: Prepared) -> NDArray[np.int64]:
    """Return the rows that are looked at stage by stage: some of train, some of test, all classes."""
    chosen = []
    for split in (Split.TRAIN, Split.TEST):
        rows = prepared.where(split)
        chosen.append(rows[np.sort(stratified_sample(prepared.labels[rows], REPLAYED, 0))])
    return np.concatenate(chosen)


def take_up(loop: Loop, config: ExperimentConfig, folder: Path, parent: Path | None, record: Record) -> None:
    """Go on from this run's own checkpoint, else from its parent's last epoch, else begin."""
    if own := Checkpoint.read(folder):
        loop.resume(own)
        record(own.history)
    elif config.continues:
        before = Checkpoint.read(parent) if parent else None
        if before is None:
            raise ConfigError("continues", config.continues, "a run that is still here and has a checkpoint")
        loop.extend(before)
        record(before.history)


def drift_of(config: ExperimentConfig, model: Classifier, loop: Loop) -> Drift:
    """Measure what moved since before any training, and hold it against the plan."""
    start = build(config, load(config.backbone), loop.rows.classes)
    return measure_drift(
        {name: p.detach() for name, p in start.named_parameters()},
        {name: p.detach().cpu() for name, p in model.named_parameters()},
        parts=model.parts,
        trainable=set(loop.trained),
        had_gradient=set(loop.state.best_moved or loop.state.moved),
    )


def keep_neighbours(folder: Path, features: NDArray[np.float16], prepared: Prepared) -> None:
    """Keep the training texts' vectors, a stratified sample where there are many, to find neighbours in."""
    train = prepared.where(Split.TRAIN)
    index = train[np.sort(stratified_sample(prepared.labels[train], NEIGHBOURS, 0))]
    artifacts.save(folder, NeighbourBank(vectors=features[index], index=index))


def evaluate(told: NDArray[np.float32], prepared: Prepared, *, seed: int) -> Evaluation:
    """Score probabilities of every row; only test is for reporting."""
    rows = np.arange(len(prepared.texts))
    predicted = told.argmax(1)
    names, k = np.asarray(prepared.classes, dtype=object), len(prepared.classes)
    metrics = {}
    for split in (Split.VALIDATION, Split.TEST):
        index = prepared.where(split)
        metrics[str(split)] = score(prepared.labels[index], told[index], classes=k, seed=seed)
    test = prepared.where(Split.TEST)
    table = confusion(prepared.labels[test], predicted[test], k)
    return Evaluation(
        classes=prepared.classes,
        metrics=metrics,
        majority=majority_accuracy(prepared.labels[prepared.where(Split.TRAIN)], prepared.labels[test]),
        confusion=table,
        per_class=per_class(table, prepared.classes),
        predictions=pd.DataFrame(
            {
                "row": prepared.rows,
                "split": np.asarray([str(s) for s in SPLITS], dtype=object)[prepared.split],
                "text": np.asarray(prepared.texts, dtype=object),
                "label": names[prepared.labels],
                "predicted": names[predicted],
                "confidence": told[rows, predicted].astype(np.float64),
                "correct": predicted == prepared.labels,
            }
        ),
    )


def summarise(
    compute: Compute, model: Classifier, loop: Loop, evaluation: Evaluation, clock: Clock, reuse: Reuse | None
) -> RunSummary:
    """Put cost and score of a run into a few numbers."""
    return RunSummary(
        device=compute.label,
        precision=compute.precision,
        seconds=clock.totals(),
        parameters={
            "trainable": sum(p.numel() for p in loop.trained.values()),
            "total": sum(p.numel() for p in model.parameters()),
        },
        validation=evaluation.metrics[str(Split.VALIDATION)],
        test=evaluation.metrics[str(Split.TEST)],
        majority=evaluation.majority,
        epochs=loop.state.epoch,
        best_epoch=loop.state.best_epoch,
        boundary=model.boundary,
        reuse=reuse,
    )
