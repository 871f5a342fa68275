"""Jobs on backbones: download size, architecture and step profile."""

import time

import torch

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.backbones import bytes_to_fetch, load
from translearn_core.config.settings import settings
from translearn_core.engine import memory
from translearn_core.jobs import BackboneInfoConfig, DownloadSizeConfig, ProfileConfig, Slot
from translearn_core.results import CostModel, DownloadSize
from translearn_core.results.backbone_info import TFIDF_INFO
from translearn_core.runs import artifacts
from translearn_core.training.profiler import profile_steps
from translearn_core.worker.context import Context


def download_size(context: Context[DownloadSizeConfig]) -> None:
    """Measure the bytes of a backbone that are still to be downloaded."""
    config = context.config
    context.report("asking how large the model is")
    size = 0 if config.backbone.is_tfidf else bytes_to_fetch(config.backbone)
    artifacts.save(context.folder, DownloadSize(size))


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

    if config.backbone.is_tfidf:
        artifacts.save(context.folder, TFIDF_INFO)
        return
    report()
    artifacts.save(context.folder, load(config.backbone, network=True, report=report).info)


def profile(context: Context[ProfileConfig]) -> None:
    """Time a few training steps of a backbone on this device."""
    config = context.config
    context.report("loading the backbone")
    artifacts.save(context.folder, load_profile(config, context.report))


def load_profile(config: ProfileConfig, report: ProgressCallback = no_progress) -> CostModel:
    """Return the cost model of a backbone on this device."""
    compute = Compute.choose(config.training.device, config.training.precision)
    started = time.perf_counter()
    backbone = load(config.backbone)
    load_seconds = time.perf_counter() - started
    if compute.device.type == "cuda":
        limit = int(torch.cuda.get_device_properties(compute.device).total_memory)
    else:
        limit = memory.worker_bytes(settings(), Slot.TRAINING)
    pooling, training = config.features.pooling, config.training
    return profile_steps(
        backbone,
        compute,
        pooling=pooling,
        training=training,
        load=load_seconds,
        limit_bytes=limit,
        report=report,
    )
