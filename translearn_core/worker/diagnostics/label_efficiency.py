"""The label curve: what needs no training at every size and draw, beside runs that were trained."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis import crossing_sentence, draw_interval, estimate_crossing, majority_accuracy
from translearn_core.config import ExperimentConfig, LabelEfficiencyArm, LabelEfficiencyConfig, Split, job_id
from translearn_core.data import PreparedDataset
from translearn_core.data.findings import quote
from translearn_core.errors import ConfigError
from translearn_core.results import LabelEfficiency
from translearn_core.results.diagnostics.baselines import FROZEN, SCRATCH, WORDS
from translearn_core.results.diagnostics.label_efficiency import SampleEfficiency
from translearn_core.runs import artifacts
from translearn_core.runs.label_efficiency_studies import nearest_size
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.label_efficiency_baselines import (
    UNTRAINED_ARMS,
    BaselineAnswers,
    fit_label_efficiency_baselines,
)
from translearn_core.worker.features import finished

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

SPOKEN = {SCRATCH: "training from scratch", FROZEN: "the frozen probe", WORDS: "TF-IDF"}
"""How ways are called within a sentence; others are the pretrained model's."""


@dataclass(frozen=True)
class Arm:
    """One way to train: what of it ran, shape (sizes, seeds), and which test rows were right.

    `correct` has shape (sizes, seeds, rows); where nothing ran, another seed of the same size stands in.
    """

    name: str
    ran: BoolArray
    correct: BoolArray = field(repr=False)
    scratch: bool = False

    @property
    def scores(self) -> FloatArray:
        """Test accuracy, shape (sizes, seeds), NaN where there is none."""
        return np.where(self.ran, self.correct.mean(axis=2), np.nan)

    @property
    def sized(self) -> NDArray[np.int64]:
        """Which sizes there is anything of."""
        return np.flatnonzero(self.ran.any(axis=1))


def measure_label_efficiency(context: Context) -> None:
    """Score every way on every number of labels, all on the same test rows, and say where they cross."""
    config = context.config
    assert isinstance(config, LabelEfficiencyConfig)
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    train, test = prepared.where(Split.TRAIN), prepared.where(Split.TEST)
    if config.sizes[-1] > len(train):
        raise ConfigError("sizes", config.sizes[-1], f"at most {len(train):,}, the training rows there are")
    free = _known(context, config) or fit_label_efficiency_baselines(context, config, prepared)
    artifacts.save(context.folder, free)
    ways = [_untrained_arm(config, free, name, len(train)) for name in UNTRAINED_ARMS]
    names = [cell.name for cell in config.cells]
    for name in dict.fromkeys(names):
        context.report("reading the runs", names.index(name), len(names))
        ways.append(_trained_arm(context, config, name, prepared))
    context.report("looking where they cross")
    found, levels = _crossings(context, config, ways), [_levels(way) for way in ways]
    curve = LabelEfficiency(
        names=tuple(way.name for way in ways),
        sizes=config.sizes,
        seeds=config.seeds,
        at=config.at,
        n_validation=len(prepared.where(Split.VALIDATION)),
        n_test=len(test),
        majority=majority_accuracy(prepared.labels[train], prepared.labels[test]),
        sentences=(*_one_class(prepared, test), *(said for said, _ in found)),
        scores=np.stack([way.scores for way in ways]),
        mean=np.stack([level[0] for level in levels]),
        low=np.stack([level[1] for level in levels]),
        high=np.stack([level[2] for level in levels]),
        layers=free.layers,
        reaches=tuple(reach for _, reach in found),
    )
    artifacts.save(context.folder, curve)


def _one_class(prepared: PreparedDataset, test: NDArray[np.int64]) -> tuple[str, ...]:
    """Say where all test rows are of one class, as every line then tells only how often that is answered."""
    found = np.unique(prepared.labels[test])
    if len(found) != 1:
        return ()
    name = quote(prepared.classes[found[0]])
    return (
        f"All {len(test):,} test rows are of one class, {name}: the curve shows only how often that is "
        "answered, and nothing of how classes are told apart.",
    )


def _known(context: Context, config: LabelEfficiencyConfig) -> BaselineAnswers | None:
    """Return what needs no training, where the question without runs has been answered."""
    plain = {"cells": (), "at": nearest_size(config.sizes)}
    job = job_id(config.model_copy(update=plain))
    return artifacts.load(context.store.workspace.run(job), BaselineAnswers)


def _untrained_arm(config: LabelEfficiencyConfig, free: BaselineAnswers, name: str, rows: int) -> Arm:
    ran = np.ones((len(config.sizes), len(config.seeds)), dtype=np.bool_)
    ran[np.asarray(config.sizes) == rows, 1:] = False  # there is one way only to draw all
    return Arm(name, ran, free.correct[UNTRAINED_ARMS.index(name)])


