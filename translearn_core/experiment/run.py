"""Experiment run, top-down: data → backbone → features → train → evaluate → save."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from translearn_core.activations import (
    ActivationCache,
    Compute,
    ProgressCallback,
    no_progress,
)
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, HeadKind, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import Stopped
from translearn_core.experiment.adaptation import adapt
from translearn_core.experiment.build_model import build, check
from translearn_core.experiment.evaluation import (
    evaluate,
    held_out_logits,
    save_neighbour_index,
    summarise,
    weight_drift,
)
from translearn_core.experiment.joint_outputs import save_joint_outputs
from translearn_core.experiment.prediction import predict_splits
from translearn_core.experiment.run_recorder import PhaseTimer, RunRecorder, resume_or_start
from translearn_core.experiment.self_training import RoundsWriter, self_training, self_training_result
from translearn_core.experiment.tfidf_run import run_tfidf
from translearn_core.experiment.training_data import snapshot_rows, training_data
from translearn_core.results import LayerMix, NeighbourBank, RunSummary
from translearn_core.runs import artifacts
from translearn_core.training.callbacks import Record
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.distillation import teacher_outputs
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.training.loop import InputsFor, Loop
from translearn_core.training.probe_head import fit_probe
from translearn_core.training.snapshots import SnapshotWriter
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import StageInputs, refitted, save_trained


def run_experiment(
    config: ExperimentConfig,
    prepare: Callable[[], PreparedDataset],
    folder: Path,
    *,
    store: ActivationCache,
    report: ProgressCallback,
    record: Record,
    parent: Path | None = None,
    teacher: Path | None = None,
) -> RunSummary:
    """Run `config` and save everything under `folder`, resuming from a checkpoint there.

    Outputs of frozen layers are read from `store` or added to it. `parent` is the folder of the run it
    continues, `teacher` that of the run it is distilled from.

    Raises
    ------
    Stopped
        If `report` or `record` asks to stop; a checkpoint has been saved, and running again resumes from it.
    """
    clock = PhaseTimer()
    report("reading the data", 0, 0)
    prepared = prepare()
    if config.backbone.is_tfidf:
        return run_tfidf(config, prepared, folder, clock, report=report, record=record)
    loop, rows, stage_inputs = build_loop(config, prepared, store, teacher, clock, report)
    resume_or_start(loop, config, folder, parent, record, report)
    clock.add(loop.state.seconds_by_phase)
    writer = SnapshotWriter(folder, stage_inputs, config, prepared.texts, snapshot_rows(prepared))
    writer.begin(loop.state)
    clock.switch("evaluate")
    rounds = RoundsWriter(folder, loop, prepared)
    rounds()
    recorder = RunRecorder(folder, report, record, clock, writer, rounds, len(loop.schedule.stages))
    if (stopped := _train(loop, recorder, config)) is not None:
        report = stage_inputs.report = loop.report = no_progress  # score without stopping again
        loop.restore_best()
        if config.contrastive is not None and loop.state.best and not loop.state.finished:
            loop.skip_to_last_stage()
            fit_probe(loop, lambda _: None, no_progress, copies=config.augment.copies)
    clock.switch("train")
    if stopped is None or loop.state.best:
        summary = save_outputs(folder, config, prepared, rows, loop, stage_inputs, clock, report)
    if stopped is not None:
        raise stopped
    Checkpoint.forget_previous(folder)
    return summary


def build_loop(
    config: ExperimentConfig,
    prepared: PreparedDataset,
    store: ActivationCache,
    teacher: Path | None,
    clock: PhaseTimer,
    report: ProgressCallback,
) -> tuple[Loop, TrainingRows | JointRows, StageInputs]:
    """Load the backbone, add augmented copies, encode the inputs of the first stage, and build the loop."""
    compute = Compute.choose(config.training.device, config.training.precision)
    report("loading the backbone", 0, 0)
    backbone = load(config.backbone)
    check(config, backbone)
    data = training_data(prepared, config, backbone)
    clock.switch("read")
    rows = data.rows
    model = build(config, backbone, rows.target, rows.train).to(compute.device).eval()
    if isinstance(rows, JointRows):
        rows = rows.for_model(model)
    texts = backbone.inputs(data.texts, config.features)
    plans = [stage.freeze for stage in config.resolved_stages]
    stage_inputs = StageInputs(model, texts, compute, store, report, stage_plans=plans)
    inputs = stage_inputs.for_first_stage(prepared.split_indices(Split.TRAIN), seed=config.training.seed)
    adaptation = adapt(config, prepared, data, rows, model, stage_inputs)
    if config.self_training is not None:
        adaptation = self_training(config, prepared, data)
    inputs_for: InputsFor = stage_inputs
    if config.contrastive is not None:
        inputs_for = refitted(stage_inputs, rows.train, config.training.seed)
    distillation = teacher_outputs(config.distil, teacher, rows.target.names, data.texts, rows.train, report)
    clock.switch("encode")
    loop = Loop(
        model, inputs, adaptation.task, config.training, compute, report,
        before=adaptation.stages_before(config), last=config.resolved_stages[-1], inputs_for=inputs_for,
        distillation=distillation, added_loss=adaptation.added_loss, labeller=adaptation.labeller,
        restarts=config.restarts,
    )  # fmt: skip
    return loop, adaptation.rows, stage_inputs


def _train(loop: Loop, recorder: RunRecorder, config: ExperimentConfig) -> Stopped | None:
    """Run the loop, with a probe fitted at its end; return a request to stop, checkpoint saved."""
    try:
        fit = partial(fit_probe, loop, recorder, recorder.report, copies=config.augment.copies)
        loop.run(recorder, fit if config.head.kind is HeadKind.PROBE else None)
    except Stopped as request:
        recorder.clock.switch("train")
        loop.checkpoint(recorder.clock.spent).write(recorder.folder)
        return request
    return None


def save_outputs(
    folder: Path,
    config: ExperimentConfig,
    prepared: PreparedDataset,
    rows: TrainingRows | JointRows,
    loop: Loop,
    stage_inputs: StageInputs,
    clock: PhaseTimer,
    report: ProgressCallback,
) -> RunSummary:
    """Evaluate the model of a finished or stopped loop and save model and results under `folder`."""
    if isinstance(rows, JointRows):
        return save_joint_outputs(folder, config, prepared, rows, loop, stage_inputs, clock, report)
    model, compute = stage_inputs.model, loop.compute
    whole = config.training.predict_train
    outputs, predicted = predict_splits(model, loop.inputs, prepared, compute, report, train=whole)
    evaluation = evaluate(outputs, prepared, rows.objective, seed=config.training.seed, rows=predicted)
    save_trained(folder, model, config, rows.target.names, evaluation.thresholds)
    if whole:
        save_neighbour_index(folder, outputs.features, prepared)
    else:
        artifacts.delete(folder, NeighbourBank)  # of weights before this training
    artifacts.save(folder, held_out_logits(outputs.logits, prepared))
    artifacts.save(folder, weight_drift(config, model, loop, rows))
    artifacts.save(folder, evaluation)
    if (rounds := self_training_result(loop, prepared, report)) is not None:
        artifacts.save(folder, rounds)
    if model.mix is not None:
        artifacts.save(folder, LayerMix(tuple(model.mix.weights.tolist()), model.mix.factor.item()))
    clock.switch("evaluate")
    summary = summarise(config, compute, model, loop, evaluation, clock, stage_inputs.cache_usage)
    artifacts.save(folder, summary)
    return summary
