"""Backbone jobs: download size, architecture, step profile, training."""

import time

import torch

from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import bytes_to_fetch, load
from translearn_core.config import ExperimentConfig
from translearn_core.engine import devices
from translearn_core.experiment import run_experiment
from translearn_core.jobs import BackboneInfoConfig, DownloadSizeConfig, ProfileConfig, Slot
from translearn_core.results import CostModel, DownloadSize
from translearn_core.runs import artifacts
from translearn_core.settings import settings
from translearn_core.training.profiler import profile_steps
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared


def download_size(context: Context[DownloadSizeConfig]) -> None:
    """Measure the bytes of a backbone that are still to be downloaded."""
    config = context.config
    context.report("asking how large the model is")
    artifacts.save(context.folder, DownloadSize(bytes_to_fetch(config.backbone)))


def inspect_backbone(context: Context[BackboneInfoConfig]) -> None:
    """Inspect a backbone's architecture; download it if needed.

    The only job that downloads from the Hub. It blocks other interactive jobs meanwhile: acceptable, once
    per model and machine. It can be stopped within seconds and resumes where it stopped.
    """
    config = context.config

    def report(stage: str = "", done: float = 0, total: float = 0) -> None:
        if done < total:
            context.report(stage, done, total)
        else:
            context.report("loading the backbone")

    report()
    artifacts.save(context.folder, load(config.backbone, network=True, report=report).anatomy)


def profile(context: Context[ProfileConfig]) -> None:
    """Time a few training steps of a backbone on this device."""
    config = context.config
    context.report("timing a few steps")
    artifacts.save(context.folder, load_profile(config))


def load_profile(config: ProfileConfig) -> CostModel:
    """Return the cost model of a backbone on this device."""
    compute = Compute.choose(config.training.device, config.training.precision)
    started = time.perf_counter()
    backbone = load(config.backbone)
    load_seconds = time.perf_counter() - started
    if compute.device.type == "cuda":
        limit = int(torch.cuda.get_device_properties(compute.device).total_memory)
    else:
        limit = devices.worker_bytes(settings(), Slot.TRAINING)
    pooling, training = config.features.pooling, config.training
    return profile_steps(
        backbone, compute, pooling=pooling, training=training, load=load_seconds, limit_bytes=limit
    )


def activations(context: Context) -> ActivationCache:
    """Return the activation cache of this workspace."""
    return ActivationCache(context.store.workspace.activations, settings().max_activations_mb * 1_000_000)


def train(context: Context[ExperimentConfig]) -> None:
    """Run or resume one experiment."""
    config = context.config
    store = context.store
    store.forget_points(context.job.id)
    store.forget_answers(context.job.id)
    run_experiment(
        config,
        lambda: load_prepared(store.workspace, config.data),
        context.folder,
        store=activations(context),
        report=context.report,
        record=context.add_points,
        parent=store.workspace.run(config.continues) if config.continues else None,
        teacher=store.workspace.run(config.distil.teacher) if config.distil else None,
    )
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
