"""This project: tokenise, encode what stays frozen, train; from rows read and model loaded to the end."""

import time
from pathlib import Path

import numpy as np

from tests.benchmarks.work import Work, answer, requested, scores
from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    ExperimentConfig,
    FreezePlan,
    Pooling,
    Precision,
    Split,
    TrainingConfig,
)
from translearn_core.experiment import build
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs, StageInputs, predict

ROOM = 10**11


def main() -> None:
    """Do one piece of work."""
    work = requested()
    (encode if work.who == "ours encode" else train)(work)


def train(work: Work) -> None:
    """Train and score."""
    data = work.prepared()
    backbone = load(BackboneConfig())
    plan = FreezePlan.parse(work.plan, backbone.n_blocks)
    settings = {"seed": work.seed, "epochs": work.epochs, "batch_size": work.batch_size}
    training = TrainingConfig.defaults_for(plan).model_copy(
        update=settings | {"precision": Precision(work.precision)}
    )
    config = ExperimentConfig(data=work.data, freeze=plan, training=training).with_default_encoding()
    compute = Compute.choose(training.device, training.precision)
    train = data.split_indices(Split.TRAIN)

    began = time.perf_counter()
    model = build(config, backbone, data.target, train).to(compute.device).eval()
    learned = backbone.inputs([data.texts[i] for i in train], config.features)
    everything = np.arange(len(train))
    supply = StageInputs(model, learned, compute, ActivationCache(Path(work.store), ROOM))
    inputs = supply.for_first_stage(everything, seed=work.seed)
    encoded = time.perf_counter()
    rows = TrainingRows(data.target.select(train), everything, everything[:0])
    Loop(model, inputs, rows, training, compute).run(lambda _: None)
    seconds = time.perf_counter() - began

    asked = Inputs.of(backbone.inputs(data.texts, config.features))
    outputs = predict(model, asked, np.arange(len(data.texts)), compute)
    answer(
        seconds=seconds,
        encode=encoded - began,
        scores=scores(data, outputs.predictions),
        encoded=None if supply.cache_usage is None else supply.cache_usage.encoded,
    )


def encode(work: Work) -> None:
    """Encode the training rows: every layer pooled, then the last layer alone."""
    learnt, _ = work.tables()
    backbone = load(BackboneConfig())
    compute = Compute.choose(precision=Precision(work.precision))
    took = {}
    for name in ("every layer", "last layer"):
        texts = backbone.examples(learnt.texts, 128)
        began = time.perf_counter()
        encoder = Encoder(backbone, texts, compute, ActivationCache(Path(work.store) / name, ROOM))
        if name == "every layer":
            encoder.last_layer(Pooling.MEAN)
        else:
            encoder._ensure({(backbone.n_blocks, Pooling.MEAN)}, set())
        took[name] = time.perf_counter() - began
    weights = sum(p.numel() for name, p in backbone.model.named_parameters() if p.ndim == 2 and "block" in
                  backbone.parts[name])  # fmt: skip
    answer(
        seconds=took["every layer"],
        last_layer=took["last layer"],
        flops=2.0 * weights * float(texts.cost.sum()),
    )


if __name__ == "__main__":
    main()
