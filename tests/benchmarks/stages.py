"""Gradual unfreezing with what stays frozen kept, beside the same schedule with every step run whole.

``python -m tests.benchmarks.stages --train TRAIN.csv --test TEST.csv``
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tests.benchmarks.work import Work, answer
from tests.targets import single_label
from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import load
from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    Precision,
    RecipeName,
    TrainingConfig,
)
from translearn_core.experiment import build
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs, StageInputs, predict

ROOM = 10**11


class Streaming(StageInputs):
    """Every step runs the whole backbone."""

    def __call__(self, plan: FreezePlan) -> Inputs:
        """Return tokens, whatever trains."""
        return Inputs.of(self.texts)


def train(work: Work) -> None:
    """Train one schedule, `work.plan` blocks deep, and score it."""
    learnt, reported = work.tables()
    backbone = load(BackboneConfig())
    loop_settings = TrainingConfig(
        seed=work.seed, batch_size=work.batch_size, precision=Precision(work.precision)
    )
    base = ExperimentConfig(
        data=DataConfig(dataset="benchmark", text="text", label="label"), training=loop_settings
    )
    config = RECIPES[RecipeName.GRADUAL].apply(base, backbone.n_blocks, depth=int(work.plan))
    compute = Compute.choose(config.training.device, config.training.precision)

    target = single_label(learnt.labels, learnt.classes)
    began = time.perf_counter()
    model = build(config, backbone, target).to(compute.device).eval()
    texts = backbone.examples(learnt.texts, config.features.token_limit)
    everything = np.arange(len(learnt.labels))
    kind = StageInputs if work.who == "kept" else Streaming
    stage_plans = (
        [stage.freeze for stage in config.resolved_stages]
        if work.who == "kept"
        else [config.resolved_stages[0].freeze]
    )
    supply = kind(model, texts, compute, ActivationCache(Path(work.store), ROOM), stage_plans=stage_plans)
    inputs = supply.for_first_stage(everything, seed=work.seed)
    rows = TrainingRows(target, everything, everything[:0])
    loop = Loop(model, inputs, rows, config.training, compute, before=config.stages, inputs_for=supply)
    loop.run(lambda _: None)
    seconds = time.perf_counter() - began

    held = Inputs.of(backbone.examples(reported.texts, config.features.token_limit).tokens)
    outputs = predict(model, held, np.arange(len(reported.labels)), compute)
    accuracy = float(np.mean(outputs.logits.argmax(1) == reported.labels))
    answer(seconds=seconds, accuracy=accuracy, loss=float(loop.state.history[-1].train["loss"]))  # type: ignore[union-attr]


def main(
    train: Annotated[Path, typer.Option(help="CSV or TSV to train on.")],
    test: Annotated[Path, typer.Option(help="CSV or TSV to score on.")],
    text: Annotated[str, typer.Option(help="Column of the texts.")] = "text",
    label: Annotated[str, typer.Option(help="Column of the classes.")] = "label",
    depths: Annotated[str, typer.Option(help="Blocks at which unfreezing stops.")] = "6,2",
    seeds: Annotated[int, typer.Option()] = 3,
    precision: Annotated[str, typer.Option(help="bf16 or float32.")] = "bf16",
) -> None:
    """Measure both, one after another, in turns."""
    from tests.benchmarks.__main__ import measure

    base: dict[str, Any] = {"train": str(train), "test": str(test), "text": text, "label": label}
    table = Table("stops at", "kept", "run whole", "ratio", "accuracy kept", "accuracy whole")
    for depth in depths.split(","):
        measured: dict[str, list[dict[str, Any]]] = {"kept": [], "whole": []}
        for seed in range(seeds):
            for who in measured:
                home = tempfile.mkdtemp(prefix="stages-")
                measured[who].append(measure("stages", Work(who, depth, precision, seed, store=home, **base)))
                shutil.rmtree(home)
        seconds = {who: float(np.median([f["seconds"] for f in facts])) for who, facts in measured.items()}
        scores = [f"{np.mean([f['accuracy'] for f in facts]):.3f}" for facts in measured.values()]
        ratio = f"{seconds['kept'] / seconds['whole']:.2f}"
        table.add_row(
            f"{depth} blocks", f"{seconds['kept']:.1f} s", f"{seconds['whole']:.1f} s", ratio, *scores
        )
    Console().print(table)


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].startswith("{"):
        train(Work(**json.loads(sys.argv[1])))
    else:
        typer.run(main)
