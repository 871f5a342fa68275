"""Captions of a run's learning curves: which epoch was kept, and where curves are of several losses."""

import pytest

from tests.plots.small_results import make_history
from translearn_core.config import (
    ContrastiveConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    KeepEpoch,
    SelfTrainingConfig,
    TrainingConfig,
)
from translearn_core.reporting.blocks import FigureBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.training_section import PAIRS, ROUNDS, training_section

DATA = DataConfig(dataset="d", text="text", label="label")
LAST = TrainingConfig(keep=KeepEpoch.LAST)


@pytest.mark.parametrize(
    ("fields", "of_loss", "of_score"),
    [
        ({}, "overfits.", "it was the best on validation."),
        ({"training": LAST}, "overfits.", "kept: the last one."),
        (
            {"self_training": SelfTrainingConfig()},
            ROUNDS,
            "of the last training it was the best on validation.",
        ),
        (
            {"contrastive": ContrastiveConfig(), "head": HeadConfig(kind=HeadKind.PROBE)},
            PAIRS,
            "the head as it was fitted after the pairs.",
        ),
    ],
)
def test_captions_say_what_the_curves_are(fields: dict[str, object], of_loss: str, of_score: str) -> None:
    config = ExperimentConfig(data=DATA, freeze=FreezePlan.last_n(2, 6), **fields)
    section = training_section(config, ReportData("run", history=make_history()))
    figures = [block for block in section.blocks if isinstance(block, FigureBlock)]
    assert figures[0].caption.endswith(of_loss)
    assert figures[1].caption.endswith(of_score)
