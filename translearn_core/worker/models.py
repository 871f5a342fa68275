"""Jobs on a backbone: find its parts, time it, train on it."""

import time

import torch

from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import bytes_to_fetch, load
from translearn_core.config import (
    BackboneInfoConfig,
    DownloadSizeConfig,
    ExperimentConfig,
    ProfileConfig,
    Slot,
)
from translearn_core.engine import devices
from translearn_core.experiment import run_experiment
from translearn_core.results import CostModel, DownloadSize
from translearn_core.runs import artifacts
from translearn_core.settings import settings
from translearn_core.training.profiler import profile_steps
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared


def download_size(context: Context) -> None:
    """Say how much of a backbone is still to be fetched, before anybody decides to."""
    config = context.config
    assert isinstance(config, DownloadSizeConfig)
    context.report("asking how large the model is")
    artifacts.save(context.folder, DownloadSize(bytes_to_fetch(config.backbone)))


def inspect_backbone(context: Context) -> None:
    """Find a backbone's parts.

    A Hub model is fetched here, because a person who saw its size asked for it, and nowhere else. Other
    questions wait meanwhile. That is borne: it happens once for a model and a machine, the page shows how
    long it takes, and a stop is heard within seconds and loses nothing.
    """
    config = context.config
    assert isinstance(config, BackboneInfoConfig)

    def tell(stage: str = "", done: float = 0, total: float = 0) -> None:
        here = done >= total
        context.report("loading the backbone" if here else stage, 0 if here else done, 0 if here else total)

    tell()
    artifacts.save(context.folder, load(config.backbone, network=True, report=tell).anatomy)


def profile(context: Context) -> None:
    """Time a few real steps of a backbone on this device."""
    config = context.config
    assert isinstance(config, ProfileConfig)
    context.report("timing a few steps")
    artifacts.save(context.folder, load_profile(config))


def load_profile(config: ProfileConfig) -> CostModel:
    """Return what steps of a backbone cost on this device."""
    compute = Compute.choose(config.training.device, config.training.precision)
    began = time.perf_counter()
    backbone = load(config.backbone)
    took = time.perf_counter() - began
    if compute.device.type == "cuda":
        limit = int(torch.cuda.get_device_properties(compute.device).total_memory)
    else:
        limit = devices.worker_bytes(settings(), Slot.TRAIN)
    pooling, training = config.features.pooling, config.training
    return profile_steps(backbone, compute, pooling=pooling, training=training, load=took, limit_bytes=limit)


def activations(context: Context) -> ActivationCache:
    """Return what backbones made of texts in this workspace."""
    return ActivationCache(context.store.workspace.activations, settings().max_activations_mb * 1_000_000)


def train(context: Context) -> None:
    """Run one experiment, from its checkpoint if it has one."""
    config = context.config
    assert isinstance(config, ExperimentConfig)
    store = context.store
    kept = activations(context)
    store.forget_points(context.job.id)
    store.forget_answers(context.job.id)
    run_experiment(
        config,
        lambda: load_prepared(store.workspace, config.data),
        context.folder,
        store=kept,
        report=context.report,
        record=context.add_points,
        parent=store.workspace.run(config.continues) if config.continues else None,
        teacher=store.workspace.run(config.distil.teacher) if config.distil else None,
    )
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