def _trained_arm(
    context: Context, config: LabelEfficiencyConfig, name: str, prepared: PreparedDataset
) -> Arm:
    """Return what the runs of a curve's cells got right, on the test rows of the curve."""
    order = _names(_rows_of(prepared, prepared.where(Split.TEST)))
    shape = len(config.sizes), len(config.seeds)
    ran, correct = np.zeros(shape, dtype=np.bool_), np.zeros((*shape, len(order)), dtype=np.bool_)
    scratch = False
    for cell in (cell for cell in config.cells if cell.name == name):
        place = _place(config.sizes, cell.rows)
        for job in cell.jobs:
            made = context.store.job(job).config
            assert isinstance(made, ExperimentConfig)
            seed = _place(config.seeds, made.training.seed)
            correct[place, seed] = _correct(context, cell, job, order)
            ran[place, seed], scratch = True, made.backbone.random_init
        there = np.flatnonzero(ran[place])
        lacking = np.flatnonzero(~ran[place])
        correct[place, lacking] = correct[place, np.resize(there, len(lacking))]
    return Arm(name, ran, correct, scratch)


def _correct(context: Context, cell: LabelEfficiencyArm, job: str, order: pd.Index) -> BoolArray:
    predictions = finished(context, job).predictions
    learned = int((predictions["split"] == Split.TRAIN).sum())
    if learned != cell.rows:
        raise ConfigError("cells", f"{cell.name}, {cell.rows} rows", f"runs of {learned} rows as such")
    tested = predictions[predictions["split"] == Split.TEST]
    right = tested["correct"].set_axis(_names(tested)).sort_index()
    if not right.index.equals(order.sort_values()):
        raise ConfigError(
            "cells", cell.name, "runs tested on the very rows that the curve is, or the curves cannot be read"
        )
    # equal names are equal rows, so any of them may stand for the other
    return right[~right.index.duplicated()].loc[order].to_numpy(dtype=np.bool_)


def _rows_of(prepared: PreparedDataset, index: NDArray[np.int64]) -> pd.DataFrame:
    names = np.asarray(prepared.classes, dtype=object)
    texts = np.asarray(prepared.texts, dtype=object)
    return pd.DataFrame(
        {"row": prepared.rows[index], "text": texts[index], "label": names[prepared.labels[index]]}
    )


def _names(rows: pd.DataFrame) -> pd.Index:
    """Name rows by what they are and not by their place, which may be another one in every run."""
    return pd.Index(pd.util.hash_pandas_object(rows[["row", "text", "label"]], index=False).to_numpy())


def _place(among: Sequence[int], value: int) -> int:
    if value not in among:
        raise ConfigError("cells", value, f"one of {', '.join(map(str, among))}, as the curve has it")
    return among.index(value)


def _levels(way: Arm) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean, low and high of every size, shape (sizes,), NaN where nothing ran."""
    found = np.full((3, len(way.ran)), np.nan)
    for place in way.sized:
        mean, span = draw_interval(way.correct[place][way.ran[place]])
        found[:, place] = mean, span.low, span.high
    return found[0], found[1], found[2]


def _crossings(
    context: Context, config: LabelEfficiencyConfig, ways: Sequence[Arm]
) -> list[tuple[str, SampleEfficiency]]:
    """Say what each pretrained way has with `at` labels and what the others need for it, the runs first."""
    trained = [way for way in ways if way.name not in UNTRAINED_ARMS]
    frozen, words = (next(way for way in ways if way.name == name) for name in (FROZEN, WORDS))
    ahead = [*(way for way in trained if not way.scratch), frozen]
    behind = [*(way for way in trained if way.scratch), words]
    pairs = [(a, b) for a in ahead for b in behind]
    told = []
    for number, (a, b) in enumerate(pairs):
        context.report("looking where they cross", number, len(pairs))
        if (found := reach_of(config.sizes, config.at, a, b)) is not None:
            told.append(found)
    return told


def reach_of(sizes: Sequence[int], at: int, a: Arm, b: Arm) -> tuple[str, SampleEfficiency] | None:
    """Return with how many labels `b` reaches what `a` has with `at`, in a sentence and in numbers.

    None where `a` was not tried with so few or so many.
    """
    every = np.asarray(sizes)
    if not (len(a.sized) and len(b.sized)) or not every[a.sized[0]] <= at <= every[a.sized[-1]]:
        return None
    found = estimate_crossing(
        every[a.sized].tolist(),
        a.scores[a.sized].T,
        every[b.sized].tolist(),
        b.scores[b.sized].T,
        at,
        correct_a=a.correct[a.sized].swapaxes(0, 1),
        correct_b=b.correct[b.sized].swapaxes(0, 1),
    )
    reach = SampleEfficiency(a.name, b.name, at, found.score, found.estimate, found.low, found.high)
    return crossing_sentence(found, _arm_title(a), _arm_title(b)), reach


def _arm_title(way: Arm) -> str:
    return SPOKEN[SCRATCH] if way.scratch else SPOKEN.get(way.name, f"the pretrained model ({way.name})")
