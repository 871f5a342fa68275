"""Learning-rate range test of an experiment, on as many training rows as the search needs."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import load
from translearn_core.config import Split
from translearn_core.data import PreparedDataset
from translearn_core.experiment import build, check
from translearn_core.jobs import LrFinderConfig
from translearn_core.runs import artifacts
from translearn_core.training.distillation import teacher_outputs
from translearn_core.training.lr_finder import find_learning_rate as search
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import StageInputs, augment
from translearn_core.worker.activations import activation_cache
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared


def find_learning_rate(context: Context[LrFinderConfig]) -> None:
    """Run the range test; the trained model is discarded."""
    config = context.config
    experiment, workspace = config.experiment, context.store.workspace
    training, seed = experiment.training, experiment.training.seed
    context.report("reading the data")
    prepared = load_prepared(workspace, experiment.data)
    target = prepared.target
    compute = Compute.choose(training.device, training.precision)
    context.report("loading the backbone")
    backbone = load(experiment.backbone)
    check(experiment, backbone)
    needed = -(-config.steps * training.batch_size // (1 + experiment.augment.copies))
    index = sample_training_rows(prepared, needed, seed)
    originals = [prepared.texts[i] for i in index]
    texts = [*originals, *augment(originals, experiment.augment, backbone)]
    sampled = target.select(np.concatenate([index, np.repeat(index, experiment.augment.copies)]))
    rows = TrainingRows(
        sampled, np.arange(len(texts)), np.arange(0), training.class_weights, training.regression_loss
    )
    model = build(experiment, backbone, target, prepared.split_indices(Split.TRAIN)).to(compute.device).eval()
    tokens = backbone.inputs(texts, experiment.features)
    stage_inputs = StageInputs(
        model, tokens, compute, activation_cache(context), context.report, stage_plans=[experiment.freeze]
    )
    inputs = stage_inputs.for_first_stage(np.arange(len(originals)), seed=seed)
    teacher = workspace.run(experiment.distil.teacher) if experiment.distil else None
    lesson = teacher_outputs(experiment.distil, teacher, target.names, texts, rows.train, context.report)
    result = search(model, inputs, rows, config, compute, context.report, lesson=lesson)
    artifacts.save(context.folder, result)


def sample_training_rows(prepared: PreparedDataset, limit: int, seed: int) -> NDArray[np.int64]:
    """Return a stratified sample of at most `limit` training rows."""
    train = prepared.split_indices(Split.TRAIN)
    return train[stratified_sample(prepared.strata[train], limit, seed)]
