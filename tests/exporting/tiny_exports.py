"""Exports of tiny models with every kind of head."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tests.architectures import CAUSAL, TEXTS, tiny_folder
from translearn_core.activations import Compute
from translearn_core.backbones import load
from translearn_core.config import (
    Activation,
    BackboneConfig,
    Cell,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    LayerCombination,
    PairEncoding,
    Pooling,
    Tuning,
    TuningConfig,
)
from translearn_core.exporting.archive import SCRIPTS, add_script
from translearn_core.exporting.weights import save_model
from translearn_core.transfer import Classifier, FineTunedModel, Inputs
from translearn_core.transfer.adapters import ADAPTER

LABELS = ("bad", "good, or so", 'a "third"')
DRIVER = Path(__file__).with_name("elsewhere.py")
LINEAR = HeadConfig()
EXACT = Compute(torch.device("cpu"), bf16=False)


@dataclass(frozen=True)
class Choice:
    """Architecture and head of a classifier; `layers` is a `LayerCombination`, ``one:k`` for layer k."""

    architecture: str = "bert"
    layers: str = "last"
    pooling: Pooling = Pooling.MEAN
    head: HeadConfig = LINEAR
    tuning: Tuning = Tuning.ALL
    blocks: int | None = None
    pairs: PairEncoding | None = None

    def experiment(self, backbone: Path) -> ExperimentConfig:
        kind, _, number = self.layers.partition(":")
        return ExperimentConfig(
            data=DataConfig(
                dataset="0" * 20, text="text", text_pair="other" if self.pairs else None, label="label"
            ),
            backbone=BackboneConfig(id=str(backbone), keep_blocks=self.blocks),
            freeze=FreezePlan(blocks=(1, 2) if self.tuning.adds_parameters else ()),
            tuning=TuningConfig(kind=self.tuning),
            features=FeatureConfig(
                pooling=self.pooling,
                token_limit=16,
                layer_combination=LayerCombination(kind),
                layer=int(number) if number else None,
                pair_encoding=self.pairs or PairEncoding.JOINT,
            ),
            head=self.head,
        )


MLP = {a: Choice(head=HeadConfig(kind=HeadKind.MLP, width=24, activation=a)) for a in Activation}
CHOICES: dict[str, Choice] = {
    **{f"mlp {a!s}": choice for a, choice in MLP.items()},
    **{
        f"layers {how!s}": Choice(layers=str(how))
        for how in LayerCombination
        if how is not LayerCombination.ONE
    },
    **{f"layer {k}": Choice(layers=f"one:{k}") for k in (0, 1, 3)},
    **{f"pooling {p!s}": Choice(pooling=p) for p in (Pooling.CLS, Pooling.MAX)},
    "pooling last": Choice("gpt2", pooling=Pooling.LAST),
    **{f"{t!s} on bert": Choice(tuning=t) for t in Tuning if t.adds_parameters},
    **{f"{t!s} on gpt2": Choice("gpt2", pooling=Pooling.LAST, tuning=t) for t in Tuning if t.adds_parameters},
    "fewer blocks": Choice(blocks=2),
    "fewer blocks of several kinds": Choice("qwen3", pooling=Pooling.LAST, blocks=2),
    "mlp on a mix, max": Choice(layers="mix", pooling=Pooling.MAX, head=MLP[Activation.GELU].head),
    **{
        f"every layer of {name}": Choice(name, "mix", Pooling.LAST if name in CAUSAL else Pooling.MEAN)
        for name in ("roberta", "distilbert", "mpnet", "modernbert", "gpt2", "llama", "gemma3")
    },
}
"""Every kind of head, pooling and layer combination, and every change of the backbone's files."""


def make(choice: Choice, folder: Path) -> FineTunedModel:
    """Build the classifier, with random changes to its head and the parameters that tuning adds."""
    config = choice.experiment(tiny_folder(choice.architecture, folder / "source"))
    backbone = load(config.backbone)
    model = Classifier(
        backbone, config.freeze, config.features, config.head, len(LABELS), tuning=config.tuning
    )
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(11)
        for name, parameter in model.named_parameters():
            if name.startswith("head.") or ".lora_" in name or ADAPTER in name:
                parameter.add_(0.3 * torch.randn_like(parameter))
        model.eval()
        cells = list(zip(TEXTS, TEXTS[::-1], strict=True)) if choice.pairs else TEXTS
        tokens = Inputs.of(backbone.inputs(cells, config.features))
        model.standardise.fit(model.features(tokens.batch(np.arange(len(TEXTS))), EXACT))
        model.standardise.scale.clamp_(min=0.05)  # smaller scales would amplify rounding
    return FineTunedModel(model, LABELS, EXACT, pairs=config.data.text_pair is not None)


def write(choice: Choice, folder: Path, texts: Sequence[Cell]) -> NDArray[np.float32]:
    """Write an export under `folder` and return the model's probabilities."""
    trained = make(choice, folder)
    ours = trained.predict(texts).predictions
    save_model(folder, trained, choice.experiment(folder / "source"))
    for name in SCRIPTS:
        add_script(folder, name)
    return ours


def run_elsewhere(
    program: str, folders: Sequence[Path], texts: Sequence[str], *, blocked: str = ""
) -> dict[str, list[dict[str, Any]]]:
    """Return the lines that `program` prints in each folder, run without this project."""
    command = [sys.executable, "-I", str(DRIVER), program, *map(str, folders)]
    done = subprocess.run(
        command, input="\n".join(texts), capture_output=True, text=True, check=False,
        cwd=folders[0], env={**os.environ, "BLOCKED": blocked, "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    lines: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return lines


def shares(lines: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Return printed probabilities, shape (texts, labels)."""
    return np.asarray([[line["probabilities"][label] for label in LABELS] for line in lines])
