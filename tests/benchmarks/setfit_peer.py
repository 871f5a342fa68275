"""Few labels a class: ways of this project beside the package ``setfit``, one cell of the table a call.

``python -m tests.benchmarks.setfit_peer --data banking77 --shots 8 --seed 0 --way contrastive --folder DIR``
prints one line of JSON. ``--way setfit`` needs an environment with that package; all ways learn from the
same rows, start from the same backbone and are scored on all test rows. `seconds` are those of the training,
from texts read and backbone loaded to a fitted head.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.benchmarks.work import answer

FILES = {
    "banking77": ("banking77_train.csv", "banking77_test.csv"),
    "sst2": ("sst2_train.tsv", "sst2_test.tsv"),
}
ROOM = 10**11


@dataclass(frozen=True)
class Cell:
    """Training and test rows of one measurement, with class indices, and its settings."""

    train: list[str]
    labels: NDArray[np.int64]
    test: list[str]
    test_labels: NDArray[np.int64]
    options: argparse.Namespace

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.labels.max()) + 1


def read(options: argparse.Namespace) -> Cell:
    """Draw `shots` rows of every class by the seed; the test rows are all there are."""
    tables = []
    for name in FILES[options.data]:
        path = Path(options.folder) / name
        table = pd.read_csv(
            path, sep="\t" if path.suffix == ".tsv" else ",", dtype=str, quoting=options.quoting
        )
        tables.append(table.rename(columns={"sentence": "text", "category": "label"}))
    train, test = tables
    names = sorted(train["label"].unique())
    codes = [pd.Index(names).get_indexer(table["label"]).astype(np.int64) for table in tables]
    random = np.random.default_rng(options.seed)
    rows = np.concatenate(
        [random.permutation(np.flatnonzero(codes[0] == k))[: options.shots] for k in range(len(names))]
    )
    return Cell(train["text"].iloc[rows].tolist(), codes[0][rows], test["text"].tolist(), codes[1], options)


def setfit(cell: Cell) -> tuple[float, NDArray[np.int64]]:
    """Train by ``setfit`` with its defaults and `iterations` positive and negative pairs of each text."""
    from datasets import Dataset  # type: ignore[import-not-found]
    from setfit import SetFitModel, Trainer, TrainingArguments  # type: ignore[import-not-found]

    from translearn_core.backbones.resolve import resolve_backbone
    from translearn_core.config import BackboneConfig

    options = cell.options
    model = SetFitModel.from_pretrained(str(resolve_backbone(BackboneConfig(), network=False)))
    rows = Dataset.from_dict({"text": cell.train, "label": cell.labels.tolist()})
    with TemporaryDirectory() as folder:
        settings = TrainingArguments(
            output_dir=folder, num_iterations=options.iterations, seed=options.seed, save_strategy="no",
            report_to="none", show_progress_bar=False, max_steps=options.max_steps, use_amp=options.amp,
        )  # fmt: skip
        trainer = Trainer(model=model, args=settings, train_dataset=rows)
        began = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - began
    return seconds, np.asarray(model.predict(cell.test), dtype=np.int64)


def contrastive(cell: Cell) -> tuple[float, NDArray[np.int64]]:
    """Train by the recipe of this project."""
    return _trained(cell, "contrastive", cell.options.blocks)


def last_blocks(cell: Cell) -> tuple[float, NDArray[np.int64]]:
    """Fine-tune the last two blocks for at least as many steps as in label efficiency."""
    return _trained(cell, "last-k", 2)


def frozen_probe(cell: Cell) -> tuple[float, NDArray[np.int64]]:
    """Fit a linear probe to the last layer."""
    return _trained(cell, "probe", None)


def _trained(cell: Cell, name: str, depth: int | None) -> tuple[float, NDArray[np.int64]]:
    from tests.targets import single_label
    from translearn_core.activations import ActivationCache, Compute
    from translearn_core.backbones import load
    from translearn_core.config import DataConfig, ExperimentConfig, HeadKind, TrainingConfig, recipe
    from translearn_core.config.studies.min_steps import with_min_steps
    from translearn_core.experiment import build
    from translearn_core.runs.studies.label_efficiency import FEWEST_STEPS
    from translearn_core.training.contrastive.text_pairs import TextPairs
    from translearn_core.training.loop import Loop
    from translearn_core.training.probe_head import fit_probe
    from translearn_core.training.training_rows import TrainingRows
    from translearn_core.transfer import Inputs, StageInputs, predict, refitted

    options, nothing = cell.options, np.zeros(0, dtype=np.int64)
    backbone = load(ExperimentConfig(data=DataConfig(dataset="d", text="t", label="l")).backbone)
    base = ExperimentConfig(
        data=DataConfig(dataset="d", text="t", label="l"), training=TrainingConfig(seed=options.seed)
    )
    config = recipe(name).apply(base, backbone.n_blocks, depth=depth)
    config = with_min_steps(config, len(cell.train), FEWEST_STEPS)
    changes = {k: v for k, v in (("lr", options.lr), ("epochs", options.epochs)) if v is not None}
    if config.contrastive is not None:
        config = config.model_copy(
            update={
                "training": config.training.model_copy(update=changes),
                "contrastive": config.contrastive.model_copy(
                    update={} if options.draws is None else {"draws": options.draws}
                ),
            }
        )
    compute = Compute.choose()
    target, rows = single_label(cell.labels, cell.classes), np.arange(len(cell.train))
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        model = build(config, backbone, target, rows).to(compute.device).eval()
        texts = backbone.inputs(cell.train, config.features)
        plans = [stage.freeze for stage in config.resolved_stages]
        stages = StageInputs(model, texts, compute, ActivationCache(Path(folder), ROOM), stage_plans=plans)
        inputs = stages.for_first_stage(rows, seed=options.seed)
        pairs = (
            None if config.contrastive is None else TextPairs(cell.labels, rows, nothing, config.contrastive)
        )
        task = TrainingRows(target, rows, nothing, pairs=pairs)
        loop = Loop(
            model, inputs, task, config.training, compute, before=config.resolved_stages[:-1],
            last=config.resolved_stages[-1], restarts=config.restarts,
            inputs_for=stages if pairs is None else refitted(stages, rows, options.seed),
        )  # fmt: skip
        fit = partial(fit_probe, loop, lambda _: None, lambda *_: None)
        loop.run(lambda _: None, fit if config.head.kind is HeadKind.PROBE else None)
        seconds = time.perf_counter() - began
    asked = Inputs.of(backbone.inputs(cell.test, config.features))
    return seconds, predict(model, asked, np.arange(len(cell.test)), compute).logits.argmax(1)


def prototypes(cell: Cell) -> tuple[float, NDArray[np.int64]]:
    """Give each test text the class of the nearest mean in the last layer."""
    from translearn_core.activations import ActivationCache, Compute, Encoder
    from translearn_core.analysis.few_labels.prototypes import Prototypes
    from translearn_core.backbones import load
    from translearn_core.config import BackboneConfig, Pooling

    backbone, compute = load(BackboneConfig()), Compute.choose()

    def vectors(texts: list[str], folder: str) -> NDArray[np.floating]:
        encoder = Encoder(
            backbone, backbone.examples(texts, 128), compute, ActivationCache(Path(folder), ROOM)
        )
        return np.asarray(encoder.last_layer(Pooling.MEAN).vectors().numpy())

    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        found = Prototypes.fit(vectors(cell.train, folder), cell.labels, cell.classes)
        seconds = time.perf_counter() - began
        return seconds, found.similarities(vectors(cell.test, folder)).argmax(1)


WAYS: dict[str, Callable[[Cell], tuple[float, NDArray[np.int64]]]] = {
    "setfit": setfit,
    "contrastive": contrastive,
    "last-2": last_blocks,
    "probe": frozen_probe,
    "prototypes": prototypes,
}


def main() -> None:
    """Measure one cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=FILES, required=True)
    parser.add_argument("--folder", required=True, help="of the data sets")
    parser.add_argument("--shots", type=int, default=8, help="labels of each class")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--way", choices=WAYS, required=True)
    parser.add_argument("--iterations", type=int, default=20, help="setfit: pairs of each text, and as many")
    parser.add_argument("--max-steps", type=int, default=-1, help="setfit: stop after so many steps")
    parser.add_argument("--amp", action="store_true", help="setfit: automatic mixed precision")
    parser.add_argument("--draws", type=int, help="contrastive: draws of each text")
    parser.add_argument("--lr", type=float, help="contrastive: rate")
    parser.add_argument("--epochs", type=int, help="contrastive: epochs")
    parser.add_argument("--blocks", type=int, help="contrastive: blocks that train; default: all")
    parser.add_argument("--test-rows", type=int, help="score on the first rows alone")
    options = parser.parse_args()
    options.quoting = 3 if options.data == "sst2" else 0
    cell = read(options)
    if options.test_rows:
        cell = Cell(
            cell.train, cell.labels, cell.test[: options.test_rows], cell.test_labels[: options.test_rows],
            options,
        )  # fmt: skip
    seconds, predicted = WAYS[options.way](cell)
    answer(
        data=options.data, shots=options.shots, seed=options.seed, way=options.way, rows=len(cell.train),
        accuracy=float((predicted == cell.test_labels).mean()), seconds=seconds, test_rows=len(cell.test),
    )  # fmt: skip


if __name__ == "__main__":
    main()
