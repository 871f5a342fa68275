"""Staged training with cached inputs equals training that runs the whole backbone in every step."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.architectures import tiny_folder
from tests.training.test_training import experiment, toy
from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, FreezePlan, Split, Stage
from translearn_core.experiment import build
from translearn_core.results import EpochPoint
from translearn_core.training.callbacks import TrainingEvent
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs, StageInputs, predict

BLOCKS = 3
EXACT = Compute(torch.device("cpu"), bf16=False)


class Streaming(StageInputs):
    """Inputs without caching: every step runs the whole backbone, on the same batches as with caching."""

    def __call__(self, plan: FreezePlan) -> Inputs:
        inputs = Inputs.of(self.texts)
        if plan.first_trainable_block(BLOCKS) < BLOCKS:
            return inputs
        return replace(inputs, cost=np.zeros_like(inputs.cost))


def trained(
    kind: type[StageInputs], config: ExperimentConfig, store: Path
) -> tuple[list[EpochPoint], np.ndarray]:
    data = toy(48)
    model = build(config, load(config.backbone), data.target).eval()
    texts = model.loaded_backbone.examples(data.texts, 32)
    plans = [stage.freeze for stage in config.resolved_stages]
    supply = kind(
        model,
        texts,
        EXACT,
        ActivationCache(store, 10**9),
        stage_plans=plans if kind is StageInputs else plans[:1],
    )
    inputs = supply.for_first_stage(data.split_indices(Split.TRAIN), seed=0)
    rows = TrainingRows(data.target, data.split_indices(Split.TRAIN), data.split_indices(Split.VALIDATION))
    loop = Loop(model, inputs, rows, config.training, EXACT, before=config.stages, inputs_for=supply)
    epochs: list[EpochPoint] = []

    def record(event: TrainingEvent) -> None:
        if isinstance(event.point, EpochPoint):
            epochs.append(event.point)

    loop.run(record)
    outputs = predict(model, Inputs.of(texts), np.arange(48), EXACT)
    return epochs, outputs.predictions


@pytest.mark.parametrize("top", [2, BLOCKS])
def test_gradual_unfreezing_gives_the_same_metrics_kept_and_run_whole(top: int, tmp_path: Path) -> None:
    folder = str(tiny_folder("bert", tmp_path / "bert"))
    stages = [Stage(freeze=FreezePlan.last_n(k, BLOCKS), epochs=2) for k in range(top)]
    base = experiment(folder, epochs=2, lr=1e-3, head_lr=1e-2).model_dump()
    plan = FreezePlan.last_n(top, BLOCKS)
    config = ExperimentConfig.model_validate(
        base | {"freeze": plan.model_dump(), "stages": [s.model_dump() for s in stages]}
    )
    cached, cached_probabilities = trained(StageInputs, config, tmp_path / "cached")
    whole, whole_probabilities = trained(Streaming, config, tmp_path / "whole")
    assert len(cached) == 2 * (top + 1)
    for one, other in zip(cached, whole, strict=True):
        assert one.train["loss"] == pytest.approx(other.train["loss"], abs=1e-4)
        assert one.validation["accuracy"] == other.validation["accuracy"]
    np.testing.assert_allclose(cached_probabilities, whole_probabilities, atol=1e-4)
    assert cached[0].train["loss"] != pytest.approx(cached[-1].train["loss"], abs=1e-3)  # it learned
