"""One experiment told top-down: data → backbone → features → train → evaluate → keep."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from translearn_core.activations import Compute, Report, Store, Texts, quiet
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, Split
from translearn_core.data.dataset import Prepared
from translearn_core.errors import Stopped
from translearn_core.experiment.build_model import build, check
from translearn_core.experiment.evaluation import drift_of, evaluate, keep_neighbours, summarise
from translearn_core.experiment.run_recorder import Clock, Keeper, Record, take_up
from translearn_core.experiment.training_data import augmented, sample_of
from translearn_core.results import LayerMix, RunSummary
from translearn_core.runs import artifacts
from translearn_core.training import Checkpoint, Loop, Replay, answers, taught
from translearn_core.transfer import Supply, save_trained


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

    absent = material.rows.absent
    model = build(config, backbone, len(prepared.classes), absent).to(compute.device).eval()
    texts = Texts(material.texts, backbone.tokenizer, config.features.token_limit)
    supply = Supply(model, texts, compute, store, report, course=[stage.plan for stage in config.course])
    inputs = supply.first(prepared.where(Split.TRAIN), seed=config.training.seed)
    lesson = taught(config.distil, teacher, prepared.classes, material.texts, material.rows.train, report)
    clock.lap("encode")

    loop = Loop(
        model, inputs, material.rows, config.training, compute, report,
        before=config.stages, inputs_for=supply, lesson=lesson,
    )  # fmt: skip
    take_up(loop, config, folder, parent, record, report)
    clock.add(loop.state.spent)
    replay = Replay(folder, supply, config, prepared.texts, sample_of(prepared))
    replay.begin(loop.state)
    clock.lap("evaluate")
    stopped: Stopped | None = None
    try:
        loop.run(Keeper(folder, report, record, clock, replay, len(config.course)))
    except Stopped as request:
        stopped = request  # it was heard: what there is may be scored in peace
        clock.lap("train")
        loop.checkpoint(clock.spent).write(folder)
        report = supply.report = quiet
        loop.close()
    clock.lap("train")

    if stopped is None or loop.state.best:
        summary = keep(folder, config, prepared, loop, supply, clock, report)
    if stopped is not None:
        raise stopped
    Checkpoint.forget_previous(folder)
    return summary


def keep(
    folder: Path,
    config: ExperimentConfig,
    prepared: Prepared,
    loop: Loop,
    supply: Supply,
    clock: Clock,
    report: Report,
) -> RunSummary:
    """Score the model of a loop that has closed, and keep under `folder` what there is to know of it."""
    model, compute = loop.model, loop.compute
    save_trained(folder, model, config, prepared.classes)
    told, features = answers(model, loop.inputs, np.arange(len(prepared.texts)), compute, report)
    evaluation = evaluate(told, prepared, seed=config.training.seed)
    keep_neighbours(folder, features, prepared)
    artifacts.save(folder, drift_of(config, model, loop))
    artifacts.save(folder, evaluation)
    if model.mix is not None:
        artifacts.save(folder, LayerMix(tuple(model.mix.weights.tolist()), model.mix.factor.item()))
    clock.lap("evaluate")
    summary = summarise(compute, model, loop, evaluation, clock, supply.reuse)
    artifacts.save(folder, summary)
    return summary
